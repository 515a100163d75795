#pragma once

#include <ATen/core/Tensor.h>

namespace sqltune {

// Pieces of a decoder block, without autograd: by this project's CPU kernels for float32 and bfloat16 there, by ATen
// operators for other devices and float64. The *_reference ones are differentiable ATen operators.

/// cos and sin of every position, [tokens, head_dim / 2] each; float32, float64 for a float64 model.
struct RopeTables {
  at::Tensor cos;
  at::Tensor sin;
};

struct Normed {
  at::Tensor y;     ///< like x
  at::Tensor rstd;  ///< 1 / root mean square of each row, [rows]
};

/// RMSNorm over the last dimension (Zhang & Sennrich 2019), in float32 inside: x * rsqrt(mean x^2 + eps) * weight.
Normed rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps);
/// Gradient of x, plus `residual` where it is defined; the weight is frozen and gets none.
at::Tensor rms_norm_backward(const at::Tensor& grad, const at::Tensor& x, const at::Tensor& weight,
                             const at::Tensor& rstd, const at::Tensor& residual);
at::Tensor rms_norm_reference(const at::Tensor& x, const at::Tensor& weight, double eps);

/// silu(gate) * up of gate_up [rows, 2 * n], gate in the first n columns (Shazeer 2020): [rows, n].
at::Tensor silu_mul(const at::Tensor& gate_up);
/// Puts the gradients of gate and up in gate_up's place.
void silu_mul_backward_in_place(const at::Tensor& grad, at::Tensor gate_up);

/// Rotary embedding (Su et al. 2021) of the first `heads` heads of each row of x [tokens, columns], in place: pairs
/// (i, i + dim / 2) of a head turn by its position's angle i; `inverse` turns back, which is the backward.
void rope_in_place(at::Tensor x, int64_t heads, int64_t dim, const RopeTables& tables, bool inverse);
/// x [tokens, heads, dim].
at::Tensor rope_reference(const at::Tensor& x, const RopeTables& tables);

/// Inverted dropout whose mask is a function of the seed alone.
at::Tensor seeded_dropout(const at::Tensor& x, double p, uint64_t seed);

}  // namespace sqltune
