#pragma once

#include <ATen/core/Tensor.h>

namespace sqltune {

/// x [rows, in] times weight [out, in] transposed, plus bias [out] where defined: [rows, out]. No autograd.
/// float32 on an x86 CPU goes to oneDNN's AVX-512 kernels: the BLAS behind at::linear takes a slower path on
/// processors that are not Intel's (2.2 times slower on Zen 5).
at::Tensor linear_product(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias = {});

/// grad [rows, out] times weight [out, in]: [rows, in]. No autograd.
at::Tensor linear_backward_product(const at::Tensor& grad, const at::Tensor& weight);

/// While one lives, this thread's float32 products go to the BLAS, whose sums in blocks come about half as far from
/// float64 as oneDNN's: for logits that are compared with another implementation's.
class PreciseProducts {
 public:
  PreciseProducts();
  ~PreciseProducts();
  PreciseProducts(const PreciseProducts&) = delete;
  PreciseProducts& operator=(const PreciseProducts&) = delete;
};

}  // namespace sqltune
