#include "generate/step_model.h"

#include <ATen/ATen.h>

#include "runtime/fast_paths.h"
#include "runtime/machine.h"

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))

#include "generate/paged_attention.h"
#include "generate/row_products.h"
#include "generate/step_head.h"

namespace sqltune {

namespace {

using cpu::ElementOf;
using cpu::PagedAttention;
using cpu::QueryTile;
using namespace cpu::avx512;  // NOLINT: the kernels below are written in its terms

constexpr int64_t kTileRows = 96;           // query rows of a tile, unless
constexpr int64_t kTileScores = 96 * 1024;  // their scores would leave the second-level cache

/// A float32 vector of the model: norm weights.
std::vector<float> floats(const at::Tensor& t) {
  const at::Tensor wide = t.to(at::kFloat).contiguous();
  return {wide.const_data_ptr<float>(), wide.const_data_ptr<float>() + wide.numel()};
}

/// The decoder on AVX-512: each pass goes through all layers in buffers of its own, the residual stream in float32.
template <class Dot>
class Avx512StepModel final : public StepModel {
  using Element = ElementOf<Dot>;

 public:
  explicit Avx512StepModel(const Decoder& decoder)
      : decoder_(decoder),
        config_(decoder.config()),
        attention_{0, config_.head_dim, config_.num_heads / config_.num_kv_heads, config_.num_heads,
                   static_cast<float>(decoder.attention_options().scale)},
        pages_(std::make_shared<PagePool>(PageShape{config_.num_layers, config_.num_kv_heads, config_.head_dim,
                                                    static_cast<int64_t>(sizeof(Element))})),
        head_(decoder.lm_head(), kType),
        final_norm_(floats(decoder.final_norm_weight())) {
    using Order = PackedLinear::Order;
    for (const auto& block : decoder.blocks()) {
      layers_.push_back({floats(block.input_norm),
                         floats(block.post_attention_norm),
                         {{&block.q, &block.k, &block.v}, Order::kSideBySide, kType},
                         {{&block.o}, Order::kSideBySide, kType},
                         {{&block.gate, &block.up}, Order::kGated, kType},
                         {{&block.down}, Order::kSideBySide, kType}});
    }
  }

  const std::shared_ptr<PagePool>& pages() const override { return pages_; }
  void forget_adapters() override { adapters_read_ = false; }

  void run(const std::vector<StepSegment>& segments, const std::function<void()>& check,
           std::vector<Likeliest>& likeliest, std::vector<float>& logits) override {
    if (!adapters_read_) read_adapters();
    begin(segments);
    cut_tiles(segments);
    for (size_t i = 0; i < layers_.size(); ++i) {
      check();
      layer(layers_[i], static_cast<int64_t>(i), segments);
    }
    gather_last(segments);
    head_.run(segments, narrow_.data(), likeliest, logits);
  }

  std::vector<Likeliest> likeliest_among(const std::vector<int64_t>& rows,
                                         const std::vector<std::vector<uint32_t>>& masks) override {
    return head_.likeliest_among(narrow_.data(), rows, masks);
  }

 private:
  static constexpr at::ScalarType kType = Dot::kElements == 1 ? at::kFloat : at::kBFloat16;

  struct Layer {
    std::vector<float> input_norm, post_attention_norm;
    PackedLinear qkv, o, gate_up, down;
  };

  void read_adapters() {
    for (auto& l : layers_)
      for (auto* linear : {&l.qkv, &l.o, &l.gate_up, &l.down}) linear->read_adapters();
    head_.read_adapters();
    adapters_read_ = true;
  }

  template <class T>
  static T* sized(std::vector<T>& buffer, int64_t count) {
    if (static_cast<int64_t>(buffer.size()) < count) buffer.resize(count);
    return buffer.data();
  }

  /// Embeddings into the residual stream; the angles of all positions.
  void begin(const std::vector<StepSegment>& segments) {
    tokens_ = 0;
    std::vector<int64_t> ids;
    position_.clear();
    int64_t longest = 0;
    for (const auto& s : segments) {
      const int64_t first = s.own->start() + s.own->length() - s.count;
      for (int64_t t = 0; t < s.count; ++t) {
        ids.push_back(s.tokens[t]);
        position_.push_back(first + t);
      }
      longest = std::max(longest, first + s.count);
      tokens_ += s.count;
    }
    const at::Tensor rows = decoder_.embed(at::tensor(ids, at::kLong)).to(at::kFloat).contiguous();
    std::copy_n(rows.const_data_ptr<float>(), rows.numel(), sized(x_, rows.numel()));
    if (!rope_.cos.defined() || rope_.cos.size(0) < longest) {
      const int64_t length = (longest + 255) / 256 * 256;
      rope_ = decoder_.rope_tables(at::arange(length, at::kLong), length);
    }
  }

