#include "train/forward_backward.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include "train/loss.h"

namespace sqltune {

namespace {

at::Tensor token_ids(const PackedBatch& batch, const at::Device& device) {
  return at::tensor(batch.tokens, at::kLong).to(device);
}

/// Which optimizer parameters belong to each block, by their names: autograd is asked for those alone.
std::vector<std::vector<size_t>> parameters_by_block(const AdamW::Named& parameters, size_t blocks) {
  static const std::string kLayers = "model.layers.";
  std::vector<std::vector<size_t>> of_block(blocks);
  for (size_t p = 0; p < parameters.size(); ++p) {
    const size_t at = parameters[p].first.rfind(kLayers);
    if (at != std::string::npos) of_block.at(std::stoul(parameters[p].first.substr(at + kLayers.size()))).push_back(p);
  }
  return of_block;
}

}  // namespace

at::Tensor hidden_states(const Decoder& decoder, const PackedBatch& batch, const PackedLayout& layout,
                         const AbortFlag& abort) {
  at::NoGradGuard no_grad;
  const RopeTables rope = decoder.rope_tables(layout.positions, layout.longest_row);
  const AttentionOptions options = decoder.attention_options();
  const AttentionFn attention = [&](const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
    return packed_attention(q, k, v, layout, options);
  };
  at::Tensor x = decoder.embed(token_ids(batch, decoder.device()));
  for (const auto& block : decoder.blocks()) {
    abort.check();
    x = block.forward(x, decoder.config(), rope, attention, {});
  }
  return x;
}

LossResult forward_backward(const Decoder& decoder, AdamW& optimizer, const PackedBatch& batch, uint64_t seed,
                            bool checkpointing, const AbortFlag& abort) {
  const PackedLayout layout(batch, decoder.device());
  const LabelRows labels(batch, layout, decoder.device());
  const RopeTables rope = decoder.rope_tables(layout.positions, layout.longest_row);
  const AttentionOptions options = decoder.attention_options();
  const AttentionFn attention = [&](const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
    return packed_attention(q, k, v, layout, options);
  };
  const CallContext context{true, seed};
  const auto& blocks = decoder.blocks();
  const auto of_block = parameters_by_block(optimizer.parameters(), blocks.size());

  std::vector<at::Tensor> params;
  for (const auto& [name, p] : optimizer.parameters()) params.push_back(p);

  // Forward. The embedding is frozen, so the first block's input needs no gradient.
  std::vector<at::Tensor> inputs(blocks.size());
  std::vector<at::Tensor> outputs(blocks.size());
  at::Tensor x = [&] {
    at::NoGradGuard no_grad;
    return decoder.embed(token_ids(batch, decoder.device()));
  }();
  for (size_t i = 0; i < blocks.size(); ++i) {
    abort.check();
    inputs[i] = x.detach().requires_grad_(i > 0);
    at::AutoGradMode grad_mode(!checkpointing);
    outputs[i] = blocks[i].forward(inputs[i], decoder.config(), rope, attention, context);
    x = outputs[i].detach();
    if (checkpointing) outputs[i] = at::Tensor();
  }

  LossOutput loss = label_loss(decoder, x, labels, context, /*with_grad=*/true, params, abort);

  // Gradients are handed to the optimizer only when the whole micro-step is through: an abort leaves it unchanged.
  std::vector<at::Tensor> total = std::move(loss.grad_params);
  at::Tensor grad = loss.grad_hidden;
  for (size_t i = blocks.size(); i-- > 0;) {
    abort.check();
    if (checkpointing) {
      at::AutoGradMode grad_mode(true);
      outputs[i] = blocks[i].forward(inputs[i], decoder.config(), rope, attention, context);
    }
    if (!outputs[i].requires_grad()) break;  // neither this block nor one below it carries an adapter
    std::vector<at::Tensor> wanted;
    for (const size_t p : of_block[i]) wanted.push_back(params[p]);
    if (i > 0) wanted.push_back(inputs[i]);
    const auto grads = torch::autograd::grad({outputs[i]}, wanted, {grad}, /*retain_graph=*/false,
                                             /*create_graph=*/false, /*allow_unused=*/true);
    for (size_t j = 0; j < of_block[i].size(); ++j) total[of_block[i][j]] = grads[j];
    grad = i > 0 ? grads.back() : at::Tensor();
    inputs[i] = at::Tensor();
    outputs[i] = at::Tensor();
  }
  for (size_t p = 0; p < params.size(); ++p) {
    if (total[p].defined()) optimizer.accumulate(p, total[p]);
  }
  optimizer.add_tokens(loss.result.tokens);
  return loss.result;
}

LossResult evaluate_loss(const Decoder& decoder, const PackedBatch& batch, const AbortFlag& abort) {
  const PackedLayout layout(batch, decoder.device());
  const LabelRows labels(batch, layout, decoder.device());
  const at::Tensor hidden = hidden_states(decoder, batch, layout, abort);
  return label_loss(decoder, hidden, labels, {}, /*with_grad=*/false, {}, abort).result;
}

}  // namespace sqltune
