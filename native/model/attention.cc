#include "model/attention.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <limits>

#include "model/fused_attention.h"

namespace sqltune {

namespace {

/// [tokens, heads, dim] rows of one bucket as the kernel wants them, [segments, heads, length, dim].
at::Tensor gather(const at::Tensor& x, const Bucket& bucket) {
  if (bucket.segments.size() == 1) {
    return x.narrow(0, bucket.segments[0].start, bucket.length).unsqueeze(0).transpose(1, 2);
  }
  const auto rows = static_cast<int64_t>(bucket.segments.size()) * bucket.length;
  at::Tensor padded = at::zeros({rows, x.size(1), x.size(2)}, x.options());
  padded.index_copy_(0, bucket.target, x.index_select(0, bucket.source));
  return padded.view({-1, bucket.length, x.size(1), x.size(2)}).transpose(1, 2);
}

/// lse [tokens, heads] likewise, [segments, heads, length].
at::Tensor gather_lse(const at::Tensor& lse, const Bucket& bucket) {
  return gather(lse.unsqueeze(-1), bucket).squeeze(-1).contiguous();
}

/// Adds (or writes) a bucket's rows back to their places in the packed batch.
void scatter(at::Tensor& to, const at::Tensor& rows, const Bucket& bucket, bool add) {
  const at::Tensor flat = rows.transpose(1, 2);  // [segments, length, heads, dim]
  if (bucket.segments.size() == 1) {
    at::Tensor place = to.narrow(0, bucket.segments[0].start, bucket.length);
    add ? place.add_(flat[0]) : place.copy_(flat[0]);
    return;
  }
  const at::Tensor picked = flat.reshape({-1, to.size(1), to.size(2)}).index_select(0, bucket.target);
  add ? to.index_add_(0, bucket.source, picked) : to.index_copy_(0, bucket.source, picked);
}

at::Tensor run(const at::Tensor& x, const Segment& s) { return x.narrow(0, s.start, s.length); }
at::Tensor as_row(const at::Tensor& x, const Segment& s) { return run(x, s).unsqueeze(0).transpose(1, 2); }

/// Keys or values [rows, kv_heads, length, dim] for `heads` query heads: CUDA's kernel wants one each.
at::Tensor repeat_heads(const at::Tensor& x, int64_t heads) {
  return x.size(1) == heads ? x : x.repeat_interleave(heads / x.size(1), 1);
}
/// The gradient of repeat_heads.
at::Tensor sum_heads(const at::Tensor& grad, int64_t kv_heads) {
  if (grad.size(1) == kv_heads) return grad;
  return grad.view({grad.size(0), kv_heads, -1, grad.size(2), grad.size(3)}).sum(2);
}

/// libtorch's flash attention on [rows, heads, length, dim]: {output, log-sum-exp [rows, heads, length]}.
std::pair<at::Tensor, at::Tensor> flash(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, bool causal,
                                        double scale) {
  if (q.device().is_cpu()) {
    auto [out, lse] = at::_scaled_dot_product_flash_attention_for_cpu(q, k, v, 0.0, causal, {}, scale);
    return {out, lse};
  }
  const auto result = at::_scaled_dot_product_flash_attention(q, repeat_heads(k, q.size(1)), repeat_heads(v, q.size(1)),
                                                              0.0, causal, /*return_debug_mask=*/false, scale);
  return {std::get<0>(result), std::get<1>(result)};
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> flash_backward(const at::Tensor& grad, const at::Tensor& q,
                                                              const at::Tensor& k, const at::Tensor& v,
                                                              const at::Tensor& out, const at::Tensor& lse, bool causal,
                                                              double scale) {
  if (q.device().is_cpu()) {
    return at::_scaled_dot_product_flash_attention_for_cpu_backward(grad, q, k, v, out, lse, 0.0, causal, {}, scale);
  }
  // No dropout: the random state is not read.
  const at::Tensor unused = at::empty({}, q.options().dtype(at::kLong));
  auto [dq, dk, dv] = at::_scaled_dot_product_flash_attention_backward(
      grad, q, repeat_heads(k, q.size(1)), repeat_heads(v, q.size(1)), out, lse, {}, {}, q.size(2), k.size(2), 0.0,
      causal, unused, unused, scale);
  return {dq, sum_heads(dk, k.size(1)), sum_heads(dv, v.size(1))};
}

at::Tensor merged_flash(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const PackedLayout& layout,
                        double scale, at::Tensor& lse) {
  at::Tensor out = at::empty(q.sizes(), q.options());
  for (const auto& bucket : layout.buckets) {
    auto [o, l] = flash(gather(q, bucket), gather(k, bucket), gather(v, bucket), true, scale);
    scatter(out, o, bucket, false);
    at::Tensor lse_rows = lse.unsqueeze(-1);
    scatter(lse_rows, l.unsqueeze(-1), bucket, false);
  }
  for (const auto& group : layout.groups) {
    if (group.prefix.length == 0) continue;
    auto [o, l] = flash(as_row(q, group.branches), as_row(k, group.prefix), as_row(v, group.prefix), false, scale);
    // softmax over both parts = each part's softmax weighted by its share of the joint normaliser.
    at::Tensor own = run(lse, group.branches);
    const at::Tensor over_prefix = l[0].transpose(0, 1);
    const at::Tensor merged = at::logaddexp(own, over_prefix);
    const at::Tensor own_share = at::exp(own - merged).unsqueeze(-1);
    const at::Tensor prefix_share = at::exp(over_prefix - merged).unsqueeze(-1);
    at::Tensor place = run(out, group.branches);
    place.copy_(place * own_share + o[0].transpose(0, 1) * prefix_share);
    own.copy_(merged);
  }
  return out;
}

void merged_flash_backward(const at::Tensor& grad, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                           const at::Tensor& out, const at::Tensor& lse, const PackedLayout& layout, double scale,
                           at::Tensor& dq, at::Tensor& dk, at::Tensor& dv) {
  for (const auto& bucket : layout.buckets) {
    auto [a, b, c] = flash_backward(gather(grad, bucket), gather(q, bucket), gather(k, bucket), gather(v, bucket),
                                    gather(out, bucket), gather_lse(lse, bucket), true, scale);
    scatter(dq, a, bucket, false);
    scatter(dk, b, bucket, false);
    scatter(dv, c, bucket, false);
  }
  for (const auto& group : layout.groups) {
    if (group.prefix.length == 0) continue;
    auto [a, b, c] = flash_backward(as_row(grad, group.branches), as_row(q, group.branches), as_row(k, group.prefix),
                                    as_row(v, group.prefix), as_row(out, group.branches),
                                    run(lse, group.branches).transpose(0, 1).unsqueeze(0).contiguous(), false, scale);
    run(dq, group.branches).add_(a[0].transpose(0, 1));
    run(dk, group.prefix).add_(b[0].transpose(0, 1));
    run(dv, group.prefix).add_(c[0].transpose(0, 1));
  }
}

/// Kernels with an explicit backward, in order of preference.
enum class Kernel { kFused, kFlash, kReference };

Kernel choose(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const PackedLayout& layout,
              const AttentionOptions& options) {
  const bool windowed = options.window && layout.longest_row > *options.window;
  if (windowed || options.soft_cap) return Kernel::kReference;
  if (cpu::fused_attention_supports(q, k, v)) return Kernel::kFused;
  const bool narrow = q.scalar_type() == at::kHalf || q.scalar_type() == at::kBFloat16;
  return q.device().is_cpu() || (q.device().is_cuda() && narrow) ? Kernel::kFlash : Kernel::kReference;
}

}  // namespace

at::Tensor packed_attention_reference(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                      const PackedLayout& layout, const AttentionOptions& options) {
  const auto repeat = q.size(1) / k.size(1);
  std::vector<at::Tensor> outputs;
  size_t branch = 0;
  for (size_t g = 0; g < layout.groups.size(); ++g) {
    const auto& group = layout.groups[g];
    const Segment whole{group.prefix.start, group.prefix.length + group.branches.length};
    const at::Tensor position = run(layout.positions, whole);
    // owner: -1 for the prefix, else the branch; a key is seen from its own owner or when it is the prefix's.
    at::Tensor owner = at::full({whole.length}, -1, position.options());
    for (; branch < layout.branches.size() && layout.branch_group[branch] == static_cast<int64_t>(g); ++branch) {
      const auto& b = layout.branches[branch];
      owner.narrow(0, b.start - whole.start, b.length).fill_(static_cast<int64_t>(branch));
    }
    const at::Tensor distance = position.unsqueeze(1) - position.unsqueeze(0);
    at::Tensor seen =
        (owner.unsqueeze(1).eq(owner.unsqueeze(0)).logical_or(owner.eq(-1).unsqueeze(0))).logical_and(distance.ge(0));
    if (options.window) seen = seen.logical_and(distance.lt(*options.window));

    const auto wide = q.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
    const at::Tensor qh = run(q, whole).transpose(0, 1).to(wide);
    const at::Tensor kh = run(k, whole).transpose(0, 1).repeat_interleave(repeat, 0).to(wide);
    const at::Tensor vh = run(v, whole).transpose(0, 1).repeat_interleave(repeat, 0).to(wide);
    at::Tensor scores = at::matmul(qh, kh.transpose(1, 2)) * options.scale;
    if (options.soft_cap) scores = at::tanh(scores / *options.soft_cap) * *options.soft_cap;
    scores = scores.masked_fill(seen.logical_not(), -std::numeric_limits<double>::infinity());
    outputs.push_back(at::matmul(at::softmax(scores, -1), vh).transpose(0, 1).to(q.scalar_type()));
  }
  return at::cat(outputs, 0);
}

at::Tensor packed_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const PackedLayout& layout,
                            const AttentionOptions& options, AttentionSaved* saved) {
  const Kernel kernel = choose(q, k, v, layout, options);
  if (kernel == Kernel::kReference) {
    if (!saved) return packed_attention_reference(q, k, v, layout, options);
    at::AutoGradMode grad_mode(true);
    saved->leaves = {q.detach().requires_grad_(), k.detach().requires_grad_(), v.detach().requires_grad_()};
    saved->graph = packed_attention_reference(saved->leaves[0], saved->leaves[1], saved->leaves[2], layout, options);
    return saved->graph.detach();
  }
  at::Tensor lse =
      at::empty({q.size(0), q.size(1)}, q.options().dtype(q.scalar_type() == at::kDouble ? at::kDouble : at::kFloat));
  at::Tensor out;
  if (kernel == Kernel::kFused) {
    out = at::empty(q.sizes(), q.options());
    cpu::fused_attention(q, k, v, layout, options.scale, out, lse);
  } else {
    out = merged_flash(q, k, v, layout, options.scale, lse);
  }
  if (saved) saved->lse = lse;
  return out;
}

void packed_attention_backward(const at::Tensor& grad, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                               const at::Tensor& out, AttentionSaved& saved, const PackedLayout& layout,
                               const AttentionOptions& options, at::Tensor dq, at::Tensor dk, at::Tensor dv) {
  switch (choose(q, k, v, layout, options)) {
    case Kernel::kFused:
      cpu::fused_attention_backward(grad, q, k, v, out, saved.lse, layout, options.scale, dq, dk, dv);
      break;
    case Kernel::kFlash:
      merged_flash_backward(grad, q, k, v, out, saved.lse, layout, options.scale, dq, dk, dv);
      break;
    case Kernel::kReference: {
      const auto grads = torch::autograd::grad({saved.graph}, saved.leaves, {grad});
      dq.copy_(grads[0]);
      dk.copy_(grads[1]);
      dv.copy_(grads[2]);
      break;
    }
  }
  saved = {};
}

}  // namespace sqltune
