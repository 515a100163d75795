#include "model/ops.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "model/cpu_kernels.h"

namespace sqltune {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::tensor_list;

namespace {

at::ScalarType accurate(const at::Tensor& x) { return x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat; }

at::Tensor rms_norm_aten(const at::Tensor& x, const at::Tensor& weight, double eps) {
  const at::Tensor wide = x.to(accurate(x));
  const at::Tensor rstd = at::rsqrt(wide.square().mean(-1, true) + eps);
  return (wide * rstd * weight.to(wide.scalar_type())).to(x.scalar_type());
}

at::Tensor rotate_aten(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) {
  const at::Tensor wide = x.to(cos.scalar_type());
  const auto halves = wide.chunk(2, -1);
  const at::Tensor c = cos.unsqueeze(1);
  const at::Tensor s = sin.unsqueeze(1);
  return at::cat({halves[0] * c - halves[1] * s, halves[1] * c + halves[0] * s}, -1).to(x.scalar_type());
}

struct RmsNorm : Function<RmsNorm> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& weight, double eps) {
    auto [y, rstd] = cpu::rms_norm(x, weight, eps);
    ctx->save_for_backward({x, weight, rstd});
    return y;
  }
  static tensor_list backward(AutogradContext* ctx, tensor_list grads) {
    const auto saved = ctx->get_saved_variables();
    return {cpu::rms_norm_backward(grads[0].contiguous(), saved[0], saved[1], saved[2]), at::Tensor(), at::Tensor()};
  }
};

struct SiluMul : Function<SiluMul> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& gate, const at::Tensor& up) {
    ctx->save_for_backward({gate, up});
    return cpu::silu_mul(gate, up);
  }
  static tensor_list backward(AutogradContext* ctx, tensor_list grads) {
    const auto saved = ctx->get_saved_variables();
    auto [dgate, dup] = cpu::silu_mul_backward(grads[0].contiguous(), saved[0], saved[1]);
    return {dgate, dup};
  }
};

struct Rope : Function<Rope> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) {
    ctx->save_for_backward({cos, sin});
    return cpu::rotate(x, cos, sin, false);
  }
  static tensor_list backward(AutogradContext* ctx, tensor_list grads) {
    const auto saved = ctx->get_saved_variables();
    return {cpu::rotate(grads[0].contiguous(), saved[0], saved[1], true), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps) {
  if (cpu::supports(x) && weight.scalar_type() == x.scalar_type()) return RmsNorm::apply(x, weight, eps);
  return rms_norm_aten(x, weight, eps);
}

at::Tensor silu_mul(const at::Tensor& gate, const at::Tensor& up) {
  if (cpu::supports(gate) && cpu::supports(up)) return SiluMul::apply(gate, up);
  return at::silu(gate) * up;
}

at::Tensor rope(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) {
  if (cpu::supports(x) && cpu::supports(cos)) return Rope::apply(x, cos, sin);
  return rotate_aten(x, cos, sin);
}

at::Tensor seeded_dropout(const at::Tensor& x, double p, uint64_t seed) {
  if (p <= 0) return x;
  if (cpu::supports(x)) return cpu::dropout(x, p, seed);
  // Elsewhere the device's own generator, set to the seed for this call alone.
  at::Generator generator = at::globalContext().defaultGenerator(x.device()).clone();
  generator.set_current_seed(seed);
  const at::Tensor keep = at::rand(x.sizes(), generator, x.options().dtype(at::kFloat)).ge_(p);
  return x * keep.to(x.scalar_type()).div_(1.0 - p);
}

}  // namespace sqltune
