#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <vector>

#include "model/packed_layout.h"

namespace sqltune {

/// What families differ in; the kernel is chosen from it.
struct AttentionOptions {
  double scale = 1.0;              ///< multiplies q.k before the softmax
  std::optional<int64_t> window;   ///< keys further back than this are not seen (Mistral); unset: all
  std::optional<double> soft_cap;  ///< cap * tanh(score / cap) (Gemma 2); unset: none
};

/// What the backward reads beside q, k, v and the output.
struct AttentionSaved {
  at::Tensor lse;  ///< log-sum-exp of the scaled scores, float32 or float64, [tokens, heads]
  // Where no explicit backward exists: autograd's graph of the reference.
  std::vector<at::Tensor> leaves;
  at::Tensor graph;
};

/// Attention over a packed batch: a prefix attends causally to itself, a branch to its group's prefix and causally to
/// itself. q [tokens, heads, dim], k and v [tokens, kv_heads, dim], after RoPE, rows may be strided; returns
/// [tokens, heads, dim]. No autograd; `saved`, where given, takes what packed_attention_backward needs.
/// The kernel: this project's own for AVX-512 CPUs; else libtorch's flash attention, called for the prefix and for the
/// branches and merged by log-sum-exp (exact; the backward of each part takes the merged output, as ring attention's
/// does); else, or with a window or a soft cap in play, the reference.
at::Tensor packed_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const PackedLayout& layout,
                            const AttentionOptions& options, AttentionSaved* saved);

/// Writes the gradients of q, k and v, which may be strided like them. Uses `saved` up.
void packed_attention_backward(const at::Tensor& grad, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                               const at::Tensor& out, AttentionSaved& saved, const PackedLayout& layout,
                               const AttentionOptions& options, at::Tensor dq, at::Tensor dk, at::Tensor dv);

/// The same by one masked dense softmax a group, in plain differentiable operators: what tests compare with, and what
/// runs where no kernel takes the options.
at::Tensor packed_attention_reference(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                      const PackedLayout& layout, const AttentionOptions& options);

}  // namespace sqltune
