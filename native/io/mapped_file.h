#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace sqltune {

/// A whole file mapped into memory. The mapping is private and copy-on-write: nothing written through it reaches the
/// disk, so a tensor that views it may be changed in place. Unmapped with the last owner.
class MappedFile {
 public:
  /// Throws WeightsError with the system's reason when the file cannot be opened or is empty.
  static std::shared_ptr<const MappedFile> open(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const uint8_t* data() const noexcept { return data_; }
  size_t size() const noexcept { return size_; }
  const std::string& path() const noexcept { return path_; }

 private:
  MappedFile(std::string path, uint8_t* data, size_t size) : path_(std::move(path)), data_(data), size_(size) {}

  std::string path_;
  uint8_t* data_;
  size_t size_;
};

}  // namespace sqltune
