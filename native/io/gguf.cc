#include "io/gguf.h"

#include <cstring>

#include "errors.h"
#include "io/ggml_types.h"

namespace sqltune {
namespace {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "GGUF is read in place: little-endian machines only");

enum ValueType : uint32_t { kU8, kI8, kU16, kI16, kU32, kI32, kF32, kBool, kString, kArray, kU64, kI64, kF64 };

/// Reads forward through the mapped file; every read is checked against its end.
class Reader {
 public:
  explicit Reader(const MappedFile& file) : file_(file) {}

  size_t position() const { return at_; }

  template <typename T>
  T scalar(const char* what) {
    T value;
    std::memcpy(&value, take(sizeof(T), what), sizeof(T));
    return value;
  }

  std::string string(const char* what) {
    const auto length = scalar<uint64_t>(what);
    const uint8_t* bytes = take(length, what);
    return {reinterpret_cast<const char*>(bytes), static_cast<size_t>(length)};
  }

  GgufValue value(uint32_t type, const std::string& key, int depth) {
    const char* what = key.c_str();
    switch (type) {
      case kU8:
        return {int64_t{scalar<uint8_t>(what)}};
      case kI8:
        return {int64_t{scalar<int8_t>(what)}};
      case kU16:
        return {int64_t{scalar<uint16_t>(what)}};
      case kI16:
        return {int64_t{scalar<int16_t>(what)}};
      case kU32:
        return {int64_t{scalar<uint32_t>(what)}};
      case kI32:
        return {int64_t{scalar<int32_t>(what)}};
      case kF32:
        return {double{scalar<float>(what)}};
      case kBool:
        return {scalar<uint8_t>(what) != 0};
      case kString:
        return {string(what)};
      case kI64:
        return {scalar<int64_t>(what)};
      case kU64: {
        const auto number = scalar<uint64_t>(what);
        if (number <= static_cast<uint64_t>(INT64_MAX)) return {static_cast<int64_t>(number)};
        return {number};
      }
      case kF64:
        return {scalar<double>(what)};
      case kArray:
        return {array(key, depth)};
      default:
        throw WeightsError(file_.path() + ": metadata " + key + " has the unknown type " + std::to_string(type) +
                           ", expected 0 to 12: the file is damaged or of a newer format.");
    }
  }

 private:
  GgufValue::Array array(const std::string& key, int depth) {
    if (depth > 4) throw WeightsError(file_.path() + ": metadata " + key + " nests arrays more than 4 deep.");
    const auto type = scalar<uint32_t>(key.c_str());
    const auto count = scalar<uint64_t>(key.c_str());
    // Every element takes a byte at least: a damaged count must not become a huge allocation.
    if (count > file_.size() - at_) truncated(key.c_str(), count);
    GgufValue::Array values;
    values.reserve(static_cast<size_t>(count));
    for (uint64_t i = 0; i < count; ++i) values.push_back(value(type, key, depth + 1));
    return values;
  }

  const uint8_t* take(uint64_t bytes, const char* what) {
    if (bytes > file_.size() - at_) truncated(what, bytes);
    const uint8_t* here = file_.data() + at_;
    at_ += static_cast<size_t>(bytes);
    return here;
  }

  [[noreturn]] void truncated(const char* what, uint64_t bytes) const {
    throw WeightsError(file_.path() + ": " + what + " needs " + std::to_string(bytes) + " bytes at byte " +
                       std::to_string(at_) + ", but the file has " + std::to_string(file_.size()) +
                       ": it is truncated or damaged. Fetch it again.");
  }

