#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include "check.h"
#include "model/attention.h"
#include "model/cpu_kernels.h"
#include "model/ops.h"

using namespace sqltune;

namespace {

double worst(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item().toDouble();
}

at::Tensor grad_of(const at::Tensor& y, const at::Tensor& x, const at::Tensor& g) {
  return torch::autograd::grad({y}, {x}, {g.to(y.scalar_type())}, true)[0];
}

/// Each CPU kernel, and the ATen operators that other devices take, against autograd over float64 operators.
void kernels_agree(at::ScalarType dtype, double tolerance) {
  const auto narrow = [&](at::IntArrayRef shape) { return at::randn(shape).to(dtype); };
  const auto wide = [](const at::Tensor& t) { return t.to(at::kDouble, false, true).requires_grad_(true); };

  const at::Tensor x = narrow({37, 72});
  const at::Tensor weight = at::rand({72}).to(dtype);
  const at::Tensor g = narrow({37, 72});
  const at::Tensor residual = narrow({37, 72});
  const at::Tensor x64 = wide(x);
  const at::Tensor y64 = rms_norm_reference(x64, weight.to(at::kDouble), 1e-5);
  const Normed normed = rms_norm(x, weight, 1e-5);
  const at::Tensor dx64 = grad_of(y64, x64, g);
  EXPECT(worst(normed.y, y64) < tolerance);
  EXPECT(worst(rms_norm_backward(g, x, weight, normed.rstd, at::Tensor()), dx64) < tolerance);
  EXPECT(worst(rms_norm_backward(g, x, weight, normed.rstd, residual), dx64 + residual.to(at::kDouble)) < tolerance);

  const at::Tensor gate_up = narrow({29, 100});
  const at::Tensor gate_up64 = wide(gate_up);
  const auto halves = gate_up64.chunk(2, 1);
  const at::Tensor activated64 = at::silu(halves[0]) * halves[1];
  const at::Tensor ga = narrow({29, 50});
  const at::Tensor dgate_up64 = grad_of(activated64, gate_up64, ga);
  EXPECT(worst(silu_mul(gate_up), activated64) < tolerance);
  at::NoGradGuard no_grad;
  const at::Tensor in_place = gate_up.detach().clone();
  silu_mul_backward_in_place(ga, in_place);
  EXPECT(worst(in_place, dgate_up64) < tolerance);

  // Three heads of which two turn, in rows with columns to spare.
  const at::Tensor angle = at::rand({11, 8}, at::kDouble) * 6;
  const auto table = dtype == at::kDouble ? at::kDouble : at::kFloat;
  const RopeTables tables{angle.cos().to(table), angle.sin().to(table)};
  const at::Tensor heads = narrow({11, 48});
  const at::Tensor turned64 =
      rope_reference(heads.narrow(1, 0, 32).reshape({11, 2, 16}).to(at::kDouble), {angle.cos(), angle.sin()});
  const at::Tensor turned = heads.clone();
  rope_in_place(turned, 2, 16, tables, false);
  EXPECT(worst(turned.narrow(1, 0, 32), turned64.reshape({11, 32})) < tolerance);
  EXPECT(at::equal(turned.narrow(1, 32, 16), heads.narrow(1, 32, 16)));
  rope_in_place(turned, 2, 16, tables, true);
  EXPECT(worst(turned, heads) < tolerance);
}

/// 3 groups: unequal branches on a prefix, rows without one, and a branch alone on a short prefix.
PackedBatch attention_batch() {
  PackedBatch batch;
  batch.prefix_lengths = {40, 0, 3};
  batch.branch_counts = {4, 2, 1};
  batch.branch_lengths = {10, 33, 1, 60, 25, 70, 5};
  batch.tokens.assign(40 + 3 + 10 + 33 + 1 + 60 + 25 + 70 + 5, 0);
  return batch;
}

/// Packed attention of `dtype` and its gradients against one masked softmax in float64. q, k and v stand in one wider
/// tensor, as in a block. 6 query heads on 2; `dim` decides between the kernels.
void attention_agrees(const PackedBatch& batch, at::ScalarType dtype, int64_t heads, int64_t dim, double tolerance) {
  const PackedLayout layout(batch, at::kCPU);
  const int64_t kv = 2;
  const at::Tensor qkv = at::randn({layout.tokens, (heads + 2 * kv) * dim}).to(dtype);
  const auto part = [&](const at::Tensor& t, int64_t first, int64_t count) {
    return t.narrow(1, first * dim, count * dim).view({layout.tokens, count, dim});
  };
  const at::Tensor g = at::randn({layout.tokens, heads, dim}).to(dtype);
  const AttentionOptions options{0.25, std::nullopt, std::nullopt};
  const at::Tensor qkv64 = qkv.to(at::kDouble, false, true).requires_grad_(true);
  const at::Tensor expected = packed_attention_reference(part(qkv64, 0, heads), part(qkv64, heads, kv),
                                                         part(qkv64, heads + kv, kv), layout, options);
  const at::Tensor dexpected = grad_of(expected, qkv64, g);

  at::NoGradGuard no_grad;
  AttentionSaved saved;
  const at::Tensor q = part(qkv, 0, heads), k = part(qkv, heads, kv), v = part(qkv, heads + kv, kv);
  const at::Tensor out = packed_attention(q, k, v, layout, options, &saved);
  const at::Tensor dqkv = at::full_like(qkv, 7.0);
  packed_attention_backward(g, q, k, v, out, saved, layout, options, part(dqkv, 0, heads), part(dqkv, heads, kv),
                            part(dqkv, heads + kv, kv));
  EXPECT(worst(out, expected) < tolerance);
  EXPECT(worst(dqkv, dexpected) < tolerance * 4);
}

}  // namespace

