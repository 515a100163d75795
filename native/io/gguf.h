#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "io/mapped_file.h"

namespace sqltune {

/// One metadata value of a GGUF file. Integers of every width are int64_t, or uint64_t above its range.
struct GgufValue {
  using Array = std::vector<GgufValue>;
  std::variant<bool, int64_t, uint64_t, double, std::string, Array> value;
};

struct GgufTensor {
  std::string name;            // as in the file, e.g. "blk.0.attn_q.weight"
  uint32_t type;               // ggml_type
  std::vector<int64_t> shape;  // row-major, as in PyTorch (the file stores it reversed)
  size_t begin;                // from the start of the file
  size_t bytes;
};

/// A mapped GGUF file, version 2 or 3, little-endian (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md).
/// Metadata and tensor table are read and checked when the file is opened.
class GgufFile {
 public:
  /// Throws WeightsError naming the file, what was found and what was expected. With `check_tensors` every tensor must
  /// be of a known type and lie within the file.
  explicit GgufFile(const std::string& path, bool check_tensors = true);

  const std::vector<std::pair<std::string, GgufValue>>& metadata() const { return metadata_; }
  const std::vector<GgufTensor>& tensors() const { return tensors_; }
  const std::shared_ptr<const MappedFile>& file() const { return file_; }
  /// A string of the metadata, or "" when it is absent or of another type.
  std::string text(const std::string& key) const;

 private:
  std::shared_ptr<const MappedFile> file_;
  std::vector<std::pair<std::string, GgufValue>> metadata_;
  std::vector<GgufTensor> tensors_;
};

}  // namespace sqltune