  const MappedFile& file_;
  size_t at_ = 0;
};

GgufTensor read_tensor_info(Reader& reader, const std::string& path) {
  GgufTensor tensor{reader.string("a tensor's name"), 0, {}, 0, 0};
  const auto dims = reader.scalar<uint32_t>("a tensor's dimensions");
  if (dims > 8) {
    throw WeightsError(path + ": tensor " + tensor.name + " has " + std::to_string(dims) +
                       " dimensions, expected at most 8: the file is damaged.");
  }
  tensor.shape.resize(dims);
  for (uint32_t i = 0; i < dims; ++i) {
    tensor.shape[dims - 1 - i] = static_cast<int64_t>(reader.scalar<uint64_t>("a tensor's shape"));
  }
  tensor.type = reader.scalar<uint32_t>("a tensor's type");
  tensor.begin = reader.scalar<uint64_t>("a tensor's offset");  // from the data section, moved below
  return tensor;
}

/// Fills in the tensor's size and checks that it lies within the file.
void place_tensor(GgufTensor& tensor, const MappedFile& file, size_t data_begin, bool check) {
  const std::string where = file.path() + ": tensor " + tensor.name + ": ";
  const GgmlType* type = find_ggml_type(tensor.type);
  int64_t elements = 1;
  for (const int64_t length : tensor.shape) {
    if (length <= 0 || __builtin_mul_overflow(elements, length, &elements)) {
      throw WeightsError(where + "a length of its shape is not above 0: the file is damaged.");
    }
  }
  if (!type || type->block_bytes == 0) {
    if (!check) return;
    throw WeightsError(where + "its type " + ggml_type_name(tensor.type) + " is not supported; expected one of " +
                       supported_ggml_types() + ".");
  }
  if (tensor.shape.empty() || tensor.shape.back() % type->block_elements != 0) {
    throw WeightsError(where + "a row is no multiple of " + std::to_string(type->block_elements) + " elements, which " +
                       type->name + " needs.");
  }
  const size_t offset = tensor.begin;
  const bool overflow = __builtin_mul_overflow(static_cast<size_t>(elements / type->block_elements),
                                               static_cast<size_t>(type->block_bytes), &tensor.bytes);
  if (overflow || data_begin > file.size() || offset > file.size() - data_begin ||
      tensor.bytes > file.size() - data_begin - offset) {
    if (!check) return;
    throw WeightsError(where + "its " + std::to_string(tensor.bytes) + " bytes at byte " +
                       std::to_string(data_begin + offset) + " reach beyond the end of the file, which has " +
                       std::to_string(file.size()) + " bytes: it is truncated. Fetch it again.");
  }
  tensor.begin = data_begin + offset;
}

}  // namespace

GgufFile::GgufFile(const std::string& path, bool check_tensors) : file_(MappedFile::open(path)) {
  if (file_->size() < 4 || std::memcmp(file_->data(), "GGUF", 4) != 0) {
    throw WeightsError(path + ": does not start with \"GGUF\": it is no GGUF file.");
  }
  Reader reader(*file_);
  reader.scalar<uint32_t>("the magic number");
  const auto version = reader.scalar<uint32_t>("the version");
  if (version != 2 && version != 3) {
    throw WeightsError(path + ": GGUF version " + std::to_string(version) +
                       ", expected 2 or 3 (little-endian). Convert the model again with a current llama.cpp.");
  }
  const auto tensor_count = reader.scalar<uint64_t>("the number of tensors");
  const auto metadata_count = reader.scalar<uint64_t>("the number of metadata entries");
  size_t alignment = 32;
  for (uint64_t i = 0; i < metadata_count; ++i) {
    std::string key = reader.string("a metadata key");
    const auto type = reader.scalar<uint32_t>(key.c_str());
    GgufValue value = reader.value(type, key, 0);
    if (key == "general.alignment") {
      const auto* number = std::get_if<int64_t>(&value.value);
      if (!number || *number <= 0 || *number > 1 << 20) {
        throw WeightsError(path + ": general.alignment is not between 1 and 1048576: the file is damaged.");
      }
      alignment = static_cast<size_t>(*number);
    }
    metadata_.emplace_back(std::move(key), std::move(value));
  }
  for (uint64_t i = 0; i < tensor_count; ++i) tensors_.push_back(read_tensor_info(reader, path));
  const size_t data_begin = (reader.position() + alignment - 1) / alignment * alignment;
  for (auto& tensor : tensors_) place_tensor(tensor, *file_, data_begin, check_tensors);
}

std::string GgufFile::text(const std::string& key) const {
  for (const auto& [name, value] : metadata_) {
    if (name != key) continue;
    const auto* found = std::get_if<std::string>(&value.value);
    return found ? *found : std::string();
  }
  return {};
}

}  // namespace sqltune
