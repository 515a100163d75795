#pragma once

#include <ATen/core/Tensor.h>

namespace sqltune {

/// x [rows, in] times weight [out, in] transposed, plus bias [out] where defined: [rows, out]. No autograd.
/// float32 on an x86 CPU goes to oneDNN's AVX-512 kernels: the BLAS behind at::linear takes a slower path on
/// processors that are not Intel's (2.2 times slower on Zen 5).
at::Tensor linear_product(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias = {});

/// grad [rows, out] times weight [out, in]: [rows, in]. No autograd.
at::Tensor linear_backward_product(const at::Tensor& grad, const at::Tensor& weight);

}  // namespace sqltune
