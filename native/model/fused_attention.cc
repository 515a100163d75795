#include "model/fused_attention.h"

#include <ATen/ops/empty.h>

#include <cmath>
#include <limits>
#include <vector>

#include "runtime/fast_paths.h"
#include "runtime/parallel.h"

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))

#include "model/attention_plan.h"
#include "model/avx512.h"

namespace sqltune::cpu {

namespace {

using avx512::Bf16Dot;
using avx512::columns_mask;
using avx512::FloatDot;
using avx512::has_avx512;
using avx512::has_avx512_bf16;
using avx512::Left;
using avx512::Rows;
using avx512::rows_of;
using avx512::rows_out;
using avx512::scratch;

constexpr int64_t kColumns = 64;        // keys of a backward block
constexpr int64_t kBackwardParts = 24;  // pieces of work at least, for balance; fixed: sums do not depend on threads

template <class Element, class Dot>
struct Kernel {
  using Word = typename Dot::Word;
  using Weight = std::conditional_t<Dot::kElements == 1, float, uint16_t>;  // probabilities as the products take them
  static constexpr int64_t kPair = Dot::kElements;

  const AttentionPlan& plan;
  const int64_t dim;
  const int64_t repeat;
  const float scale;

  int64_t depth() const { return dim / kPair; }

  /// Rows of one unit, transposed: [dim / kPair][padded length] words, columns past the end zero.
  void pack_transposed(Rows<const Element> from, const AttentionUnit& unit, Word* to) const {
    const int64_t columns = up16(unit.length);
    Word* rows = scratch<Word, 10>(16 * depth());
    for (int64_t t = 0; t < columns; t += 16) {
      for (int64_t i = 0; i < 16; ++i) {
        if (t + i < unit.length) {
          avx512::pack_row<Dot>(from.row(unit.start + t + i, unit.kv_head * dim), dim, rows + i * depth());
        } else {
          std::fill_n(rows + i * depth(), depth(), Word{});
        }
      }
      int64_t d = 0;
      for (; d + 16 <= depth(); d += 16) {
        avx512::transpose16(reinterpret_cast<const uint32_t*>(rows + d), depth(),
                            reinterpret_cast<uint32_t*>(to + d * columns + t), columns);
      }
      for (; d < depth(); ++d)
        for (int64_t i = 0; i < 16; ++i) to[d * columns + t + i] = rows[i * depth() + d];
    }
  }

  /// Rows of one unit as the summed dimension: [padded length / kPair][dim] words, rows past the end zero.
  void pack_summed(Rows<const Element> from, const AttentionUnit& unit, Word* to) const {
    const auto row = [&](int64_t t) {
      return t < unit.length ? from.row(unit.start + t, unit.kv_head * dim) : nullptr;
    };
    for (int64_t t = 0; t < up16(unit.length); t += kPair, to += dim) {
      if (t < unit.length) {
        avx512::interleave<Dot>(row(t), kPair == 2 ? row(t + 1) : nullptr, dim, to);
      } else {
        std::fill_n(to, dim, Word{});
      }
    }
  }

  /// Query row r of a tile: token r / repeat, head r % repeat of the unit's heads.
  const Element* query(Rows<const Element> from, const AttentionUnit& unit, const AttentionTile& tile,
                       int64_t r) const {
    return from.row(unit.start + tile.token + r / repeat, (unit.kv_head * repeat + r % repeat) * dim);
  }