TEST("float64 operators without autograd agree with autograd") { kernels_agree(at::kDouble, 1e-12); }
TEST("float32 kernels agree with float64 operators") { kernels_agree(at::kFloat, 1e-5); }
TEST("bfloat16 kernels agree with float64 operators to a rounding") { kernels_agree(at::kBFloat16, 6e-2); }

TEST("silu_mul's exponential holds from large negative to large positive") {
  const at::Tensor gate = at::tensor({-200.0f, -88.0f, -20.0f, -1e-4f, 0.0f, 1e-4f, 20.0f, 88.0f, 200.0f});
  const at::Tensor y = cpu::silu_mul(at::cat({gate, at::ones_like(gate)}).unsqueeze(0))[0];
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

TEST("packed attention by flash calls equals one masked softmax, float64") {
  attention_agrees(attention_batch(), at::kDouble, 6, 16, 1e-12);
}
TEST("packed attention without a fused kernel for the head dimension, float32") {
  attention_agrees(attention_batch(), at::kFloat, 6, 24, 2e-5);
}
TEST("fused packed attention equals one masked softmax, float32") {
  for (const int64_t heads : {2, 6, 14}) attention_agrees(attention_batch(), at::kFloat, heads, 16, 2e-5);
  attention_agrees(attention_batch(), at::kFloat, 4, 128, 1e-4);
}
TEST("fused packed attention equals one masked softmax to a rounding, bfloat16") {
  for (const int64_t heads : {2, 6, 14}) attention_agrees(attention_batch(), at::kBFloat16, heads, 16, 5e-2);
  attention_agrees(attention_batch(), at::kBFloat16, 4, 64, 8e-2);
}
TEST("fused packed attention over rows longer than its tiles and one token short") {
  PackedBatch batch;
  batch.prefix_lengths = {517, 0, 1};
  batch.branch_counts = {3, 1, 2};
  batch.branch_lengths = {64, 97, 1, 1, 1, 15};
  batch.tokens.assign(517 + 1 + 64 + 97 + 1 + 1 + 1 + 15, 0);
  attention_agrees(batch, at::kFloat, 6, 32, 5e-5);
  attention_agrees(batch, at::kBFloat16, 6, 32, 8e-2);
}

TEST("cross-entropy of a row, its arg-max and its gradient in place") {
  for (const auto dtype : {at::kFloat, at::kBFloat16}) {
    const at::Tensor logits = (at::randn({9, 1003}) * 4).to(dtype);
    logits[3][17] = logits[3].max();  // equals: the first counts
    const at::Tensor targets = logits.argmax(1);
    targets[1] = 5;
    targets[2] = 1002;
    const at::Tensor wide = logits.to(at::kDouble).requires_grad_(true);
    const at::Tensor expected = at::nll_loss(at::log_softmax(wide, 1), targets, {}, at::Reduction::None);
    const at::Tensor gradient = grad_of(expected, wide, at::ones({9}));
    const at::Tensor hit = wide.argmax(1).eq(targets);
    const at::Tensor loss = at::empty({9}), hits = at::empty({9}, at::kBool);
    cpu::cross_entropy_in_place(logits, targets, loss, hits, true);
    EXPECT(worst(loss, expected) < 1e-5);
    EXPECT(at::equal(hits, hit));
    EXPECT(worst(logits, gradient) < (dtype == at::kFloat ? 1e-6 : 4e-3));
  }
}
