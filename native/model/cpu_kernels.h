#pragma once

#include <ATen/core/Tensor.h>

namespace sqltune::cpu {

/// Whether these kernels take the tensor: contiguous float32 or bfloat16 on the CPU. Others go through ATen.
bool supports(const at::Tensor& tensor);

/// y = x * rsqrt(mean(x^2) + eps) * weight over the last dimension, in float32 inside (Zhang & Sennrich 2019).
/// Returns y and the reciprocal root [rows] that the backward needs.
std::pair<at::Tensor, at::Tensor> rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps);
at::Tensor rms_norm_backward(const at::Tensor& grad, const at::Tensor& x, const at::Tensor& weight,
                             const at::Tensor& rstd);

/// silu(gate) * up, elementwise; backward returns {grad_gate, grad_up}.
at::Tensor silu_mul(const at::Tensor& gate, const at::Tensor& up);
std::pair<at::Tensor, at::Tensor> silu_mul_backward(const at::Tensor& grad, const at::Tensor& gate,
                                                    const at::Tensor& up);

/// Rotates the halves of each head: x [tokens, heads, dim], cos and sin float32 [tokens, dim / 2]. `inverse` rotates
/// back, which is the backward.
at::Tensor rotate(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin, bool inverse);

/// Inverted dropout with a mask that is a pure function of (seed, index): the backward calls it again with the same
/// seed on the gradient, so no mask is stored.
at::Tensor dropout(const at::Tensor& x, double p, uint64_t seed);

}  // namespace sqltune::cpu
