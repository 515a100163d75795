#include "model/block.h"

#include <ATen/ATen.h>

namespace sqltune {

namespace {

LinearGroup qkv_group(const Block& b) { return LinearGroup({&b.q, &b.k, &b.v}); }
LinearGroup o_group(const Block& b) { return LinearGroup({&b.o}); }
LinearGroup gate_up_group(const Block& b) { return LinearGroup({&b.gate, &b.up}); }
LinearGroup down_group(const Block& b) { return LinearGroup({&b.down}); }

struct Heads {
  at::Tensor q, k, v;  ///< views [tokens, heads, head_dim]
};

Heads heads_of(const at::Tensor& qkv, const DecoderConfig& config) {
  const int64_t kv = config.num_kv_heads * config.head_dim;
  const int64_t query = config.num_heads * config.head_dim;
  const auto part = [&](int64_t column, int64_t heads) {
    return qkv.narrow(1, column, heads * config.head_dim).view({qkv.size(0), heads, config.head_dim});
  };
  return {part(0, config.num_heads), part(query, config.num_kv_heads), part(query + kv, config.num_kv_heads)};
}

void rotate(at::Tensor qkv, const DecoderConfig& config, const RopeTables& rope, bool inverse) {
  rope_in_place(qkv, config.num_heads + config.num_kv_heads, config.head_dim, rope, inverse);
}

at::Tensor pick(const at::Tensor& x, const at::Tensor& rows) { return rows.defined() ? x.index_select(0, rows) : x; }

/// The gradient of pick: rows that were picked twice add up.
at::Tensor spread(const at::Tensor& grad, const at::Tensor& rows, int64_t tokens) {
  if (!rows.defined()) return grad;
  return at::zeros({tokens, grad.size(1)}, grad.options()).index_add_(0, rows, grad);
}

}  // namespace

bool Block::has_explicit_passes() const {
  for (const auto* linear : linears()) {
    if (linear->adapter && !linear->adapter->has_explicit_passes()) return false;
  }
  return true;
}

at::Tensor Block::infer(const at::Tensor& x, const DecoderConfig& config, const RopeTables& rope,
                        const AttentionFn& attention) const {
  const at::Tensor qkv = qkv_group(*this).forward(rms_norm(x, input_norm, config.rms_norm_eps).y, {}, nullptr);
  rotate(qkv, config, rope, false);
  const Heads heads = heads_of(qkv, config);
  const at::Tensor attended = attention(heads.q, heads.k, heads.v).reshape({x.size(0), -1});
  const at::Tensor middle = o_group(*this).forward(attended, {}, nullptr).add_(x);
  const at::Tensor normed = rms_norm(middle, post_attention_norm, config.rms_norm_eps).y;
  return down_group(*this)
      .forward(silu_mul(gate_up_group(*this).forward(normed, {}, nullptr)), {}, nullptr)
      .add_(middle);
}

at::Tensor Block::forward(const at::Tensor& x, const PackedPass& pass, const at::Tensor& rows,
                          Checkpointing checkpointing, BlockTape& tape) const {
  const DecoderConfig& config = pass.config;
  const Normed normed = rms_norm(x, input_norm, config.rms_norm_eps);
  BlockTape kept;
  kept.x = x;
  kept.input_rstd = normed.rstd;
  kept.qkv = qkv_group(*this).forward(normed.y, pass.context, &kept.qkv_saved);
  rotate(kept.qkv, config, pass.rope, false);
  const Heads heads = heads_of(kept.qkv, config);
  kept.attended = packed_attention(heads.q, heads.k, heads.v, pass.layout, pass.attention, &kept.attention)
                      .view({x.size(0), config.num_heads * config.head_dim});
  kept.middle = o_group(*this).forward(pick(kept.attended, rows), pass.context, &kept.o_saved).add_(pick(x, rows));
  const Normed normed_middle = rms_norm(kept.middle, post_attention_norm, config.rms_norm_eps);
  kept.middle_rstd = normed_middle.rstd;
  kept.gate_up = gate_up_group(*this).forward(normed_middle.y, pass.context, &kept.gate_up_saved);
  at::Tensor y = down_group(*this).forward(silu_mul(kept.gate_up), pass.context, &kept.down_saved).add_(kept.middle);

  if (checkpointing == Checkpointing::kBlock) {
    tape = {};
    tape.x = x;
  } else {
    if (checkpointing == Checkpointing::kSelective) kept.gate_up = at::Tensor();
    tape = std::move(kept);
  }
  return y;
}

at::Tensor Block::backward(const at::Tensor& grad, const PackedPass& pass, const at::Tensor& rows, bool need_dx,
                           BlockTape& tape, Gradients& gradients) const {
  const DecoderConfig& config = pass.config;
  if (!tape.qkv.defined()) forward(at::Tensor(tape.x), pass, rows, Checkpointing::kNone, tape);
  const double eps = config.rms_norm_eps;

  // MLP. gate_up's own gradient takes its place.
  const bool again = !tape.gate_up.defined();
  const at::Tensor normed_middle =
      again || gate_up_group(*this).has_adapter() ? rms_norm(tape.middle, post_attention_norm, eps).y : at::Tensor();
  if (again) tape.gate_up = gate_up_group(*this).forward(normed_middle, pass.context, nullptr);
  const at::Tensor gated = down.adapter ? silu_mul(tape.gate_up) : at::Tensor();
  const at::Tensor dgated =
      down_group(*this).backward(grad, gated, tape.down_saved, pass.context, /*need_dx=*/true, gradients);
  silu_mul_backward_in_place(dgated, tape.gate_up);
  const at::Tensor dnormed_middle = gate_up_group(*this).backward(tape.gate_up, normed_middle, tape.gate_up_saved,
                                                                  pass.context, /*need_dx=*/true, gradients);
  tape.gate_up = at::Tensor();
  const at::Tensor dmiddle =
      rms_norm_backward(dnormed_middle, tape.middle, post_attention_norm, tape.middle_rstd, /*residual=*/grad);

  // Attention.
  const at::Tensor dpicked = o_group(*this).backward(dmiddle, pick(tape.attended, rows), tape.o_saved, pass.context,
                                                     /*need_dx=*/true, gradients);
  const at::Tensor dattended = spread(dpicked, rows, tape.x.size(0));
  const at::Tensor dqkv = at::empty_like(tape.qkv);
  const Heads heads = heads_of(tape.qkv, config);
  const Heads dheads = heads_of(dqkv, config);
  packed_attention_backward(dattended.view(heads.q.sizes()), heads.q, heads.k, heads.v,
                            tape.attended.view(heads.q.sizes()), tape.attention, pass.layout, pass.attention, dheads.q,
                            dheads.k, dheads.v);
  rotate(dqkv, config, pass.rope, true);
  const at::Tensor normed = qkv_group(*this).has_adapter() ? rms_norm(tape.x, input_norm, eps).y : at::Tensor();
  const at::Tensor dnormed = qkv_group(*this).backward(dqkv, normed, tape.qkv_saved, pass.context, need_dx, gradients);
  if (!need_dx) return {};
  return rms_norm_backward(dnormed, tape.x, input_norm, tape.input_rstd,
                           /*residual=*/spread(dmiddle, rows, tape.x.size(0)));
}

at::Tensor Block::reference(const at::Tensor& x, const PackedPass& pass, const at::Tensor& rows) const {
  const DecoderConfig& config = pass.config;
  const int64_t tokens = x.size(0);
  const CallContext& context = pass.context;
  const at::Tensor normed = rms_norm_reference(x, input_norm, config.rms_norm_eps);
  const at::Tensor q_heads = q.forward(normed, context).view({tokens, config.num_heads, config.head_dim});
  const at::Tensor k_heads = k.forward(normed, context).view({tokens, config.num_kv_heads, config.head_dim});
  const at::Tensor v_heads = v.forward(normed, context).view({tokens, config.num_kv_heads, config.head_dim});
  const at::Tensor attended = packed_attention_reference(
      rope_reference(q_heads, pass.rope), rope_reference(k_heads, pass.rope), v_heads, pass.layout, pass.attention);
  const at::Tensor flat = attended.reshape({tokens, config.num_heads * config.head_dim});
  const at::Tensor middle = pick(x, rows) + o.forward(pick(flat, rows), context);
  const at::Tensor normed_middle = rms_norm_reference(middle, post_attention_norm, config.rms_norm_eps);
  return middle +
         down.forward(at::silu(gate.forward(normed_middle, context)) * up.forward(normed_middle, context), context);
}

}  // namespace sqltune
