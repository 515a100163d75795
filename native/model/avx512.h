#pragma once

// Building blocks of the AVX-512 kernels. A file that includes this compiles everything after the include for AVX-512;
// its entry points are called only where the processor has it.
#include <ATen/core/Tensor.h>
#include <immintrin.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,fma,avx2"))), \
                             apply_to = function)
#else
// GCC 12 takes the deliberately undefined operands inside its own intrinsics for ours (bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,fma,avx2")
#endif

namespace sqltune::cpu::avx512 {

/// Sixteen elements at a time, widened to float32. bfloat16 is held as its bits.
inline __m512 load16(const float* p) { return _mm512_loadu_ps(p); }
inline __m512 load16(const uint16_t* p) {
  const __m512i wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  return _mm512_castsi512_ps(_mm512_slli_epi32(wide, 16));
}
/// Round to nearest even by integer arithmetic: also right where the processor lacks avx512_bf16. Each 32-bit lane
/// holds the result in its low half.
inline __m512i round_to_bf16(__m512 v) {
  const __m512i bits = _mm512_castps_si512(v);
  const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
  const __m512i rounded =
      _mm512_srli_epi32(_mm512_add_epi32(_mm512_add_epi32(bits, _mm512_set1_epi32(0x7fff)), odd), 16);
  const __mmask16 nan = _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q);
  return _mm512_mask_mov_epi32(rounded, nan, _mm512_set1_epi32(0x7fc0));
}
inline void store16(float* p, __m512 v) { _mm512_storeu_ps(p, v); }
inline void store16(uint16_t* p, __m512 v) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtepi32_epi16(round_to_bf16(v)));
}

