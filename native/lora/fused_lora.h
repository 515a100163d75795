#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <utility>

namespace sqltune::cpu {

/// Whether the fused kernels take x [rows, in] and y (or its gradient) [rows, out]: AVX-512, float32 or bfloat16, in
/// and out multiples of 16, x without gaps, y's columns next to each other.
bool fused_lora_supports(const at::Tensor& x, const at::Tensor& y);

/// y += scaling * dropout(x) A^T B^T, dropout drawn as cpu::dropout does, a tile of rows at a time: the dropped x never
/// exists in memory. a [r, in] and b [out, r] float32; products in float32. Returns dropout(x) A^T, float32, for the
/// backward.
at::Tensor fused_lora_forward(const at::Tensor& x, const at::Tensor& a, const at::Tensor& b, double scaling, double p,
                              uint64_t seed, at::Tensor y);

/// Gradients of a and b, float32, and, where dx is defined, the delta's part of x's gradient added to it. The order of
/// the sums does not depend on the number of threads.
std::pair<at::Tensor, at::Tensor> fused_lora_backward(const at::Tensor& grad, const at::Tensor& x,
                                                      const at::Tensor& low, const at::Tensor& a, const at::Tensor& b,
                                                      double scaling, double p, uint64_t seed, at::Tensor dx);

}  // namespace sqltune::cpu
