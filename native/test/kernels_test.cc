#include <ATen/ATen.h>

#include "check.h"
#include "model/attention.h"
#include "model/cpu_kernels.h"
#include "model/ops.h"

using namespace sqltune;

namespace {

double worst(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item().toDouble();
}

/// Each CPU kernel against the same formula in float64 ATen operators, forward and gradient.
void kernels_agree(at::ScalarType dtype, double tolerance) {
  const auto wide = [](const at::Tensor& t) { return t.detach().to(at::kDouble).requires_grad_(true); };
  const auto narrow = [&](at::IntArrayRef shape) { return at::randn(shape).to(dtype).requires_grad_(true); };

  at::Tensor x = narrow({37, 72});
  at::Tensor weight = at::rand({72}).to(dtype);
  at::Tensor g = at::randn({37, 72}).to(dtype);
  at::Tensor x64 = wide(x);
  at::Tensor y = rms_norm(x, weight, 1e-5);
  at::Tensor y64 = rms_norm(x64, weight.to(at::kDouble), 1e-5);
  y.backward(g);
  y64.backward(g.to(at::kDouble));
  EXPECT(worst(y, y64) < tolerance);
  EXPECT(worst(x.grad(), x64.grad()) < tolerance);

  at::Tensor gate = narrow({29, 50});
  at::Tensor up = narrow({29, 50});
  at::Tensor gate64 = wide(gate);
  at::Tensor up64 = wide(up);
  g = at::randn({29, 50}).to(dtype);
  y = silu_mul(gate, up);
  y64 = silu_mul(gate64, up64);
  y.backward(g);
  y64.backward(g.to(at::kDouble));
  EXPECT(worst(y, y64) < tolerance);
  EXPECT(worst(gate.grad(), gate64.grad()) < tolerance);
  EXPECT(worst(up.grad(), up64.grad()) < tolerance);

  at::Tensor heads = narrow({11, 3, 16});
  at::Tensor heads64 = wide(heads);
  const at::Tensor angle = at::rand({11, 8}, at::kDouble) * 6;
  g = at::randn({11, 3, 16}).to(dtype);
  y = rope(heads, angle.cos().to(at::kFloat), angle.sin().to(at::kFloat));
  y64 = rope(heads64, angle.cos(), angle.sin());
  y.backward(g);
  y64.backward(g.to(at::kDouble));
  EXPECT(worst(y, y64) < tolerance);
  EXPECT(worst(heads.grad(), heads64.grad()) < tolerance);
}

}  // namespace

TEST("float32 kernels agree with float64 operators") { kernels_agree(at::kFloat, 1e-5); }
TEST("bfloat16 kernels agree with float64 operators to a rounding") { kernels_agree(at::kBFloat16, 6e-2); }

TEST("silu_mul's exponential holds from large negative to large positive") {
  const at::Tensor gate = at::tensor({-200.0f, -88.0f, -20.0f, -1e-4f, 0.0f, 1e-4f, 20.0f, 88.0f, 200.0f});
  const at::Tensor y = cpu::silu_mul(gate, at::ones_like(gate));
  const at::Tensor expected = at::silu(gate.to(at::kDouble));
  EXPECT(((y.to(at::kDouble) - expected).abs() / (expected.abs() + 1e-6)).max().item().toDouble() < 1e-5);
}

TEST("dropout keeps 1 - p of the elements, scaled, independent of the threads' split") {
  const at::Tensor ones = at::ones({400, 1000});
  const at::Tensor dropped = cpu::dropout(ones, 0.3, 12345);
  const double kept = dropped.ne(0).to(at::kDouble).mean().item().toDouble();
  EXPECT_NEAR(kept, 0.7, 0.003);
  EXPECT_NEAR(dropped.max().item().toDouble(), 1.0 / 0.7, 1e-5);
  const at::Tensor part = cpu::dropout(ones.narrow(0, 0, 1).contiguous(), 0.3, 12345);
  EXPECT(at::equal(part[0], dropped[0]));
  // Neighbouring rows and seeds are not correlated: both kept with probability 0.49.
  const at::Tensor other = cpu::dropout(ones, 0.3, 12346);
  const double both = dropped.ne(0).logical_and(other.ne(0)).to(at::kDouble).mean().item().toDouble();
  EXPECT_NEAR(both, 0.49, 0.004);
  const double rows =
      dropped.slice(0, 1).ne(0).logical_and(dropped.slice(0, 0, 399).ne(0)).to(at::kDouble).mean().item().toDouble();
  EXPECT_NEAR(rows, 0.49, 0.004);
}

TEST("merged flash attention equals one masked softmax, forward and gradient, GQA, float64") {
  PackedBatch batch;
  batch.prefix_lengths = {40, 0, 3};
  batch.branch_counts = {4, 2, 1};
  batch.branch_lengths = {10, 33, 1, 60, 25, 70, 5};
  batch.tokens.assign(40 + 3 + 10 + 33 + 1 + 60 + 25 + 70 + 5, 0);
  const PackedLayout layout(batch, at::kCPU);
  const auto leaf = [&](int64_t heads) {
    return at::randn({layout.tokens, heads, 16}, at::kDouble).requires_grad_(true);
  };
  at::Tensor q = leaf(6), k = leaf(2), v = leaf(2);
  const at::Tensor g = at::randn({layout.tokens, 6, 16}, at::kDouble);
  const AttentionOptions options{0.25, std::nullopt, std::nullopt};
  const at::Tensor reference = packed_attention_reference(q, k, v, layout, options);
  reference.backward(g);
  const std::vector<at::Tensor> expected{q.grad().clone(), k.grad().clone(), v.grad().clone()};
  for (auto* t : {&q, &k, &v}) t->mutable_grad() = at::Tensor();
  const at::Tensor flash = packed_attention(q, k, v, layout, options);
  flash.backward(g);
  EXPECT(worst(reference, flash) < 1e-12);
  EXPECT(worst(q.grad(), expected[0]) < 1e-12);
  EXPECT(worst(k.grad(), expected[1]) < 1e-12);
  EXPECT(worst(v.grad(), expected[2]) < 1e-12);
}
