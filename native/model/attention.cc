#include "model/attention.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <limits>

namespace sqltune {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::tensor_list;

namespace {

// The layout outlives the graph: Session keeps it until the micro-step's backward is done.
using LayoutPointer = const PackedLayout*;

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

struct FlashPacked : Function<FlashPacked> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            LayoutPointer layout, double scale) {
    at::Tensor out = at::empty(q.sizes(), q.options());
    at::Tensor lse =
        at::empty({q.size(0), q.size(1)}, q.options().dtype(q.scalar_type() == at::kDouble ? at::kDouble : at::kFloat));
    for (const auto& bucket : layout->buckets) {
      auto [o, l] = at::_scaled_dot_product_flash_attention_for_cpu(gather(q, bucket), gather(k, bucket),
                                                                    gather(v, bucket), 0.0, true, {}, scale);
      scatter(out, o, bucket, false);
      at::Tensor lse_rows = lse.unsqueeze(-1);
      scatter(lse_rows, l.unsqueeze(-1), bucket, false);
    }
    for (const auto& group : layout->groups) {
      if (group.prefix.length == 0) continue;
      auto [o, l] = at::_scaled_dot_product_flash_attention_for_cpu(as_row(q, group.branches), as_row(k, group.prefix),
                                                                    as_row(v, group.prefix), 0.0, false, {}, scale);
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
    ctx->save_for_backward({q, k, v, out, lse});
    ctx->saved_data["layout"] = reinterpret_cast<int64_t>(layout);
    ctx->saved_data["scale"] = scale;
    return out;
  }

  static tensor_list backward(AutogradContext* ctx, tensor_list grads) {
    const auto saved = ctx->get_saved_variables();
    const at::Tensor& q = saved[0];
    const at::Tensor& k = saved[1];
    const at::Tensor& v = saved[2];
    const at::Tensor& out = saved[3];
    const at::Tensor& lse = saved[4];
    const auto* layout = reinterpret_cast<LayoutPointer>(ctx->saved_data["layout"].toInt());
    const double scale = ctx->saved_data["scale"].toDouble();
    const at::Tensor grad = grads[0].contiguous();

    at::Tensor dq = at::empty_like(q);
    at::Tensor dk = at::empty_like(k);
    at::Tensor dv = at::empty_like(v);
    for (const auto& bucket : layout->buckets) {
      auto [a, b, c] = at::_scaled_dot_product_flash_attention_for_cpu_backward(
          gather(grad, bucket), gather(q, bucket), gather(k, bucket), gather(v, bucket), gather(out, bucket),
          gather_lse(lse, bucket), 0.0, true, {}, scale);
      scatter(dq, a, bucket, false);
      scatter(dk, b, bucket, false);
      scatter(dv, c, bucket, false);
    }
    for (const auto& group : layout->groups) {
      if (group.prefix.length == 0) continue;
      auto [a, b, c] = at::_scaled_dot_product_flash_attention_for_cpu_backward(
          as_row(grad, group.branches), as_row(q, group.branches), as_row(k, group.prefix), as_row(v, group.prefix),
          as_row(out, group.branches), run(lse, group.branches).transpose(0, 1).unsqueeze(0).contiguous(), 0.0, false,
          {}, scale);
      run(dq, group.branches).add_(a[0].transpose(0, 1));
      run(dk, group.prefix).add_(b[0].transpose(0, 1));
      run(dv, group.prefix).add_(c[0].transpose(0, 1));
    }
    return {dq, dk, dv, at::Tensor(), at::Tensor()};
  }
};

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
                            const AttentionOptions& options) {
  const bool windowed = options.window && layout.longest_row > *options.window;
  if (q.device().is_cpu() && !windowed && !options.soft_cap) {
    return FlashPacked::apply(q, k, v, &layout, options.scale);
  }
  return packed_attention_reference(q, k, v, layout, options);
}

}  // namespace sqltune
