#pragma once

// The last linear and what is taken from its logits. Included by AVX-512 files alone.
#include <cmath>
#include <limits>
#include <mutex>

#include "generate/row_products.h"
#include "generate/step_model.h"
#include "generate/token_constraint.h"

namespace sqltune::cpu {

/// lm_head of a StepModel: logits are looked through as they are made, and kept only where they are wanted.
template <class Dot>
class StepHead {
  using Element = ElementOf<Dot>;

 public:
  StepHead(const Linear& linear, at::ScalarType type) : linear_({&linear}, PackedLinear::Order::kSideBySide, type) {}

  void read_adapters() { linear_.read_adapters(); }

  /// `hidden`: normed, [the segments that want something, in]. See StepModel::run.
  void run(const std::vector<StepSegment>& segments, const Element* hidden, std::vector<Likeliest>& likeliest,
           std::vector<float>& logits) {
    const int64_t vocab = linear_.out();
    std::vector<int64_t> place;  // of a row's logits; -1 where they are not wanted
    int64_t written = 0;
    for (const auto& s : segments) {
      if (s.wants != Wants::kNothing) place.push_back(s.wants == Wants::kLogits ? written++ : -1);
    }
    const auto rows = static_cast<int64_t>(place.size());
    likeliest.resize(rows);
    logits.resize(written * vocab);
    if (rows == 0) return;
    const int64_t chunks = (linear_.panels() + kChunk - 1) / kChunk;
    std::vector<Part> parts(chunks * rows);
    products(
        hidden, rows, [](int64_t, int64_t) { return true; },
        [&](int64_t row, int64_t first_token, int64_t columns, const float* values) {
          if (place[row] >= 0) std::copy_n(values, columns, logits.data() + place[row] * vocab + first_token);
          parts[row * chunks + first_token / (kChunk * kPanel)] = look_through(values, columns, first_token);
        });
    spreads_.resize(rows);
    for (int64_t r = 0; r < rows; ++r) likeliest[r] = best_of(parts.data() + r * chunks, chunks, spreads_[r]);
  }

  /// `hidden` as in the last run. See StepModel::likeliest_among.
  std::vector<Likeliest> likeliest_among(const Element* hidden, const std::vector<int64_t>& rows,
                                         const std::vector<std::vector<uint32_t>>& masks) {
    const int64_t n = linear_.in();
    const auto count = static_cast<int64_t>(rows.size());
    std::vector<Element> gathered(count * n);
    for (int64_t r = 0; r < count; ++r) std::copy_n(hidden + rows[r] * n, n, gathered.data() + r * n);
    std::vector<Likeliest> best(count);
    std::mutex mutex;
    products(
        gathered.data(), count,
        [&](int64_t first, int64_t end) {
          for (const auto& mask : masks)
            for (int64_t word = first / 32; word * 32 < end; ++word)
              if (mask[word] != 0) return true;
          return false;
        },
        [&](int64_t row, int64_t first_token, int64_t columns, const float* values) {
          Likeliest here;
          for (int64_t c = 0; c < columns; ++c) {
            if (!has_bit(masks[row], first_token + c) || (here.token >= 0 && values[c] <= here.logit)) continue;
            here = {first_token + c, 0, values[c]};
          }
          if (here.token < 0) return;
          const std::lock_guard<std::mutex> lock(mutex);
          Likeliest& so_far = best[row];
          // The first of equals, whichever thread comes first.
          if (so_far.token < 0 || here.logit > so_far.logit ||
              (here.logit == so_far.logit && here.token < so_far.token)) {
            so_far = here;
          }
        });
    for (int64_t r = 0; r < count; ++r) {
      if (best[r].token < 0) continue;
      const Spread& spread = spreads_[rows[r]];
      best[r].probability = static_cast<float>(std::exp(best[r].logit - spread.top) / spread.total);
    }
    return best;
  }

