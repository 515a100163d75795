#include "generate/kv_cache.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>

namespace sqltune {

KvCache::KvCache(const DecoderConfig& config, const PackedLayout& layout, int64_t capacity, at::ScalarType dtype,
                 const at::Device& device)
    : dtype_(dtype), device_(device), layers_(config.num_layers) {
  int64_t longest = 0;
  for (size_t b = 0; b < layout.branches.size(); ++b) {
    own_length_.push_back(layout.branches[b].length);
    prefix_length_.push_back(layout.groups[layout.branch_group[b]].prefix.length);
    row_group_.push_back(layout.branch_group[b]);
    longest = std::max(longest, layout.branches[b].length);
  }
  const auto rows = static_cast<int64_t>(own_length_.size());
  const auto options = at::TensorOptions().dtype(dtype).device(device);
  for (auto& layer : layers_) {
    layer.own_k = at::zeros({rows, config.num_kv_heads, longest + capacity, config.head_dim}, options);
    layer.own_v = at::zeros({rows, config.num_kv_heads, longest + capacity, config.head_dim}, options);
  }
  set_lengths();
}

void KvCache::set_lengths() {
  const auto rows = static_cast<int64_t>(own_length_.size());
  std::vector<int64_t> position(rows);
  longest_own_ = 0;
  for (int64_t r = 0; r < rows; ++r) {
    position[r] = prefix_length_[r] + own_length_[r];
    longest_own_ = std::max(longest_own_, own_length_[r]);
  }
  positions_ = at::tensor(position, at::kLong).to(device_);
  const at::Tensor own = at::tensor(own_length_, at::kLong).to(device_);
  unseen_ = at::arange(longest_own_ + 1, own.options()).unsqueeze(0).gt(own.unsqueeze(1)).view({rows, 1, 1, -1});
}

int64_t KvCache::longest_row() const {
  int64_t longest = 0;
  for (size_t r = 0; r < own_length_.size(); ++r) longest = std::max(longest, prefix_length_[r] + own_length_[r] + 1);
  return longest;
}

void KvCache::fill(int64_t layer, const PackedLayout& layout, const at::Tensor& k, const at::Tensor& v) {
  Layer& cache = layers_[layer];
  const auto heads_first = [&](const at::Tensor& x, const Segment& s) {
    return x.narrow(0, s.start, s.length).transpose(0, 1).to(dtype_);
  };
  for (const auto& group : layout.groups) {
    cache.prefix_k.push_back(heads_first(k, group.prefix).contiguous());
    cache.prefix_v.push_back(heads_first(v, group.prefix).contiguous());
  }
  for (size_t b = 0; b < layout.branches.size(); ++b) {
    const Segment& s = layout.branches[b];
    cache.own_k[static_cast<int64_t>(b)].narrow(1, 0, s.length).copy_(heads_first(k, s));
    cache.own_v[static_cast<int64_t>(b)].narrow(1, 0, s.length).copy_(heads_first(v, s));
  }
}

void KvCache::join(KvCache&& other) {
  const auto groups = static_cast<int64_t>(layers_[0].prefix_k.size());
  for (size_t i = 0; i < layers_.size(); ++i) {
    Layer& mine = layers_[i];
    Layer& theirs = other.layers_[i];
    const auto append = [](std::vector<at::Tensor>& to, std::vector<at::Tensor>& from) {
      to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
    };
    append(mine.prefix_k, theirs.prefix_k);
    append(mine.prefix_v, theirs.prefix_v);
    const int64_t capacity = std::max(mine.own_k.size(2), theirs.own_k.size(2));
    const auto both = [&](at::Tensor& to, at::Tensor& from) {
      const auto room = [&](const at::Tensor& own) {
        return at::constant_pad_nd(own, {0, 0, 0, capacity - own.size(2)});
      };
      to = at::cat({room(to), room(from)});
      from.reset();
    };
    both(mine.own_k, theirs.own_k);
    both(mine.own_v, theirs.own_v);
  }
  own_length_.insert(own_length_.end(), other.own_length_.begin(), other.own_length_.end());
  prefix_length_.insert(prefix_length_.end(), other.prefix_length_.begin(), other.prefix_length_.end());
  for (const int64_t group : other.row_group_) row_group_.push_back(groups + group);
  set_lengths();
}

at::Tensor KvCache::attend(int64_t layer, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                           const AttentionOptions& options) {
  Layer& cache = layers_[layer];
  const int64_t rows = q.size(0);
  const int64_t kv_heads = k.size(1);
  const int64_t shared = q.size(1) / kv_heads;  // query heads that read one kv head
  const int64_t dim = q.size(2);
  for (int64_t r = 0; r < rows; ++r) {
    cache.own_k[r].select(1, own_length_[r]).copy_(k[r]);
    cache.own_v[r].select(1, own_length_[r]).copy_(v[r]);
  }
  const auto cap = [&](at::Tensor s) {
    return options.soft_cap ? at::tanh(s / *options.soft_cap) * *options.soft_cap : s;
  };
  const double hidden = -std::numeric_limits<double>::infinity();
  const at::Tensor query = q.to(dtype_).view({rows, kv_heads, shared, dim}) * options.scale;

  // Each row over its own run.
  const at::Tensor own_k = cache.own_k.narrow(2, 0, longest_own_ + 1);
  const at::Tensor own_v = cache.own_v.narrow(2, 0, longest_own_ + 1);
  at::Tensor own_scores = cap(at::matmul(query, own_k.transpose(2, 3)).to(at::kFloat)).masked_fill(unseen_, hidden);
  if (options.window) {
    const at::Tensor slot = at::arange(longest_own_ + 1, positions_.options()).view({1, 1, 1, -1});
    const at::Tensor own = at::tensor(own_length_, at::kLong).to(device_).view({rows, 1, 1, 1});
    own_scores = own_scores.masked_fill((own - slot).ge(*options.window), hidden);
  }
  at::Tensor lse = own_scores.logsumexp(-1, true);
  at::Tensor out = at::matmul(at::exp(own_scores - lse).to(dtype_), own_v).to(at::kFloat);

  // The rows of a group over their shared prefix, as one product; merged by the log-sum-exp of both parts.
  for (int64_t first = 0; first < rows;) {
    int64_t last = first + 1;
    while (last < rows && row_group_[last] == row_group_[first]) ++last;
    const at::Tensor& prefix_k = cache.prefix_k[row_group_[first]];
    const at::Tensor& prefix_v = cache.prefix_v[row_group_[first]];
    const int64_t prefix = prefix_k.size(1);
    const int64_t n = last - first;
    if (prefix > 0) {
      const at::Tensor joint = query.narrow(0, first, n).transpose(0, 1).reshape({kv_heads, n * shared, dim});
      at::Tensor scores =
          cap(at::bmm(joint, prefix_k.transpose(1, 2)).to(at::kFloat)).view({kv_heads, n, shared, prefix});
      if (options.window) {
        const at::Tensor key = at::arange(prefix, positions_.options()).view({1, 1, 1, -1});
        const at::Tensor distance = positions_.narrow(0, first, n).view({1, n, 1, 1}) - key;
        scores = scores.masked_fill(distance.ge(*options.window), hidden);
      }
      const at::Tensor prefix_lse = scores.logsumexp(-1, true);
      // A window may hide the whole prefix: exp(-inf - -inf) must give no weight, not a NaN.
      const at::Tensor weights = at::exp(scores - prefix_lse).nan_to_num(0.0);
      const at::Tensor over_prefix = at::bmm(weights.view({kv_heads, n * shared, prefix}).to(dtype_), prefix_v)
                                         .to(at::kFloat)
                                         .view({kv_heads, n, shared, dim})
                                         .transpose(0, 1);
      at::Tensor own = out.narrow(0, first, n);
      const at::Tensor own_lse = lse.narrow(0, first, n);
      const at::Tensor other_lse = prefix_lse.transpose(0, 1);
      const at::Tensor merged = at::logaddexp(own_lse, other_lse);
      own.copy_(own * at::exp(own_lse - merged) + over_prefix * at::exp(other_lse - merged));
    }
    first = last;
  }
  return out.view({rows, kv_heads * shared, dim}).to(q.scalar_type());
}

void KvCache::advance() {
  for (auto& length : own_length_) ++length;
  set_lengths();
}

void KvCache::keep(const std::vector<int64_t>& rows) {
  const at::Tensor index = at::tensor(rows, at::kLong).to(device_);
  for (auto& layer : layers_) {
    layer.own_k = layer.own_k.index_select(0, index);
    layer.own_v = layer.own_v.index_select(0, index);
  }
  const auto pick = [&](std::vector<int64_t>& values) {
    std::vector<int64_t> kept;
    for (const int64_t r : rows) kept.push_back(values[r]);
    values = std::move(kept);
  };
  pick(own_length_);
  pick(prefix_length_);
  pick(row_group_);
  drop_unused_prefixes();
  set_lengths();
}

void KvCache::drop_unused_prefixes() {
  std::vector<int64_t> used = row_group_;
  std::sort(used.begin(), used.end());
  used.erase(std::unique(used.begin(), used.end()), used.end());
  for (auto& layer : layers_) {
    for (auto* prefixes : {&layer.prefix_k, &layer.prefix_v}) {
      std::vector<at::Tensor> kept;
      for (const int64_t group : used) kept.push_back(std::move((*prefixes)[group]));
      *prefixes = std::move(kept);
    }
  }
  for (auto& group : row_group_) group = std::lower_bound(used.begin(), used.end(), group) - used.begin();
}

}  // namespace sqltune