/// e^x to about 1 ulp: 2^n by vscalef, e^r on [-ln2/2, ln2/2] by Cephes' polynomial. Underflows to 0.
inline __m512 exp16(__m512 x) {
  // This order of operands lets a NaN through.
  x = _mm512_max_ps(_mm512_set1_ps(-104.0f), x);
  const __m512 n = _mm512_roundscale_ps(_mm512_mul_ps(x, _mm512_set1_ps(1.44269504089f)), 0);
  __m512 r = _mm512_fnmadd_ps(n, _mm512_set1_ps(0.693359375f), x);
  r = _mm512_fnmadd_ps(n, _mm512_set1_ps(-2.12194440e-4f), r);
  __m512 p = _mm512_set1_ps(1.9875691500e-4f);
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.3981999507e-3f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(8.3334519073e-3f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(4.1665795894e-2f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.6666665459e-1f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(5.0000001201e-1f));
  p = _mm512_fmadd_ps(_mm512_mul_ps(p, r), r, _mm512_add_ps(r, _mm512_set1_ps(1.0f)));
  return _mm512_scalef_ps(p, n);
}

/// Which of 16 elements from `index` (a multiple of 16) on dropout keeps; the same function as in cpu_kernels.cc.
struct DropoutMask {
  uint32_t threshold, low, high;
  float scale;
  DropoutMask(double p, uint64_t seed)
      : threshold(static_cast<uint32_t>(p * 4294967296.0)),
        low(static_cast<uint32_t>(seed)),
        high(static_cast<uint32_t>(seed >> 32)),
        scale(static_cast<float>(1.0 / (1.0 - p))) {}
  static __m512i mix(__m512i h) {
    h = _mm512_xor_si512(h, _mm512_srli_epi32(h, 16));
    h = _mm512_mullo_epi32(h, _mm512_set1_epi32(static_cast<int>(0x85ebca6bu)));
    h = _mm512_xor_si512(h, _mm512_srli_epi32(h, 13));
    h = _mm512_mullo_epi32(h, _mm512_set1_epi32(static_cast<int>(0xc2b2ae35u)));
    return _mm512_xor_si512(h, _mm512_srli_epi32(h, 16));
  }
  /// v scaled where kept, 0 elsewhere.
  __m512 apply(__m512 v, int64_t index) const {
    if (threshold == 0) return v;
    const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m512i i = _mm512_add_epi32(_mm512_set1_epi32(static_cast<int>(static_cast<uint32_t>(index))), lanes);
    const __m512i first = mix(_mm512_xor_si512(i, _mm512_set1_epi32(static_cast<int>(low))));
    const auto offset = static_cast<int>(high + static_cast<uint32_t>(index >> 32));
    const __m512i h = mix(_mm512_add_epi32(first, _mm512_set1_epi32(offset)));
    const __mmask16 kept = _mm512_cmpge_epu32_mask(h, _mm512_set1_epi32(static_cast<int>(threshold)));
    return _mm512_maskz_mul_ps(kept, v, _mm512_set1_ps(scale));
  }
};

/// Products of float32: a word is one element.
struct FloatDot {
  using Word = float;
  static constexpr int64_t kElements = 1;
  static __m512 load(const Word* p) { return _mm512_loadu_ps(p); }
  static __m512 broadcast(const Word* p) { return _mm512_set1_ps(*p); }
  static __m512 dot(__m512 acc, __m512 a, __m512 b) { return _mm512_fmadd_ps(a, b, acc); }
};

/// Products of bfloat16 pairs summed in float32 (vdpbf16ps): a word is two elements next to each other along the
/// summed dimension.
struct Bf16Dot {
  using Word = uint32_t;
  static constexpr int64_t kElements = 2;
  static __m512i load(const Word* p) { return _mm512_loadu_si512(p); }
  static __m512i broadcast(const Word* p) { return _mm512_set1_epi32(static_cast<int>(*p)); }
  static __m512 dot(__m512 acc, __m512i a, __m512i b) {
    return _mm512_dpbf16_ps(acc, reinterpret_cast<__m512bh>(a), reinterpret_cast<__m512bh>(b));
  }
};

/// A's word of row m and depth k stands at a[m * row + k * depth].
template <class Word>
struct Left {
  const Word* a;
  int64_t row;
  int64_t depth;
};

template <class Dot, int kRows, int kVectors>
inline __attribute__((always_inline)) void product_block(Left<typename Dot::Word> left, const typename Dot::Word* b,
                                                         int64_t ldb, int64_t depth, float* c, int64_t ldc, bool add) {
  __m512 acc[kRows][kVectors];
  for (int m = 0; m < kRows; ++m)
    for (int n = 0; n < kVectors; ++n) acc[m][n] = add ? _mm512_loadu_ps(c + m * ldc + 16 * n) : _mm512_setzero_ps();
  for (int64_t k = 0; k < depth; ++k) {
    decltype(Dot::load(b)) right[kVectors];
    for (int n = 0; n < kVectors; ++n) right[n] = Dot::load(b + k * ldb + 16 * n);
    for (int m = 0; m < kRows; ++m) {
      const auto value = Dot::broadcast(left.a + m * left.row + k * left.depth);
      for (int n = 0; n < kVectors; ++n) acc[m][n] = Dot::dot(acc[m][n], value, right[n]);
    }
  }
  for (int m = 0; m < kRows; ++m)
    for (int n = 0; n < kVectors; ++n) _mm512_storeu_ps(c + m * ldc + 16 * n, acc[m][n]);
}

template <class Dot, int kVectors>
inline void product_columns(int64_t rows, Left<typename Dot::Word> left, const typename Dot::Word* b, int64_t ldb,
                            int64_t depth, float* c, int64_t ldc, bool add) {
  // Enough independent sums to hide the latency of a multiply-add, few enough to stay in registers.
  constexpr int kTall = kVectors == 1 ? 12 : 6;
  for (; rows >= kTall; rows -= kTall, left.a += kTall * left.row, c += kTall * ldc) {
    product_block<Dot, kTall, kVectors>(left, b, ldb, depth, c, ldc, add);
  }
  if constexpr (kTall > 8) {
    if (rows & 8) {
      product_block<Dot, 8, kVectors>(left, b, ldb, depth, c, ldc, add);
      left.a += 8 * left.row;
      c += 8 * ldc;
    }
  }
  if (rows & 4) {
    product_block<Dot, 4, kVectors>(left, b, ldb, depth, c, ldc, add);
    left.a += 4 * left.row;
    c += 4 * ldc;
  }
  if (rows & 2) {
    product_block<Dot, 2, kVectors>(left, b, ldb, depth, c, ldc, add);
    left.a += 2 * left.row;
    c += 2 * ldc;
  }
  if (rows & 1) product_block<Dot, 1, kVectors>(left, b, ldb, depth, c, ldc, add);
}

/// C[rows, columns] = (add ? C : 0) + A B in float32; B [depth, columns] in words, columns a multiple of 16.
template <class Dot>
void product(int64_t rows, int64_t columns, int64_t depth, Left<typename Dot::Word> left, const typename Dot::Word* b,
             int64_t ldb, float* c, int64_t ldc, bool add) {
  int64_t n = 0;
  for (; n + 64 <= columns; n += 64) product_columns<Dot, 4>(rows, left, b + n, ldb, depth, c + n, ldc, add);
  if (columns - n >= 32) {
    product_columns<Dot, 2>(rows, left, b + n, ldb, depth, c + n, ldc, add);
    n += 32;
  }
  if (columns - n >= 16) product_columns<Dot, 1>(rows, left, b + n, ldb, depth, c + n, ldc, add);
}

/// Rows of 16-element-multiple length as Words along the row: [rows, dim / kElements], the left operand's layout.
template <class Dot, class Element>
inline void pack_row(const Element* from, int64_t dim, typename Dot::Word* to) {
  if constexpr (sizeof(Element) * Dot::kElements == sizeof(typename Dot::Word)) {
    std::memcpy(to, from, dim * sizeof(Element));
  } else {
    for (int64_t d = 0; d < dim; d += 16) store16(to + d, load16(from + d));
  }
}

/// Two rows as the right operand's depth of one word (bfloat16), or one row (float32): to [dim] words. `second` may be
/// null: zeros.
template <class Dot, class Element>
inline void interleave(const Element* first, const Element* second, int64_t dim, typename Dot::Word* to) {
  if constexpr (Dot::kElements == 1) {
    for (int64_t d = 0; d < dim; d += 16) store16(to + d, load16(first + d));
  } else {
    for (int64_t d = 0; d < dim; d += 16) {
      __m512i word = _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(first + d)));
      if (second) {
        const __m512i high = _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(second + d)));
        word = _mm512_or_si512(word, _mm512_slli_epi32(high, 16));
      }
      _mm512_storeu_si512(to + d, word);
    }
  }
}

