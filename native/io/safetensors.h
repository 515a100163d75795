#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "io/mapped_file.h"
#include "io/tensor_source.h"

namespace sqltune {

/// One mapped safetensors file (https://github.com/huggingface/safetensors, "Format"): 8 bytes of header length, a JSON
/// header, the tensors' bytes. The header is checked whole when the file is opened.
class SafetensorsFile {
 public:
  /// Throws WeightsError naming the file, what was found and what was expected.
  explicit SafetensorsFile(const std::string& path);

  bool has(const std::string& name) const { return entries_.count(name) != 0; }
  std::vector<std::string> names() const;
  /// A view of the mapped file; a copy where the data is not aligned to its element size.
  at::Tensor view(const std::string& name) const;
  const std::string& path() const { return file_->path(); }

 private:
  struct Entry {
    at::ScalarType dtype;
    std::vector<int64_t> shape;
    size_t begin;  // from the start of the file
    size_t bytes;
  };
  void parse();

  std::shared_ptr<const MappedFile> file_;
  std::map<std::string, Entry> entries_;
};

}  // namespace sqltune