  void forward_tile(const AttentionTile& tile, Rows<const Element> q, const Word* keys, const Word* values,
                    Rows<Element> out, float* lse, int64_t lse_stride) const {
    const AttentionUnit& unit = plan.units[tile.unit];
    const int64_t columns = up16(unit.length);
    const int64_t rows = tile.count * repeat;
    KeyRange range[2];
    const int parts = key_ranges(tile, range);
    const int64_t width = range[0].width + (parts == 2 ? range[1].width : 0);

    Word* queries = scratch<Word, 21>(rows * depth());
    float* scores = scratch<float, 22>(rows * width);
    auto* weights = scratch<Weight, 23>(rows * width);
    float* sums = scratch<float, 24>(rows * dim);
    for (int64_t r = 0; r < rows; ++r) avx512::pack_row<Dot>(query(q, unit, tile, r), dim, queries + r * depth());
    const Left<Word> left{queries, depth(), 1};
    for (int64_t p = 0, at = 0; p < parts; at += range[p++].width) {
      avx512::product<Dot>(rows, range[p].width, depth(), left, keys + range[p].first, columns, scores + at, width,
                           false);
    }

    float* inverse = scratch<float, 25>(rows);
    for (int64_t r = 0; r < rows; ++r) {
      const int64_t diagonal = tile.token + r / repeat + 1;
      float* row = scores + r * width;
      __m512 highest = _mm512_set1_ps(-std::numeric_limits<float>::infinity());
      for (int64_t p = 0, at = 0; p < parts; at += range[p++].width) {
        const int64_t end = std::min(range[p].end, diagonal) - range[p].first;
        for (int64_t c = 0; c < end; c += 16) {
          const __mmask16 seen = columns_mask(range[p].begin - range[p].first - c, end - c);
          highest = _mm512_mask_max_ps(highest, seen, highest, _mm512_loadu_ps(row + at + c));
        }
      }
      const float top = _mm512_reduce_max_ps(highest) * scale;
      __m512 sum = _mm512_setzero_ps();
      for (int64_t p = 0, at = 0; p < parts; at += range[p++].width) {
        const int64_t end = std::min(range[p].end, diagonal) - range[p].first;
        for (int64_t c = 0; c < range[p].width; c += 16) {
          const __mmask16 seen = columns_mask(range[p].begin - range[p].first - c, end - c);
          const __m512 shifted =
              _mm512_fmsub_ps(_mm512_loadu_ps(row + at + c), _mm512_set1_ps(scale), _mm512_set1_ps(top));
          const __m512 weight = _mm512_maskz_mov_ps(seen, avx512::exp16(shifted));
          sum = _mm512_add_ps(sum, weight);
          avx512::store16(weights + r * width + at + c, weight);
        }
      }
      const float total = _mm512_reduce_add_ps(sum);
      inverse[r] = 1.0f / total;
      lse[(unit.start + tile.token + r / repeat) * lse_stride + unit.kv_head * repeat + r % repeat] =
          top + std::log(total);
    }

    for (int64_t p = 0, at = 0; p < parts; at += range[p++].width) {
      const Left<Word> probabilities{reinterpret_cast<const Word*>(weights + at), width / kPair, 1};
      avx512::product<Dot>(rows, dim, range[p].width / kPair, probabilities, values + range[p].first / kPair * dim, dim,
                           sums, dim, p > 0);
    }
    for (int64_t r = 0; r < rows; ++r) {
      Element* to = out.row(unit.start + tile.token + r / repeat, (unit.kv_head * repeat + r % repeat) * dim);
      for (int64_t d = 0; d < dim; d += 16) {
        avx512::store16(to + d, _mm512_mul_ps(_mm512_loadu_ps(sums + r * dim + d), _mm512_set1_ps(inverse[r])));
      }
    }
  }

  struct Packed {
    const Word* keys;           // transposed
    const Word* values;         // transposed
    const Word* keys_as_terms;  // summed over
  };

