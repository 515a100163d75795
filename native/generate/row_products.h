#pragma once

// Products of a PackedLinear. Included by AVX-512 files alone, after model/avx512.h's manner.
#include "generate/packed_linear.h"
#include "model/avx512.h"
#include "runtime/parallel.h"

namespace sqltune::cpu {

/// Elements as the activations hold them.
template <class Dot>
using ElementOf = std::conditional_t<Dot::kElements == 1, float, uint16_t>;

/// Rows of a block: its part of x and of the sums stays in the second-level cache, and blocks are enough for all
/// threads.
inline int64_t block_rows(int64_t rows, int64_t row_bytes) {
  const int64_t most = row_bytes > 4096 ? 48 : 96;
  if (rows <= 24) return std::max<int64_t>(1, rows);
  const int64_t blocks = std::max<int64_t>(rows <= 96 ? 2 : 1, (rows + most - 1) / most);
  return ((rows + blocks - 1) / blocks + 5) / 6 * 6;
}

/// The adapters' narrow products, x A^T in float32: [rows, low_width] into `low`.
template <class Dot>
void low_products(const PackedLinear& linear, const ElementOf<Dot>* x, int64_t rows, float* low) {
  const int64_t in = linear.in();
  const int64_t width = linear.low_width();
  const int64_t step = 24;
  share_out((rows + step - 1) / step, [&](int64_t block) {
    const int64_t first = block * step;
    const int64_t count = std::min(step, rows - first);
    const float* wide = reinterpret_cast<const float*>(x + first * in);
    if constexpr (Dot::kElements == 2) {
      float* to = avx512::scratch<float, 50>(count * in);
      for (int64_t i = 0; i < count * in; i += 16) avx512::store16(to + i, avx512::load16(x + first * in + i));
      wide = to;
    }
    avx512::product<avx512::FloatDot>(count, width, in, {wide, in, 1}, linear.a().const_data_ptr<float>(), width,
                                      low + first * width, width, false);
  });
}

/// One panel's sums for `count` rows of x from `first` on, bias and adapters included: float32 [count, 64] into `sums`.
template <class Dot>
inline void panel_product(const PackedLinear& linear, const ElementOf<Dot>* x, const float* low, int64_t panel,
                          int64_t first, int64_t count, float* sums, int64_t stride) {
  using Word = typename Dot::Word;
  const int64_t depth = linear.in() / Dot::kElements;
  const auto* rows = reinterpret_cast<const Word*>(x) + first * depth;
  const auto* words = reinterpret_cast<const Word*>(linear.words(panel));
  avx512::product_columns<Dot, 4>(count, {rows, depth, 1}, words, kPanel, depth, sums, stride, false);
  for (const auto& delta : linear.deltas()) {
    if (panel < delta.first_panel || panel > delta.last_panel) continue;
    const float* b = delta.b.template const_data_ptr<float>() + panel * kPanel;
    const float* narrow = low + first * linear.low_width() + delta.at;
    avx512::product_columns<avx512::FloatDot, 4>(count, {narrow, linear.low_width(), 1}, b, delta.b.size(1), delta.rank,
                                                 sums, stride, true);
  }
  const float* bias = linear.bias(panel);
  if (!bias) return;
  for (int64_t r = 0; r < count; ++r) {
    for (int64_t i = 0; i < kPanel; i += 16) {
      float* to = sums + r * stride + i;
      _mm512_storeu_ps(to, _mm512_add_ps(_mm512_loadu_ps(to), _mm512_loadu_ps(bias + i)));
    }
  }
}

/// x [rows, in] through the linear; `finish(panel, first row, rows, sums)` takes each block of sums, float32 [rows,
/// 64], on the thread that made it.
template <class Dot, class Finish>
void row_products(const PackedLinear& linear, const ElementOf<Dot>* x, int64_t rows, std::vector<float>& low,
                  const Finish& finish) {
  if (linear.low_width() > 0) {
    low.resize(std::max<size_t>(low.size(), rows * linear.low_width()));
    low_products<Dot>(linear, x, rows, low.data());
  }
  const int64_t step = block_rows(rows, linear.in() * static_cast<int64_t>(sizeof(ElementOf<Dot>)));
  const int64_t blocks = (rows + step - 1) / step;
  share_out(linear.panels() * blocks, [&](int64_t i) {
    const int64_t panel = i / blocks;
    const int64_t first = i % blocks * step;
    const int64_t count = std::min(step, rows - first);
    float* sums = avx512::scratch<float, 51>(count * kPanel);
    panel_product<Dot>(linear, x, low.data(), panel, first, count, sums, kPanel);
    finish(panel, first, count, sums);
  });
}

}  // namespace sqltune::cpu