  void cut_tiles(const std::vector<StepSegment>& segments) {
    tiles_.clear();
    int64_t token = 0;
    for (const auto& s : segments) {
      const int64_t first = s.own->length() - s.count;
      const int64_t width = (s.prefix ? s.prefix->length() : 0) + s.own->length();
      const int64_t most = std::max<int64_t>(1, std::min(kTileRows, kTileScores / (width + 32)) / attention_.repeat);
      for (int64_t t = 0; t < s.count;) {
        if (tiles_.empty() || !s.prefix || tiles_.back().prefix != s.prefix || tiles_.back().tokens >= most) {
          tiles_.push_back({s.prefix, {}, 0});
        }
        QueryTile& tile = tiles_.back();
        const int64_t count = std::min(s.count - t, most - tile.tokens);
        tile.runs.push_back({s.own, first + t, token + t, count});
        tile.tokens += count;
        t += count;
      }
      token += s.count;
    }
  }

  void norm(const float* x, const std::vector<float>& weight, int64_t rows, Element* to) const {
    const int64_t n = config_.hidden_size;
    parallel_for(0, rows, 24, [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        __m512 squares = _mm512_setzero_ps();
        for (int64_t i = 0; i < n; i += 16) {
          const __m512 v = _mm512_loadu_ps(x + r * n + i);
          squares = _mm512_fmadd_ps(v, v, squares);
        }
        const double mean = _mm512_reduce_add_ps(squares) / static_cast<double>(n);
        const __m512 root = _mm512_set1_ps(static_cast<float>(1.0 / std::sqrt(mean + config_.rms_norm_eps)));
        for (int64_t i = 0; i < n; i += 16) {
          const __m512 scaled = _mm512_mul_ps(_mm512_loadu_ps(x + r * n + i), root);
          store16(to + r * n + i, _mm512_mul_ps(scaled, _mm512_loadu_ps(weight.data() + i)));
        }
      }
    });
  }

  void layer(const Layer& l, int64_t index, const std::vector<StepSegment>& segments) {
    const int64_t hidden = config_.hidden_size;
    const int64_t heads = config_.num_heads * config_.head_dim;
    Element* narrow = sized(narrow_, tokens_ * std::max(hidden, config_.intermediate_size));
    norm(x_.data(), l.input_norm, tokens_, narrow);
    const int64_t qkv_columns = l.qkv.out();
    float* qkv = sized(qkv_, tokens_ * qkv_columns);
    cpu::row_products<Dot>(l.qkv, narrow, tokens_, low_, [&](int64_t panel, int64_t first, int64_t rows, float* sums) {
      for (int64_t r = 0; r < rows; ++r) {
        std::copy_n(sums + r * kPanel, l.qkv.columns(panel), qkv + (first + r) * qkv_columns + panel * kPanel);
      }
    });
    Element* queries = sized(queries_, 2 * tokens_ * heads);
    Element* attended = queries + tokens_ * heads;
    place_heads(index, segments, qkv, queries);
    const int64_t kv_heads = config_.num_kv_heads;
    share_out(static_cast<int64_t>(tiles_.size()) * kv_heads, [&](int64_t i) {
      PagedAttention<Dot> attention = attention_;
      attention.layer = index;
      attention.tile(tiles_[i / kv_heads], i % kv_heads, queries, attended);
    });
    add_product(l.o, attended);

    norm(x_.data(), l.post_attention_norm, tokens_, narrow);
    Element* gated = sized(gated_, tokens_ * config_.intermediate_size);
    cpu::row_products<Dot>(
        l.gate_up, narrow, tokens_, low_, [&](int64_t panel, int64_t first, int64_t rows, float* sums) {
          for (int64_t r = 0; r < rows; ++r) {
            gate(sums + r * kPanel, gated + (first + r) * config_.intermediate_size + panel * kPanel / 2,
                 config_.intermediate_size - panel * kPanel / 2);
          }
        });
    add_product(l.down, gated);
  }

  /// silu(gate) * up of a panel: gate in its first half, up in the second.
  static void gate(const float* sums, Element* to, int64_t columns) {
    for (int64_t i = 0; i < std::min(columns, kPanel / 2); i += 16) {
      const __m512 g = _mm512_loadu_ps(sums + i);
      const __m512 one = _mm512_set1_ps(1.0f);
      const __m512 silu = _mm512_div_ps(g, _mm512_add_ps(one, exp16(_mm512_sub_ps(_mm512_setzero_ps(), g))));
      store16(to + i, _mm512_mul_ps(silu, _mm512_loadu_ps(sums + kPanel / 2 + i)));
    }
  }