  /// Adds the tile's share to dk and dv, float32 [padded length, dim] of the unit, and writes its dq.
  void backward_tile(const AttentionTile& tile, Rows<const Element> q, Rows<const Element> out,
                     Rows<const Element> grad, const float* lse, int64_t lse_stride, const Packed& packed,
                     Rows<Element> dq, float* dk, float* dv) const {
    const AttentionUnit& unit = plan.units[tile.unit];
    const int64_t columns = up16(unit.length);
    const int64_t rows = tile.count * repeat;
    const int64_t even = (rows + kPair - 1) / kPair * kPair;
    KeyRange range[2];
    const int parts = key_ranges(tile, range);

    Word* queries = scratch<Word, 31>(even * depth());
    Word* grads = scratch<Word, 32>(even * depth());
    Word* query_terms = scratch<Word, 33>(even / kPair * dim);
    Word* grad_terms = scratch<Word, 34>(even / kPair * dim);
    float* log_sum = scratch<float, 35>(2 * even);
    float* delta = log_sum + even;
    for (int64_t r = 0; r < rows; ++r) {
      const Element* g = query(grad, unit, tile, r);
      const Element* o = query(out, unit, tile, r);
      avx512::pack_row<Dot>(query(q, unit, tile, r), dim, queries + r * depth());
      avx512::pack_row<Dot>(g, dim, grads + r * depth());
      __m512 sum = _mm512_setzero_ps();
      for (int64_t d = 0; d < dim; d += 16) {
        sum = _mm512_fmadd_ps(avx512::load16(g + d), avx512::load16(o + d), sum);
      }
      delta[r] = _mm512_reduce_add_ps(sum);
      log_sum[r] = lse[(unit.start + tile.token + r / repeat) * lse_stride + unit.kv_head * repeat + r % repeat];
    }
    for (int64_t r = 0; r < rows; r += kPair) {
      const bool both = kPair == 2 && r + 1 < rows;
      avx512::interleave<Dot>(query(q, unit, tile, r), both ? query(q, unit, tile, r + 1) : nullptr, dim,
                              query_terms + r / kPair * dim);
      avx512::interleave<Dot>(query(grad, unit, tile, r), both ? query(grad, unit, tile, r + 1) : nullptr, dim,
                              grad_terms + r / kPair * dim);
    }

    float* scores = scratch<float, 36>(even * kColumns);
    float* through = scratch<float, 37>(even * kColumns);
    auto* dscores = scratch<Weight, 38>(even * kColumns);     // [rows][columns]
    Word* weight_pairs = scratch<Word, 39>(even * kColumns);  // [rows / kPair][columns]
    Word* dscore_pairs = scratch<Word, 40>(even * kColumns);  // likewise
    float* sums = scratch<float, 41>(rows * dim);
    bool started = false;
    for (int p = 0; p < parts; ++p) {
      for (int64_t c = 0; c < range[p].width; c += kColumns) {
        const int64_t block = std::min(kColumns, range[p].width - c);
        const int64_t key = range[p].first + c;
        avx512::product<Dot>(rows, block, depth(), {queries, depth(), 1}, packed.keys + key, columns, scores, kColumns,
                             false);
        avx512::product<Dot>(rows, block, depth(), {grads, depth(), 1}, packed.values + key, columns, through, kColumns,
                             false);
        for (int64_t r = 0; r < even; r += kPair) {
          for (int64_t j = 0; j < block; j += 16) {
            __m512 weight[kPair], dscore[kPair];
            for (int64_t i = 0; i < kPair; ++i) {
              weight[i] = dscore[i] = _mm512_setzero_ps();
              if (r + i >= rows) continue;
              const int64_t end = std::min(range[p].end, tile.token + (r + i) / repeat + 1) - key;
              const __mmask16 seen = columns_mask(range[p].begin - key - j, end - j);
              const __m512 shifted = _mm512_fmsub_ps(_mm512_loadu_ps(scores + (r + i) * kColumns + j),
                                                     _mm512_set1_ps(scale), _mm512_set1_ps(log_sum[r + i]));
              weight[i] = _mm512_maskz_mov_ps(seen, avx512::exp16(shifted));
              dscore[i] = _mm512_mul_ps(
                  _mm512_mul_ps(weight[i], _mm512_set1_ps(scale)),
                  _mm512_sub_ps(_mm512_loadu_ps(through + (r + i) * kColumns + j), _mm512_set1_ps(delta[r + i])));
              avx512::store16(dscores + (r + i) * kColumns + j, dscore[i]);
            }
            store_pair(weight_pairs + r / kPair * kColumns + j, weight);
            store_pair(dscore_pairs + r / kPair * kColumns + j, dscore);
          }
        }
        const int64_t pairs = even / kPair;
        avx512::product<Dot>(block, dim, pairs, {weight_pairs, 1, kColumns}, grad_terms, dim, dv + key * dim, dim,
                             true);
        avx512::product<Dot>(block, dim, pairs, {dscore_pairs, 1, kColumns}, query_terms, dim, dk + key * dim, dim,
                             true);
        avx512::product<Dot>(rows, dim, block / kPair, {reinterpret_cast<const Word*>(dscores), kColumns / kPair, 1},
                             packed.keys_as_terms + key / kPair * dim, dim, sums, dim, started);
        started = true;
      }
    }
    for (int64_t r = 0; r < rows; ++r) {
      Element* to = dq.row(unit.start + tile.token + r / repeat, (unit.kv_head * repeat + r % repeat) * dim);
      for (int64_t d = 0; d < dim; d += 16) avx512::store16(to + d, _mm512_loadu_ps(sums + r * dim + d));
    }
  }