 private:
  static constexpr int64_t kChunk = 8;  // panels that are looked through together

  struct Part {
    float top, sum;
    int64_t token;
  };
  /// A row's highest logit and the sum of all relative to it.
  struct Spread {
    double top, total;
  };

  /// Calls take(row, first token, columns, logits) for each row and chunk, on the thread that made them, where
  /// wanted(first token, end) says so.
  template <class Wanted, class Take>
  void products(const Element* hidden, int64_t rows, const Wanted& wanted, const Take& take) {
    const int64_t vocab = linear_.out();
    const int64_t chunks = (linear_.panels() + kChunk - 1) / kChunk;
    if (linear_.low_width() > 0) {
      low_.resize(std::max<size_t>(low_.size(), rows * linear_.low_width()));
      low_products<Dot>(linear_, hidden, rows, low_.data());
    }
    const int64_t step = block_rows(rows, 0);
    const int64_t blocks = (rows + step - 1) / step;
    share_out(chunks * blocks, [&](int64_t i) {
      const int64_t first = i % blocks * step;
      const int64_t count = std::min(step, rows - first);
      const int64_t begin = i / blocks * kChunk;
      const int64_t end = std::min(begin + kChunk, linear_.panels());
      const int64_t columns = std::min(vocab, end * kPanel) - begin * kPanel;
      if (!wanted(begin * kPanel, begin * kPanel + columns)) return;
      constexpr int64_t kStride = kChunk * kPanel;
      float* sums = avx512::scratch<float, 52>(count * kStride);
      for (int64_t p = begin; p < end; ++p) {
        panel_product<Dot>(linear_, hidden, low_.data(), p, first, count, sums + (p - begin) * kPanel, kStride);
      }
      for (int64_t r = 0; r < count; ++r) take(first + r, begin * kPanel, columns, sums + r * kStride);
    });
  }

  /// The highest of a run of logits, the first of equals, and the sum of all relative to it.
  static Part look_through(const float* logits, int64_t columns, int64_t first_token) {
    __m512 highest = _mm512_set1_ps(-std::numeric_limits<float>::infinity());
    for (int64_t c = 0; c < columns; c += 16) {
      highest = _mm512_mask_max_ps(highest, avx512::columns_mask(0, columns - c), highest, _mm512_loadu_ps(logits + c));
    }
    const float top = _mm512_reduce_max_ps(highest);
    int64_t token = first_token;
    __m512 sum = _mm512_setzero_ps();
    bool found = false;
    for (int64_t c = 0; c < columns; c += 16) {
      const __mmask16 mask = avx512::columns_mask(0, columns - c);
      const __m512 v = _mm512_loadu_ps(logits + c);
      sum = _mm512_add_ps(sum, _mm512_maskz_mov_ps(mask, avx512::exp16(_mm512_sub_ps(v, _mm512_set1_ps(top)))));
      if (found) continue;
      const auto equal = static_cast<unsigned>(_mm512_mask_cmp_ps_mask(mask, v, _mm512_set1_ps(top), _CMP_EQ_OQ));
      if (equal != 0) {
        token = first_token + c + __builtin_ctz(equal);
        found = true;
      }
    }
    return {top, _mm512_reduce_add_ps(sum), token};
  }

  static Likeliest best_of(const Part* parts, int64_t count, Spread& spread) {
    const Part* best = parts;
    for (int64_t i = 1; i < count; ++i) {
      if (parts[i].top > best->top) best = parts + i;
    }
    double total = 0;
    for (int64_t i = 0; i < count; ++i) total += parts[i].sum * std::exp(static_cast<double>(parts[i].top) - best->top);
    spread = {best->top, total};
    return {best->token, static_cast<float>(1.0 / total), best->top};
  }

  PackedLinear linear_;
  std::vector<float> low_;
  std::vector<Spread> spreads_;  ///< of the last run
};

}  // namespace sqltune::cpu
