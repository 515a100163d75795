#pragma once

#include <ATen/core/Tensor.h>

namespace sqltune {

// Differentiable pieces of a decoder block. Each saves only what its backward needs and uses the CPU kernels where
// they apply; other devices and float64 take the same formula in ATen operators, which the tests compare with.

/// RMSNorm over the last dimension; the weight is frozen and gets no gradient.
at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps);

/// silu(gate) * up, the gated activation of Llama's MLP (Shazeer 2020).
at::Tensor silu_mul(const at::Tensor& gate, const at::Tensor& up);

/// Rotary embedding: x [tokens, heads, dim]; cos, sin [tokens, dim / 2] in float32 (float64 for float64 x).
at::Tensor rope(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin);

/// Inverted dropout whose mask is a function of the seed alone; not differentiable by itself (see lora/lora.cc).
at::Tensor seeded_dropout(const at::Tensor& x, double p, uint64_t seed);

}  // namespace sqltune