/// 16 rows of 16 words each, transposed: to[i * ldt + j] = from[j * ldf + i].
inline void transpose16(const uint32_t* from, int64_t ldf, uint32_t* to, int64_t ldt) {
  __m512i r[16], t[16];
  for (int i = 0; i < 16; ++i) r[i] = _mm512_loadu_si512(from + i * ldf);
  for (int i = 0; i < 8; ++i) {
    t[2 * i] = _mm512_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
    t[2 * i + 1] = _mm512_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
  }
  for (int i = 0; i < 4; ++i) {
    r[4 * i] = _mm512_unpacklo_epi64(t[4 * i], t[4 * i + 2]);
    r[4 * i + 1] = _mm512_unpackhi_epi64(t[4 * i], t[4 * i + 2]);
    r[4 * i + 2] = _mm512_unpacklo_epi64(t[4 * i + 1], t[4 * i + 3]);
    r[4 * i + 3] = _mm512_unpackhi_epi64(t[4 * i + 1], t[4 * i + 3]);
  }
  // r[4 g + c] holds column c, 4 + c, 8 + c, 12 + c of rows 4 g .. 4 g + 3, one 128-bit lane each.
  for (int c = 0; c < 4; ++c) {
    const __m512i low0 = _mm512_shuffle_i32x4(r[c], r[4 + c], 0x44);
    const __m512i low1 = _mm512_shuffle_i32x4(r[8 + c], r[12 + c], 0x44);
    const __m512i high0 = _mm512_shuffle_i32x4(r[c], r[4 + c], 0xee);
    const __m512i high1 = _mm512_shuffle_i32x4(r[8 + c], r[12 + c], 0xee);
    _mm512_storeu_si512(to + c * ldt, _mm512_shuffle_i32x4(low0, low1, 0x88));
    _mm512_storeu_si512(to + (4 + c) * ldt, _mm512_shuffle_i32x4(low0, low1, 0xdd));
    _mm512_storeu_si512(to + (8 + c) * ldt, _mm512_shuffle_i32x4(high0, high1, 0x88));
    _mm512_storeu_si512(to + (12 + c) * ldt, _mm512_shuffle_i32x4(high0, high1, 0xdd));
  }
}

/// Columns of a 16-wide step that lie in [begin, end), both relative to the step's first column.
inline __mmask16 columns_mask(int64_t begin, int64_t end) {
  const auto low = begin <= 0 ? 0u : begin >= 16 ? 16u : static_cast<unsigned>(begin);
  const auto high = end <= 0 ? 0u : end >= 16 ? 16u : static_cast<unsigned>(end);
  return static_cast<__mmask16>(((1u << high) - 1u) & ~((1u << low) - 1u));
}

/// Rows of a tensor whose columns lie next to each other.
template <class Element>
struct Rows {
  Element* data;
  int64_t stride;  ///< elements from row to row
  Element* row(int64_t row, int64_t column = 0) const { return data + row * stride + column; }
};
template <class Element>
Rows<const Element> rows_of(const at::Tensor& t) {
  return {static_cast<const Element*>(t.const_data_ptr()), t.stride(0)};
}
template <class Element>
Rows<Element> rows_out(const at::Tensor& t) {
  return {static_cast<Element*>(t.mutable_data_ptr()), t.stride(0)};
}

/// A buffer of the thread that keeps its memory from call to call; each use has a slot of its own.
template <class T, int kSlot>
T* scratch(int64_t count) {
  thread_local std::vector<T> buffer;
  if (static_cast<int64_t>(buffer.size()) < count) buffer.resize(count);
  return buffer.data();
}

/// Whether the processor runs these kernels; bfloat16 products are asked for apart.
inline bool has_avx512() {
  static const bool has = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                          __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
  return has;
}
inline bool has_avx512_bf16() {
  static const bool has = __builtin_cpu_supports("avx512bf16");
  return has;
}

}  // namespace sqltune::cpu::avx512
