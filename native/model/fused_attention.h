#pragma once

#include <ATen/core/Tensor.h>

#include "model/packed_layout.h"

namespace sqltune::cpu {

/// Whether the fused kernels take this call: AVX-512, float32 or bfloat16, a head dimension that is a multiple of 16,
/// heads next to each other within a token. Others go through ATen's flash attention.
bool fused_attention_supports(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v);

/// Attention of a packed batch in one pass (FlashAttention-2, Dao 2023, laid out for a CPU): a tile of queries sees
/// its group's prefix and its own branch up to the diagonal; the heads of one key/value head share its packed keys
/// and values; scores, softmax and sums are float32, products take bfloat16 pairs where the processor has them.
/// q [tokens, heads, dim], k and v [tokens, kv_heads, dim], rows may be strided; writes out like q and lse, the
/// log-sum-exp of the scaled scores, float32 [tokens, heads].
void fused_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const PackedLayout& layout,
                     double scale, at::Tensor& out, at::Tensor& lse);

/// Gradients of the same, given out and lse: the scores are computed again, a tile at a time. dq, dk and dv may be
/// strided like q, k and v. The order of every sum is fixed by the layout, not by the number of threads.
void fused_attention_backward(const at::Tensor& grad, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                              const at::Tensor& out, const at::Tensor& lse, const PackedLayout& layout, double scale,
                              at::Tensor& dq, at::Tensor& dk, at::Tensor& dv);

}  // namespace sqltune::cpu
