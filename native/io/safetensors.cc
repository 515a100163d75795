#include "io/safetensors.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "errors.h"
#include "io/json.h"

namespace sqltune {
namespace {

// The reference implementation's own limit.
constexpr uint64_t kMaxHeader = 100'000'000;

const std::pair<const char*, at::ScalarType> kDtypes[] = {
    {"F64", at::kDouble}, {"F32", at::kFloat}, {"F16", at::kHalf}, {"BF16", at::kBFloat16}, {"I64", at::kLong},
    {"I32", at::kInt},    {"I16", at::kShort}, {"I8", at::kChar},  {"U8", at::kByte},       {"BOOL", at::kBool}};

/// A whole number in [0, 2^53], or -1.
int64_t whole(const Json& json) {
  const double* number = json.number();
  if (!number || *number < 0 || *number > 9007199254740992.0 || std::floor(*number) != *number) return -1;
  return static_cast<int64_t>(*number);
}

}  // namespace

SafetensorsFile::SafetensorsFile(const std::string& path) : file_(MappedFile::open(path)) { parse(); }

void SafetensorsFile::parse() {
  const std::string& path = file_->path();
  const size_t size = file_->size();
  if (size < 8) {
    throw WeightsError(path + ": the file has " + std::to_string(size) +
                       " bytes, expected at least 8: it is truncated or no safetensors file. Fetch it again.");
  }
  uint64_t header_bytes = 0;
  for (int i = 7; i >= 0; --i) header_bytes = (header_bytes << 8) | file_->data()[i];
  if (header_bytes > kMaxHeader || header_bytes > size - 8) {
    throw WeightsError(path + ": the header is said to have " + std::to_string(header_bytes) + " bytes, but " +
                       std::to_string(size - 8) + " bytes follow: the file is truncated or no safetensors file.");
  }
  Json header;
  try {
    header = parse_json({reinterpret_cast<const char*>(file_->data()) + 8, static_cast<size_t>(header_bytes)});
  } catch (const std::exception& error) {
    throw WeightsError(path + ": the header is damaged: " + error.what() + ".");
  }
  if (!header.object()) throw WeightsError(path + ": the header is no JSON object.");

  const size_t data_begin = 8 + static_cast<size_t>(header_bytes);
  const size_t data_bytes = size - data_begin;
  size_t promised = 0;
  for (const auto& [name, tensor] : *header.object()) {
    if (name == "__metadata__") continue;
    const std::string where = path + ": tensor " + name + ": ";
    const Json* dtype = tensor.find("dtype");
    const Json* shape = tensor.find("shape");
    const Json* offsets = tensor.find("data_offsets");
    if (!dtype || !dtype->string() || !shape || !shape->array() || !offsets || !offsets->array() ||
        offsets->array()->size() != 2) {
      throw WeightsError(where + "the header gives no dtype, shape and data_offsets.");
    }
    const auto known = std::find_if(std::begin(kDtypes), std::end(kDtypes),
                                    [&](const auto& entry) { return *dtype->string() == entry.first; });
    if (known == std::end(kDtypes)) {
      throw WeightsError(where + "unknown dtype " + *dtype->string() +
                         ", expected one of F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL.");
    }
    Entry entry{known->second, {}, 0, 0};
    uint64_t elements = 1;
    for (const Json& dim : *shape->array()) {
      const int64_t length = whole(dim);
      if (length < 0 || __builtin_mul_overflow(elements, static_cast<uint64_t>(length), &elements)) {
        throw WeightsError(where + "the shape is not a list of lengths.");
      }
      entry.shape.push_back(length);
    }
    const int64_t begin = whole((*offsets->array())[0]);
    const int64_t end = whole((*offsets->array())[1]);
    uint64_t expected = 0;
    if (__builtin_mul_overflow(elements, static_cast<uint64_t>(c10::elementSize(entry.dtype)), &expected) ||
        begin < 0 || end < begin || static_cast<uint64_t>(end - begin) != expected) {
      throw WeightsError(where + "data_offsets [" + std::to_string(begin) + ", " + std::to_string(end) +
                         "] do not fit its shape and dtype, which need " + std::to_string(expected) + " bytes.");
    }
    promised = std::max(promised, static_cast<size_t>(end));
    entry.begin = data_begin + static_cast<size_t>(begin);
    entry.bytes = static_cast<size_t>(end - begin);
    if (!entries_.emplace(name, std::move(entry)).second) throw WeightsError(where + "the header names it twice.");
  }
  if (promised != data_bytes) {
    throw WeightsError(path + ": the tensors need " + std::to_string(promised) + " bytes, the file holds " +
                       std::to_string(data_bytes) + " after its header: it is " +
                       (promised > data_bytes ? "truncated" : "damaged") + ". Fetch it again.");
  }
}

std::vector<std::string> SafetensorsFile::names() const {
  std::vector<std::string> names;
  names.reserve(entries_.size());
  for (const auto& entry : entries_) names.push_back(entry.first);
  return names;
}

at::Tensor SafetensorsFile::view(const std::string& name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) throw WeightsError(path() + ": holds no tensor " + name + ".");
  const Entry& entry = found->second;
  auto* data = const_cast<uint8_t*>(file_->data()) + entry.begin;  // writable: the mapping is copy-on-write
  if (reinterpret_cast<uintptr_t>(data) % c10::elementSize(entry.dtype) != 0) {
    at::Tensor copy = at::empty(entry.shape, entry.dtype);
    std::memcpy(copy.data_ptr(), data, entry.bytes);
    return copy;
  }
  return at::from_blob(data, entry.shape, [file = file_](void*) {}, at::TensorOptions(entry.dtype));
}

std::map<std::string, at::Tensor> read_safetensors(const std::string& path) {
  const SafetensorsFile file(path);
  std::map<std::string, at::Tensor> tensors;
  for (const auto& name : file.names()) tensors.emplace(name, file.view(name).clone());
  return tensors;
}

}  // namespace sqltune
