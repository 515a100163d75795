#pragma once

// Attention over paged keys and values. Included by AVX-512 files alone.
#include <cmath>
#include <limits>

#include "generate/paged_kv.h"
#include "generate/row_products.h"

namespace sqltune::cpu {

/// Queries next to each other in one sequence.
struct QueryRun {
  const Sequence* own = nullptr;
  int64_t first = 0;  ///< place of the first query in `own`
  int64_t token = 0;  ///< and in the pass
  int64_t count = 0;
};

/// Queries that are computed together: their sequences go on from one prefix, which is read once for all of them.
struct QueryTile {
  const Sequence* prefix = nullptr;
  std::vector<QueryRun> runs;
  int64_t tokens = 0;
};

inline int64_t padded16(int64_t n) { return (n + 15) & ~int64_t{15}; }

/// A query sees its prefix whole and its own sequence up to itself; scores, softmax and sums are float32. What a query
/// gets does not depend on its tile: every sum goes over the keys in their order.
template <class Dot>
struct PagedAttention {
  using Word = typename Dot::Word;
  using Element = ElementOf<Dot>;
  static constexpr int64_t kPair = Dot::kElements;

  int64_t layer;
  int64_t dim;
  int64_t repeat;  ///< query heads of a key/value head
  int64_t query_heads;
  float scale;

  int64_t depth() const { return dim / kPair; }

  /// Puts one token's key and value [dim], float32, at their place.
  void append(Sequence& own, int64_t place, int64_t head, const float* key, const float* value) const {
    const int64_t column = place % kPageTokens;
    Element* narrow = avx512::scratch<Element, 60>(2 * dim);
    for (int64_t d = 0; d < dim; d += 16) {
      avx512::store16(narrow + d, _mm512_loadu_ps(key + d));
      avx512::store16(narrow + dim + d, _mm512_loadu_ps(value + d));
    }
    auto* keys = reinterpret_cast<Word*>(own.keys(place / kPageTokens, layer, head));
    auto* values = reinterpret_cast<Element*>(own.values(place / kPageTokens, layer, head));
    const auto* words = reinterpret_cast<const Word*>(narrow);
    for (int64_t d = 0; d < depth(); ++d) keys[d * kPageTokens + column] = words[d];
    Element* to = values + column / kPair * dim * kPair + column % kPair;
    for (int64_t d = 0; d < dim; ++d) to[d * kPair] = narrow[dim + d];
  }

  /// q and out [tokens, query heads, dim].
  void tile(const QueryTile& tile, int64_t head, const Element* q, Element* out) const {
    const int64_t rows = tile.tokens * repeat;
    const int64_t shared = tile.prefix ? tile.prefix->length() : 0;
    const int64_t shared_width = padded16(shared);
    int64_t own_width = 0;
    for (const auto& run : tile.runs) own_width = std::max(own_width, padded16(run.first + run.count));
    const int64_t width = shared_width + own_width;

    Word* queries = avx512::scratch<Word, 61>(rows * depth());
    float* scores = avx512::scratch<float, 62>(rows * width);
    Element* weights = avx512::scratch<Element, 63>(rows * width);
    float* sums = avx512::scratch<float, 64>(rows * dim);
    float* inverse = avx512::scratch<float, 65>(rows);
    const auto each_token = [&](const auto& take) {
      int64_t row = 0;
      for (const auto& run : tile.runs)
        for (int64_t t = 0; t < run.count; ++t, row += repeat) take(run, t, row);
    };
    const auto heads_at = [&](const QueryRun& run, int64_t t) {
      return ((run.token + t) * query_heads + head * repeat) * dim;
    };
    each_token([&](const QueryRun& run, int64_t t, int64_t row) {
      std::memcpy(queries + row * depth(), q + heads_at(run, t), repeat * dim * sizeof(Element));
    });

    if (shared > 0) scores_over(*tile.prefix, shared, head, queries, rows, scores, width);
    int64_t row = 0;
    for (const auto& run : tile.runs) {
      scores_over(*run.own, run.first + run.count, head, queries + row * depth(), run.count * repeat,
                  scores + row * width + shared_width, width);
      row += run.count * repeat;
    }
    each_token([&](const QueryRun& run, int64_t t, int64_t first) {
      for (int64_t r = first; r < first + repeat; ++r) {
        inverse[r] = softmax(scores + r * width, shared, run.first + t + 1, own_width, weights + r * width);
      }
    });
    if (shared > 0) sums_over(*tile.prefix, shared, head, weights, width, rows, sums, false);
    row = 0;
    for (const auto& run : tile.runs) {
      sums_over(*run.own, run.first + run.count, head, weights + row * width + shared_width, width, run.count * repeat,
                sums + row * dim, shared > 0);
      row += run.count * repeat;
    }
    each_token([&](const QueryRun& run, int64_t t, int64_t first) {
      Element* to = out + heads_at(run, t);
      for (int64_t i = 0; i < repeat * dim; i += 16) {
        const __m512 sum = _mm512_loadu_ps(sums + first * dim + i);
        avx512::store16(to + i, _mm512_mul_ps(sum, _mm512_set1_ps(inverse[first + i / dim])));
      }
    });
  }

