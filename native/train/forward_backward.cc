#include "train/forward_backward.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include "runtime/fast_paths.h"
#include "train/loss.h"

namespace sqltune {

namespace {

/// Gradients are handed to the optimizer only when the whole micro-step is through: an abort leaves it unchanged.
LossResult hand_over(AdamW& optimizer, const Gradients& gradients, const LossResult& result) {
  for (size_t p = 0; p < gradients.of.size(); ++p) {
    if (gradients.of[p].defined()) optimizer.accumulate(p, gradients.of[p]);
  }
  optimizer.add_tokens(result.tokens);
  return result;
}

/// The lowest block that carries an adapter: nothing below it needs a gradient. -1 where none does.
int64_t first_adapted(const std::vector<Block>& blocks) {
  for (size_t i = 0; i < blocks.size(); ++i) {
    for (const auto* linear : blocks[i].linears()) {
      if (linear->adapter) return static_cast<int64_t>(i);
    }
  }
  return -1;
}

bool has_explicit_passes(const Decoder& decoder) {
  const auto& head = decoder.lm_head().adapter;
  if (head && !head->has_explicit_passes()) return false;
  for (const auto& block : decoder.blocks()) {
    if (!block.has_explicit_passes()) return false;
  }
  return true;
}

}  // namespace

at::Tensor hidden_states(const Decoder& decoder, const PackedBatch& batch, const PackedLayout& layout,
                         const AbortFlag& abort) {
  at::NoGradGuard no_grad;
  const RopeTables rope = decoder.rope_tables(layout.positions, layout.longest_row);
  const AttentionOptions options = decoder.attention_options();
  const AttentionFn attention = [&](const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
    return packed_attention(q, k, v, layout, options, nullptr);
  };
  at::Tensor x = decoder.embed(to_device(batch.tokens, decoder.device()));
  for (const auto& block : decoder.blocks()) {
    abort.check();
    x = block.infer(x, decoder.config(), rope, attention);
  }
  return x;
}

LossResult forward_backward(const Decoder& decoder, AdamW& optimizer, const PackedBatch& batch, uint64_t seed,
                            Checkpointing checkpointing, const AbortFlag& abort) {
  if (!use_fast_path("passes") || !has_explicit_passes(decoder))
    return forward_backward_reference(decoder, optimizer, batch, seed, abort);
  at::NoGradGuard no_grad;
  const PackedLayout layout(batch, decoder.device());
  const LabelRows labels(batch, layout, decoder.device());
  const RopeTables rope = decoder.rope_tables(layout.positions, layout.longest_row);
  const PackedPass pass{decoder.config(), rope, layout, decoder.attention_options(), {true, seed}};
  const auto& blocks = decoder.blocks();
  const auto last = static_cast<int64_t>(blocks.size()) - 1;
  const int64_t lowest = first_adapted(blocks);
  const auto rows_of = [&](int64_t i) { return i == last ? labels.rows : at::Tensor(); };

  std::vector<BlockTape> tapes(blocks.size());
  at::Tensor x = decoder.embed(to_device(batch.tokens, decoder.device()));
  for (int64_t i = 0; i <= last; ++i) {
    abort.check();
    BlockTape& tape = tapes[i];
    x = blocks[i].forward(x, pass, rows_of(i), checkpointing, tape);
    if (i < lowest || lowest < 0) tape = {};
  }

  Gradients gradients;
  gradients.of.resize(optimizer.parameters().size());
  LossOutput loss = label_loss(decoder, x, labels, pass.context, &gradients, optimizer.loss_scale(), abort);
  x = at::Tensor();
  at::Tensor grad = loss.grad_hidden;
  for (int64_t i = last; lowest >= 0 && i >= lowest; --i) {
    abort.check();
    grad = blocks[i].backward(grad, pass, rows_of(i), /*need_dx=*/i > lowest, tapes[i], gradients);
    tapes[i] = {};
  }
  return hand_over(optimizer, gradients, loss.result);
}

LossResult forward_backward_reference(const Decoder& decoder, AdamW& optimizer, const PackedBatch& batch, uint64_t seed,
                                      const AbortFlag& abort) {
  const PackedLayout layout(batch, decoder.device());
  const LabelRows labels(batch, layout, decoder.device());
  const RopeTables rope = decoder.rope_tables(layout.positions, layout.longest_row);
  const PackedPass pass{decoder.config(), rope, layout, decoder.attention_options(), {true, seed}};
  std::vector<at::Tensor> params;
  for (const auto& [name, p] : optimizer.parameters()) params.push_back(p);

  at::AutoGradMode grad_mode(true);
  at::Tensor x = decoder.embed(to_device(batch.tokens, decoder.device()));
  const auto& blocks = decoder.blocks();
  for (size_t i = 0; i < blocks.size(); ++i) {
    abort.check();
    x = blocks[i].reference(x, pass, i + 1 == blocks.size() ? labels.rows : at::Tensor());
  }
  auto [result, loss] = label_loss_reference(decoder, x, labels, pass.context);
  Gradients gradients;
  if (loss.requires_grad()) {
    const at::Tensor scale = optimizer.loss_scale();
    gradients.of = torch::autograd::grad({scale.defined() ? loss * scale : loss}, params, {}, /*retain_graph=*/false,
                                         /*create_graph=*/false, /*allow_unused=*/true);
  }
  return hand_over(optimizer, gradients, result);
}

LossResult evaluate_loss(const Decoder& decoder, const PackedBatch& batch, const AbortFlag& abort) {
  at::NoGradGuard no_grad;
  const PackedLayout layout(batch, decoder.device());
  const LabelRows labels(batch, layout, decoder.device());
  const at::Tensor hidden = hidden_states(decoder, batch, layout, abort).index_select(0, labels.rows);
  return label_loss(decoder, hidden, labels, {}, nullptr, {}, abort).result;
}

}  // namespace sqltune