  static void store_pair(Word* to, const __m512* values) {
    if constexpr (kPair == 1) {
      _mm512_storeu_ps(to, values[0]);
    } else {
      _mm512_storeu_si512(to, _mm512_or_si512(avx512::round_to_bf16(values[0]),
                                              _mm512_slli_epi32(avx512::round_to_bf16(values[1]), 16)));
    }
  }
};

at::Tensor words(int64_t count) { return at::empty({count}, at::kInt); }
template <class Word>
Word* data(const at::Tensor& buffer) {
  return static_cast<Word*>(buffer.mutable_data_ptr());
}

template <class Element, class Dot>
void forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const PackedLayout& layout, double scale,
             at::Tensor& out, at::Tensor& lse) {
  using Word = typename Dot::Word;
  const int64_t repeat = q.size(1) / k.size(1);
  const AttentionPlan plan(layout, k.size(1), repeat, /*bounded=*/true);
  const Kernel<Element, Dot> kernel{plan, q.size(2), repeat, static_cast<float>(scale)};
  const at::Tensor keys = words(plan.padded * kernel.depth());
  const at::Tensor values = words(plan.padded * kernel.depth());
  share_out(static_cast<int64_t>(plan.units.size()), [&](int64_t u) {
    const int64_t at = plan.units[u].place * kernel.depth();
    kernel.pack_transposed(rows_of<Element>(k), plan.units[u], data<Word>(keys) + at);
    kernel.pack_summed(rows_of<Element>(v), plan.units[u], data<Word>(values) + at);
  });
  share_out(static_cast<int64_t>(plan.tiles.size()), [&](int64_t i) {
    const int64_t at = plan.units[plan.tiles[i].unit].place * kernel.depth();
    kernel.forward_tile(plan.tiles[i], rows_of<Element>(q), data<Word>(keys) + at, data<Word>(values) + at,
                        rows_out<Element>(out), lse.mutable_data_ptr<float>(), lse.stride(0));
  });
}

template <class Element, class Dot>
void backward(const at::Tensor& grad, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
              const at::Tensor& out, const at::Tensor& lse, const PackedLayout& layout, double scale, at::Tensor& dq,
              at::Tensor& dk, at::Tensor& dv) {
  using Word = typename Dot::Word;
  const int64_t dim = q.size(2);
  const int64_t repeat = q.size(1) / k.size(1);
  const AttentionPlan plan(layout, k.size(1), repeat, /*bounded=*/false);
  const Kernel<Element, Dot> kernel{plan, dim, repeat, static_cast<float>(scale)};
  const auto units = static_cast<int64_t>(plan.units.size());
  const int64_t packed_size = plan.padded * kernel.depth();
  const at::Tensor packed = words(3 * packed_size);
  share_out(units, [&](int64_t u) {
    Word* at = data<Word>(packed) + plan.units[u].place * kernel.depth();
    kernel.pack_transposed(rows_of<Element>(k), plan.units[u], at);
    kernel.pack_transposed(rows_of<Element>(v), plan.units[u], at + packed_size);
    kernel.pack_summed(rows_of<Element>(k), plan.units[u], at + 2 * packed_size);
  });

  // A unit's queries are dealt out to `parts` workers, each with sums of its own.
  const int64_t parts = std::max<int64_t>(1, (kBackwardParts + units - 1) / units);
  const at::Tensor sums = at::empty({2, parts, plan.padded, dim}, at::kFloat);
  const auto sum_of = [&](int64_t which, int64_t part, const AttentionUnit& unit) {
    return sums.mutable_data_ptr<float>() + ((which * parts + part) * plan.padded + unit.place) * dim;
  };
  share_out(units * parts, [&](int64_t i) {
    const AttentionUnit& unit = plan.units[i / parts];
    const int64_t part = i % parts;
    float* own_dk = sum_of(0, part, unit);
    float* own_dv = sum_of(1, part, unit);
    std::fill_n(own_dk, up16(unit.length) * dim, 0.0f);
    std::fill_n(own_dv, up16(unit.length) * dim, 0.0f);
    Word* at = data<Word>(packed) + unit.place * kernel.depth();
    for (int64_t t = plan.tiles_of[i / parts] + part; t < plan.tiles_of[i / parts + 1]; t += parts) {
      kernel.backward_tile(plan.tiles[t], rows_of<Element>(q), rows_of<Element>(out), rows_of<Element>(grad),
                           lse.const_data_ptr<float>(), lse.stride(0), {at, at + packed_size, at + 2 * packed_size},
                           rows_out<Element>(dq), own_dk, own_dv);
    }
  });
  share_out(2 * units, [&](int64_t i) {
    const AttentionUnit& unit = plan.units[i / 2];
    const Rows<Element> to = rows_out<Element>(i % 2 == 0 ? dk : dv);
    for (int64_t t = 0; t < unit.length; ++t) {
      for (int64_t d = 0; d < dim; d += 16) {
        __m512 sum = _mm512_setzero_ps();
        for (int64_t p = 0; p < parts; ++p) {
          sum = _mm512_add_ps(sum, _mm512_loadu_ps(sum_of(i % 2, p, unit) + t * dim + d));
        }
        avx512::store16(to.row(unit.start + t, unit.kv_head * dim) + d, sum);
      }
    }
  });
}

bool takes(const at::Tensor& t) {
  return t.device().is_cpu() && (t.scalar_type() == at::kFloat || t.scalar_type() == at::kBFloat16) &&
         t.size(2) % 16 == 0 && t.stride(2) == 1 && t.stride(1) == t.size(2);
}

}  // namespace

