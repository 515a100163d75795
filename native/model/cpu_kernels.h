#pragma once

#include <ATen/core/Tensor.h>

namespace sqltune::cpu {

/// Whether these kernels take the tensor: contiguous float32 or bfloat16 on the CPU. Others go through ATen.
bool supports(const at::Tensor& tensor);

/// y = x * rsqrt(mean(x^2) + eps) * weight over the last dimension, in float32 inside (Zhang & Sennrich 2019).
/// Returns y and the reciprocal root [rows] that the backward needs.
std::pair<at::Tensor, at::Tensor> rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps);
/// Gradient of x, plus `residual` where it is defined.
at::Tensor rms_norm_backward(const at::Tensor& grad, const at::Tensor& x, const at::Tensor& weight,
                             const at::Tensor& rstd, const at::Tensor& residual);

/// silu(gate) * up of gate_up [rows, 2 * n]; the backward puts the gradients in gate_up's place.
at::Tensor silu_mul(const at::Tensor& gate_up);
void silu_mul_backward_in_place(const at::Tensor& grad, at::Tensor& gate_up);

/// Rotates the halves of the first `heads` heads of each row of x [tokens, columns]; cos and sin float32
/// [tokens, dim / 2]. `inverse` rotates back, which is the backward.
void rotate_in_place(at::Tensor& x, int64_t heads, int64_t dim, const at::Tensor& cos, const at::Tensor& sin,
                     bool inverse);

/// Cross-entropy of each row of logits [rows, n] against targets, int64 [rows]: loss float32 [rows] in nats, hits bool
/// [rows] whether the arg-max is the target. With a gradient, softmax - one-hot takes the logits' place.
void cross_entropy_in_place(at::Tensor logits, const at::Tensor& targets, at::Tensor loss, at::Tensor hits,
                            bool with_grad);

/// Inverted dropout with a mask that is a pure function of (seed, index): the backward calls it again with the same
/// seed on the gradient, so no mask is stored.
at::Tensor dropout(const at::Tensor& x, double p, uint64_t seed);

}  // namespace sqltune::cpu
