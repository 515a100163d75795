#include <c10/util/BFloat16.h>
#include <c10/util/Half.h>

#include <cstring>

#include "errors.h"
#include "io/ggml_types.h"

// A block holds its scale(s) in half precision and its values in a few bits each. In the 32-element formats the low
// nibbles are the first 16 values and the high nibbles the last 16. The K formats are super-blocks of 256: 8 (Q4_K,
// Q5_K) or 16 (Q6_K) sub-blocks, whose own scales are quantised too.

namespace sqltune {
namespace {

float half_at(const uint8_t* at) {
  uint16_t bits;
  std::memcpy(&bits, at, sizeof bits);
  return static_cast<float>(c10::Half(bits, c10::Half::from_bits()));
}

void q4_0(const uint8_t* block, float* out) {
  const float d = half_at(block);
  const uint8_t* q = block + 2;
  for (int i = 0; i < 16; ++i) {
    out[i] = d * static_cast<float>((q[i] & 0xF) - 8);
    out[i + 16] = d * static_cast<float>((q[i] >> 4) - 8);
  }
}

void q4_1(const uint8_t* block, float* out) {
  const float d = half_at(block), m = half_at(block + 2);
  const uint8_t* q = block + 4;
  for (int i = 0; i < 16; ++i) {
    out[i] = d * static_cast<float>(q[i] & 0xF) + m;
    out[i + 16] = d * static_cast<float>(q[i] >> 4) + m;
  }
}

/// The fifth bits of 32 values: bit i belongs to value i.
uint32_t high_bits(const uint8_t* at) {
  uint32_t bits;
  std::memcpy(&bits, at, sizeof bits);
  return bits;
}

void q5_0(const uint8_t* block, float* out) {
  const float d = half_at(block);
  const uint32_t high = high_bits(block + 2);
  const uint8_t* q = block + 6;
  for (int i = 0; i < 16; ++i) {
    out[i] = d * static_cast<float>(static_cast<int>((q[i] & 0xF) | ((high >> i & 1) << 4)) - 16);
    out[i + 16] = d * static_cast<float>(static_cast<int>((q[i] >> 4) | ((high >> (i + 16) & 1) << 4)) - 16);
  }
}

void q5_1(const uint8_t* block, float* out) {
  const float d = half_at(block), m = half_at(block + 2);
  const uint32_t high = high_bits(block + 4);
  const uint8_t* q = block + 8;
  for (int i = 0; i < 16; ++i) {
    out[i] = d * static_cast<float>((q[i] & 0xF) | ((high >> i & 1) << 4)) + m;
    out[i + 16] = d * static_cast<float>((q[i] >> 4) | ((high >> (i + 16) & 1) << 4)) + m;
  }
}

void q8_0(const uint8_t* block, float* out) {
  const float d = half_at(block);
  const auto* q = reinterpret_cast<const int8_t*>(block + 2);
  for (int i = 0; i < 32; ++i) out[i] = d * static_cast<float>(q[i]);
}

struct ScaleMin {
  float scale, min;
};

/// Scale and minimum of sub-block `i` of Q4_K and Q5_K: 6 bits each, 16 of them packed into 12 bytes.
ScaleMin scale_min(const uint8_t* packed, int i) {
  if (i < 4) return {static_cast<float>(packed[i] & 63), static_cast<float>(packed[i + 4] & 63)};
  return {static_cast<float>((packed[i + 4] & 0xF) | ((packed[i - 4] >> 6) << 4)),
          static_cast<float>((packed[i + 4] >> 4) | ((packed[i] >> 6) << 4))};
}

void q4_k(const uint8_t* block, float* out) {
  const float d = half_at(block), dmin = half_at(block + 2);
  const uint8_t* q = block + 16;
  for (int sub = 0; sub < 8; sub += 2, q += 32, out += 64) {
    const ScaleMin low = scale_min(block + 4, sub), high = scale_min(block + 4, sub + 1);
    const float d1 = d * low.scale, m1 = dmin * low.min, d2 = d * high.scale, m2 = dmin * high.min;
    for (int i = 0; i < 32; ++i) {
      out[i] = d1 * static_cast<float>(q[i] & 0xF) - m1;
      out[i + 32] = d2 * static_cast<float>(q[i] >> 4) - m2;
    }
  }
}

void q5_k(const uint8_t* block, float* out) {
  const float d = half_at(block), dmin = half_at(block + 2);
  const uint8_t* high = block + 16;
  const uint8_t* q = block + 48;
  for (int sub = 0; sub < 8; sub += 2, q += 32, out += 64) {
    const ScaleMin first = scale_min(block + 4, sub), second = scale_min(block + 4, sub + 1);
    const float d1 = d * first.scale, m1 = dmin * first.min, d2 = d * second.scale, m2 = dmin * second.min;
    for (int i = 0; i < 32; ++i) {
      out[i] = d1 * static_cast<float>((q[i] & 0xF) | ((high[i] >> sub & 1) << 4)) - m1;
      out[i + 32] = d2 * static_cast<float>((q[i] >> 4) | ((high[i] >> (sub + 1) & 1) << 4)) - m2;
    }
  }
}

void q6_k(const uint8_t* block, float* out) {
  const uint8_t* low = block;         // 4 bits of each value
  const uint8_t* high = block + 128;  // 2 bits of each
  const auto* scales = reinterpret_cast<const int8_t*>(block + 192);
  const float d = half_at(block + 208);
  for (int part = 0; part < 2; ++part, out += 128, low += 64, high += 32, scales += 8) {
    for (int i = 0; i < 32; ++i) {
      const int values[4] = {(low[i] & 0xF) | ((high[i] & 3) << 4), (low[i + 32] & 0xF) | ((high[i] >> 2 & 3) << 4),
                             (low[i] >> 4) | ((high[i] >> 4 & 3) << 4), (low[i + 32] >> 4) | ((high[i] >> 6) << 4)};
      for (int k = 0; k < 4; ++k) {
        const float scale = d * static_cast<float>(scales[i / 16 + 2 * k]);
        out[i + 32 * k] = scale * static_cast<float>(values[k] - 32);
      }
    }
  }
}

void blocks(void (*one)(const uint8_t*, float*), const GgmlType& type, const uint8_t* data, float* out,
            int64_t elements) {
  for (int64_t done = 0; done < elements; done += type.block_elements) {
    one(data, out);
    data += type.block_bytes;
    out += type.block_elements;
  }
}

}  // namespace

void dequantize(uint32_t id, const uint8_t* data, float* out, int64_t elements) {
  const GgmlType* type = find_ggml_type(id);
  switch (id) {
    case ggml::kF32:
      std::memcpy(out, data, static_cast<size_t>(elements) * sizeof(float));
      return;
    case ggml::kF16:
      for (int64_t i = 0; i < elements; ++i) out[i] = half_at(data + 2 * i);
      return;
    case ggml::kBF16:
      for (int64_t i = 0; i < elements; ++i) {
        uint16_t bits;
        std::memcpy(&bits, data + 2 * i, sizeof bits);
        out[i] = static_cast<float>(c10::BFloat16(bits, c10::BFloat16::from_bits()));
      }
      return;
    case ggml::kQ4_0:
      return blocks(q4_0, *type, data, out, elements);
    case ggml::kQ4_1:
      return blocks(q4_1, *type, data, out, elements);
    case ggml::kQ5_0:
      return blocks(q5_0, *type, data, out, elements);
    case ggml::kQ5_1:
      return blocks(q5_1, *type, data, out, elements);
    case ggml::kQ8_0:
      return blocks(q8_0, *type, data, out, elements);
    case ggml::kQ4_K:
      return blocks(q4_k, *type, data, out, elements);
    case ggml::kQ5_K:
      return blocks(q5_k, *type, data, out, elements);
    case ggml::kQ6_K:
      return blocks(q6_k, *type, data, out, elements);
    default:
      throw WeightsError("tensor type " + ggml_type_name(id) + " is not supported; expected one of " +
                         supported_ggml_types() + ".");
  }
}

}  // namespace sqltune