bool fused_attention_supports(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
  static const bool wanted = use_fast_path("attention");
  return wanted && has_avx512() && takes(q) && takes(k) && takes(v) && q.size(1) % k.size(1) == 0;
}

void fused_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const PackedLayout& layout,
                     double scale, at::Tensor& out, at::Tensor& lse) {
  if (q.scalar_type() == at::kFloat) {
    forward<float, FloatDot>(q, k, v, layout, scale, out, lse);
  } else if (has_avx512_bf16()) {
    forward<uint16_t, Bf16Dot>(q, k, v, layout, scale, out, lse);
  } else {
    forward<uint16_t, FloatDot>(q, k, v, layout, scale, out, lse);
  }
}

void fused_attention_backward(const at::Tensor& grad, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                              const at::Tensor& out, const at::Tensor& lse, const PackedLayout& layout, double scale,
                              at::Tensor& dq, at::Tensor& dk, at::Tensor& dv) {
  if (q.scalar_type() == at::kFloat) {
    backward<float, FloatDot>(grad, q, k, v, out, lse, layout, scale, dq, dk, dv);
  } else if (has_avx512_bf16()) {
    backward<uint16_t, Bf16Dot>(grad, q, k, v, out, lse, layout, scale, dq, dk, dv);
  } else {
    backward<uint16_t, FloatDot>(grad, q, k, v, out, lse, layout, scale, dq, dk, dv);
  }
}

}  // namespace sqltune::cpu

#include "model/avx512_end.h"

#else

namespace sqltune::cpu {

bool fused_attention_supports(const at::Tensor&, const at::Tensor&, const at::Tensor&) { return false; }
void fused_attention(const at::Tensor&, const at::Tensor&, const at::Tensor&, const PackedLayout&, double, at::Tensor&,
                     at::Tensor&) {}
void fused_attention_backward(const at::Tensor&, const at::Tensor&, const at::Tensor&, const at::Tensor&,
                              const at::Tensor&, const at::Tensor&, const PackedLayout&, double, at::Tensor&,
                              at::Tensor&, at::Tensor&) {}

}  // namespace sqltune::cpu

#endif
