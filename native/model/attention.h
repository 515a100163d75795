#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "model/packed_layout.h"

namespace sqltune {

/// What families differ in; the kernel is chosen from it.
struct AttentionOptions {
  double scale = 1.0;              ///< multiplies q.k before the softmax
  std::optional<int64_t> window;   ///< keys further back than this are not seen (Mistral); unset: all
  std::optional<double> soft_cap;  ///< cap * tanh(score / cap) (Gemma 2); unset: none
};

/// Attention over a packed batch: a prefix attends causally to itself, a branch to its group's prefix and causally to
/// itself. q [tokens, heads, dim], k and v [tokens, kv_heads, dim], after RoPE; returns [tokens, heads, dim].
/// On a CPU without window or cap in play: flash calls on the prefix and on each branch, merged by their log-sum-exp
/// (exact; the backward of each part takes the merged output, as ring attention's does). Otherwise the reference.
at::Tensor packed_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const PackedLayout& layout,
                            const AttentionOptions& options);

/// The same by one masked dense softmax a group, in plain differentiable operators: what tests compare with, and what
/// runs where no flash kernel takes the options.
at::Tensor packed_attention_reference(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                      const PackedLayout& layout, const AttentionOptions& options);

}  // namespace sqltune
