#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "errors.h"
#include "io/json.h"
#include "io/tensor_source.h"

namespace sqltune {
namespace {

const char* dtype_name(at::ScalarType type) {
  switch (type) {
    case at::kDouble:
      return "F64";
    case at::kFloat:
      return "F32";
    case at::kHalf:
      return "F16";
    case at::kBFloat16:
      return "BF16";
    case at::kLong:
      return "I64";
    case at::kInt:
      return "I32";
    case at::kByte:
      return "U8";
    default:
      return nullptr;
  }
}

/// A file being written under a name beside its own and renamed by finish(): what stood at the path stays whole until
/// the new file is, and a failure leaves it as it was.
class Output {
 public:
  explicit Output(const std::string& path) : path_(path), unfinished_(path + ".unfinished") {
    fd_ = ::open(unfinished_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd_ < 0) fail();
  }
  ~Output() {
    if (fd_ < 0) return;
    ::close(fd_);
    ::unlink(unfinished_.c_str());
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void write(const void* data, size_t bytes) {
    const char* at = static_cast<const char*>(data);
    while (bytes > 0) {
      // Linux writes at most 2 GiB a call, macOS rejects more.
      const ssize_t written = ::write(fd_, at, std::min<size_t>(bytes, 1u << 30));
      if (written < 0) {
        if (errno == EINTR) continue;
        fail();
      }
      at += written;
      bytes -= static_cast<size_t>(written);
    }
  }
  void finish() {
    if (::fsync(fd_) != 0 || ::rename(unfinished_.c_str(), path_.c_str()) != 0) fail();
    ::close(fd_);
    fd_ = -1;
  }

 private:
  [[noreturn]] void fail() const {
    const int error = errno;
    throw IoError(path_ + ": cannot be written: " + std::strerror(error) +
                  (error == ENOSPC ? "; free some disk space and try again" : ""));
  }
  std::string path_;
  std::string unfinished_;
  int fd_;
};

}  // namespace

void write_safetensors(const std::string& path, const NamedTensors& tensors,
                       const std::map<std::string, std::string>& metadata) {
  NamedTensors ordered = tensors;
  // The reference writer's order, wide elements first: every tensor is then aligned to its element size.
  std::stable_sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) {
    const auto a_size = a.second.element_size(), b_size = b.second.element_size();
    return a_size != b_size ? a_size > b_size : a.first < b.first;
  });

  std::string header = "{";
  if (!metadata.empty()) {
    header += "\"__metadata__\":{";
    for (const auto& [key, value] : metadata) {
      if (header.back() != '{') header += ',';
      header += quote_json(key) + ':' + quote_json(value);
    }
    header += '}';
  }
  size_t offset = 0;
  for (const auto& [name, tensor] : ordered) {
    const char* dtype = dtype_name(tensor.scalar_type());
    if (!dtype || !tensor.device().is_cpu() || !tensor.is_contiguous()) {
      throw InvalidArgument("tensor " + name + " of type " + std::string(c10::toString(tensor.scalar_type())) + " on " +
                            tensor.device().str() + " cannot be written: expected a contiguous CPU tensor.");
    }
    if (header.size() > 1) header += ',';
    header += quote_json(name) + ":{\"dtype\":\"" + dtype + "\",\"shape\":[";
    for (int64_t i = 0; i < tensor.dim(); ++i) {
      if (i > 0) header += ',';
      header += std::to_string(tensor.size(i));
    }
    header += "],\"data_offsets\":[" + std::to_string(offset) + ',' + std::to_string(offset + tensor.nbytes()) + "]}";
    offset += tensor.nbytes();
  }
  header += '}';
  header.append((8 - header.size() % 8) % 8, ' ');

  uint8_t length[8];
  for (int i = 0; i < 8; ++i) length[i] = static_cast<uint8_t>(static_cast<uint64_t>(header.size()) >> (8 * i));
  Output out(path);
  out.write(length, sizeof length);
  out.write(header.data(), header.size());
  for (const auto& entry : ordered) out.write(entry.second.data_ptr(), entry.second.nbytes());
  out.finish();
}

}  // namespace sqltune
