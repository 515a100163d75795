#include "model/ops.h"

#include <ATen/ATen.h>

#include "model/cpu_kernels.h"

namespace sqltune {

namespace {

at::ScalarType accurate(const at::Tensor& x) { return x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat; }

at::Tensor rotate(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) {
  const at::Tensor wide = x.to(cos.scalar_type());
  const auto halves = wide.chunk(2, -1);
  const at::Tensor c = cos.unsqueeze(1);
  const at::Tensor s = sin.unsqueeze(1);
  return at::cat({halves[0] * c - halves[1] * s, halves[1] * c + halves[0] * s}, -1).to(x.scalar_type());
}

}  // namespace

Normed rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps) {
  if (cpu::supports(x) && weight.scalar_type() == x.scalar_type()) {
    auto [y, rstd] = cpu::rms_norm(x, weight, eps);
    return {y, rstd};
  }
  const at::Tensor wide = x.to(accurate(x));
  const at::Tensor rstd = at::rsqrt(wide.square().mean(-1, true) + eps);
  return {(wide * rstd * weight.to(wide.scalar_type())).to(x.scalar_type()), rstd.squeeze(-1)};
}

at::Tensor rms_norm_backward(const at::Tensor& grad, const at::Tensor& x, const at::Tensor& weight,
                             const at::Tensor& rstd, const at::Tensor& residual) {
  if (cpu::supports(x) && cpu::supports(grad) && (!residual.defined() || cpu::supports(residual)) &&
      weight.scalar_type() == x.scalar_type()) {
    return cpu::rms_norm_backward(grad, x, weight, rstd, residual);
  }
  const auto type = accurate(x);
  const at::Tensor wide = x.to(type);
  const at::Tensor weighted = grad.to(type) * weight.to(type);
  const at::Tensor r = rstd.unsqueeze(-1);
  const at::Tensor along = (weighted * wide).mean(-1, true) * r * r;
  const at::Tensor dx = r * (weighted - wide * along);
  return (residual.defined() ? dx + residual.to(type) : dx).to(x.scalar_type());
}

at::Tensor rms_norm_reference(const at::Tensor& x, const at::Tensor& weight, double eps) {
  const at::Tensor wide = x.to(accurate(x));
  const at::Tensor rstd = at::rsqrt(wide.square().mean(-1, true) + eps);
  return (wide * rstd * weight.to(wide.scalar_type())).to(x.scalar_type());
}

at::Tensor silu_mul(const at::Tensor& gate_up) {
  if (cpu::supports(gate_up)) return cpu::silu_mul(gate_up);
  const auto halves = gate_up.chunk(2, 1);
  return at::silu(halves[0]) * halves[1];
}

void silu_mul_backward_in_place(const at::Tensor& grad, at::Tensor gate_up) {
  if (cpu::supports(gate_up) && cpu::supports(grad)) {
    cpu::silu_mul_backward_in_place(grad, gate_up);
    return;
  }
  const auto halves = gate_up.chunk(2, 1);
  const at::Tensor gate = halves[0].clone();
  const at::Tensor share = at::sigmoid(gate);
  const at::Tensor activated = gate * share;
  const at::Tensor slope = share * (1 + gate * (1 - share));
  at::Tensor dgate = halves[0];
  at::Tensor dup = halves[1];
  dgate.copy_(grad * dup * slope);
  dup.copy_(grad * activated);
}

void rope_in_place(at::Tensor x, int64_t heads, int64_t dim, const RopeTables& tables, bool inverse) {
  if (cpu::supports(x) && cpu::supports(tables.cos)) {
    cpu::rotate_in_place(x, heads, dim, tables.cos, tables.sin, inverse);
    return;
  }
  at::Tensor rotated = x.narrow(1, 0, heads * dim).view({x.size(0), heads, dim});
  rotated.copy_(rotate(rotated, tables.cos, inverse ? -tables.sin : tables.sin));
}

at::Tensor rope_reference(const at::Tensor& x, const RopeTables& tables) { return rotate(x, tables.cos, tables.sin); }

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
