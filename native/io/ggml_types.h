#pragma once

#include <cstdint>
#include <string>

namespace sqltune {

/// A tensor type of GGUF. `block_bytes` is 0 for types that are known by name only.
struct GgmlType {
  uint32_t id;
  const char* name;
  int64_t block_elements;
  int64_t block_bytes;
};

/// Null for a number that no type is known by.
const GgmlType* find_ggml_type(uint32_t id);
/// "Q4_1", or "number 99" for an unknown one.
std::string ggml_type_name(uint32_t id);
/// Those with block_bytes, separated by commas.
std::string supported_ggml_types();

namespace ggml {
constexpr uint32_t kF32 = 0, kF16 = 1, kQ4_0 = 2, kQ4_1 = 3, kQ5_0 = 6, kQ5_1 = 7, kQ8_0 = 8, kQ4_K = 12, kQ5_K = 13,
                   kQ6_K = 14, kBF16 = 30;
}  // namespace ggml

/// De-quantises `elements` values (a multiple of the type's block) from `data` to float32. The block layouts are those
/// of ggml's ggml-common.h; the arithmetic is ggml-quants.c's dequantize_row_*, in float32.
void dequantize(uint32_t type, const uint8_t* data, float* out, int64_t elements);

}  // namespace sqltune