  /// Adds the linear's outputs to the residual stream.
  void add_product(const PackedLinear& linear, const Element* from) {
    float* x = x_.data();
    const int64_t n = linear.out();
    cpu::row_products<Dot>(linear, from, tokens_, low_, [&](int64_t panel, int64_t first, int64_t rows, float* sums) {
      for (int64_t r = 0; r < rows; ++r) {
        float* to = x + (first + r) * n + panel * kPanel;
        for (int64_t i = 0; i < linear.columns(panel); i += 16) {
          _mm512_storeu_ps(to + i, _mm512_add_ps(_mm512_loadu_ps(to + i), _mm512_loadu_ps(sums + r * kPanel + i)));
        }
      }
    });
  }

  void rotate(float* head, int64_t position) const {
    const int64_t half = config_.head_dim / 2;
    const float* cos = rope_.cos.const_data_ptr<float>() + position * half;
    const float* sin = rope_.sin.const_data_ptr<float>() + position * half;
    for (int64_t i = 0; i < half; ++i) {
      const float a = head[i];
      const float b = head[half + i];
      head[i] = a * cos[i] - b * sin[i];
      head[half + i] = b * cos[i] + a * sin[i];
    }
  }

  /// RoPE; queries to their buffer, keys and values to their pages.
  void place_heads(int64_t index, const std::vector<StepSegment>& segments, float* qkv, Element* queries) {
    const int64_t dim = config_.head_dim;
    const int64_t heads = config_.num_heads;
    const int64_t kv_heads = config_.num_kv_heads;
    PagedAttention<Dot> attention = attention_;
    attention.layer = index;
    std::vector<std::pair<Sequence*, int64_t>> places;
    for (const auto& s : segments)
      for (int64_t t = 0; t < s.count; ++t) places.emplace_back(s.own, s.own->length() - s.count + t);
    parallel_for(0, tokens_, 16, [&](int64_t begin, int64_t end) {
      for (int64_t t = begin; t < end; ++t) {
        float* row = qkv + t * (heads + 2 * kv_heads) * dim;
        for (int64_t h = 0; h < heads + kv_heads; ++h) rotate(row + h * dim, position_[t]);
        for (int64_t i = 0; i < heads * dim; i += 16) {
          store16(queries + t * heads * dim + i, _mm512_loadu_ps(row + i));
        }
        for (int64_t h = 0; h < kv_heads; ++h) {
          attention.append(*places[t].first, places[t].second, h, row + (heads + h) * dim,
                           row + (heads + kv_heads + h) * dim);
        }
      }
    });
  }

  /// The final norm of the last tokens that something is wanted of, into narrow_.
  void gather_last(const std::vector<StepSegment>& segments) {
    const int64_t n = config_.hidden_size;
    int64_t rows = 0;
    int64_t token = 0;
    for (const auto& s : segments) {
      token += s.count;
      // Rows move down in place: a row's target is never past its source.
      if (s.wants != Wants::kNothing) std::copy_n(x_.data() + (token - 1) * n, n, x_.data() + rows++ * n);
    }
    norm(x_.data(), final_norm_, rows, sized(narrow_, rows * n));
  }

  const Decoder& decoder_;
  const DecoderConfig& config_;
  PagedAttention<Dot> attention_;
  std::shared_ptr<PagePool> pages_;
  std::vector<Layer> layers_;
  cpu::StepHead<Dot> head_;
  std::vector<float> final_norm_;
  bool adapters_read_ = false;

  int64_t tokens_ = 0;
  std::vector<int64_t> position_;
  std::vector<QueryTile> tiles_;
  RopeTables rope_;
  std::vector<float> x_, qkv_, low_;
  std::vector<Element> narrow_, queries_, gated_;
};

}  // namespace

std::unique_ptr<StepModel> make_step_model(const Decoder& decoder) {
  const DecoderConfig& c = decoder.config();
  const auto compute = decoder.compute();
  const bool precision = compute == at::kFloat || (compute == at::kBFloat16 && has_avx512_bf16());
  const bool shape = c.hidden_size % 16 == 0 && c.intermediate_size % 16 == 0 && c.head_dim % 16 == 0;
  if (!use_fast_path("generation") || !has_avx512() || !decoder.device().is_cpu() || !precision || !shape)
    return nullptr;
  // The packed weights are a second copy, which must leave room for keys, values and whatever else runs.
  const int64_t copy = decoder.parameter_count() * (compute == at::kFloat ? 4 : 2);
  const auto available = available_memory();
  if (available && copy > *available / 2) return nullptr;
  if (compute == at::kFloat) return std::make_unique<Avx512StepModel<FloatDot>>(decoder);
  return std::make_unique<Avx512StepModel<Bf16Dot>>(decoder);
}

}  // namespace sqltune

#include "model/avx512_end.h"

#else

namespace sqltune {

std::unique_ptr<StepModel> make_step_model(const Decoder&) { return nullptr; }

}  // namespace sqltune

#endif