 private:
  void scores_over(const Sequence& keys, int64_t length, int64_t head, const Word* queries, int64_t rows, float* scores,
                   int64_t width) const {
    for (int64_t page = 0; page * kPageTokens < length; ++page) {
      const int64_t columns = std::min(kPageTokens, padded16(length - page * kPageTokens));
      avx512::product<Dot>(rows, columns, depth(), {queries, depth(), 1},
                           reinterpret_cast<const Word*>(keys.keys(page, layer, head)), kPageTokens,
                           scores + page * kPageTokens, width, false);
    }
  }

  void sums_over(const Sequence& values, int64_t length, int64_t head, const Element* weights, int64_t width,
                 int64_t rows, float* sums, bool add) const {
    for (int64_t page = 0; page * kPageTokens < length; ++page) {
      const int64_t columns = std::min(kPageTokens, padded16(length - page * kPageTokens));
      const auto* left = reinterpret_cast<const Word*>(weights + page * kPageTokens);
      avx512::product<Dot>(rows, dim, columns / kPair, {left, width / kPair, 1},
                           reinterpret_cast<const Word*>(values.values(page, layer, head)), dim, sums, dim,
                           add || page > 0);
    }
  }

  /// Weights of one row, not yet divided by their sum; returns 1 / sum. `shared` and `own` keys are seen.
  float softmax(const float* scores, int64_t shared, int64_t own, int64_t own_width, Element* weights) const {
    const int64_t begins[2] = {0, padded16(shared)};
    const int64_t seen[2] = {shared, own};
    const int64_t widths[2] = {padded16(shared), own_width};
    __m512 highest = _mm512_set1_ps(-std::numeric_limits<float>::infinity());
    for (int part = 0; part < 2; ++part) {
      for (int64_t c = 0; c < seen[part]; c += 16) {
        highest = _mm512_mask_max_ps(highest, avx512::columns_mask(0, seen[part] - c), highest,
                                     _mm512_loadu_ps(scores + begins[part] + c));
      }
    }
    const float top = _mm512_reduce_max_ps(highest) * scale;
    __m512 sum = _mm512_setzero_ps();
    for (int part = 0; part < 2; ++part) {
      int64_t c = 0;
      for (; c < seen[part]; c += 16) {
        const __m512 shifted =
            _mm512_fmsub_ps(_mm512_loadu_ps(scores + begins[part] + c), _mm512_set1_ps(scale), _mm512_set1_ps(top));
        const __m512 weight = _mm512_maskz_mov_ps(avx512::columns_mask(0, seen[part] - c), avx512::exp16(shifted));
        sum = _mm512_add_ps(sum, weight);
        avx512::store16(weights + begins[part] + c, weight);
      }
      for (; c < widths[part]; c += 16) avx512::store16(weights + begins[part] + c, _mm512_setzero_ps());
    }
    return 1.0f / _mm512_reduce_add_ps(sum);
  }
};

}  // namespace sqltune::cpu
