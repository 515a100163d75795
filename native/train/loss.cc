#include "train/loss.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <string>

#include "errors.h"

namespace sqltune {

namespace {

// Rows of logits alive at once: 256 rows of a 49k vocabulary are 50 MB in float32.
constexpr int64_t kChunkRows = 256;

}  // namespace

LabelRows::LabelRows(const PackedBatch& batch, const PackedLayout& layout, const at::Device& device) {
  branches = static_cast<int64_t>(layout.branches.size());
  std::vector<int64_t> row;
  std::vector<int64_t> target;
  for (const auto& group : layout.groups) {
    for (int64_t i = 0; i < group.prefix.length; ++i) {
      if (batch.labels[group.prefix.start + i] != kIgnoreIndex) {
        throw InvalidArgument("a shared prefix carries a label (token " + std::to_string(group.prefix.start + i) +
                              "); put what is to be learned into the branches");
      }
    }
  }
  for (int64_t b = 0; b < branches; ++b) {
    const Segment& segment = layout.branches[b];
    const Segment& prefix = layout.groups[layout.branch_group[b]].prefix;
    for (int64_t i = 0; i < segment.length; ++i) {
      const int64_t label = batch.labels[segment.start + i];
      if (label == kIgnoreIndex) continue;
      // HuggingFace drops the label of a sequence's first token too: nothing stands before it.
      if (i == 0 && prefix.length == 0) continue;
      row.push_back(i > 0 ? segment.start + i - 1 : prefix.start + prefix.length - 1);
      target.push_back(label);
      branch.push_back(b);
    }
  }
  rows = at::tensor(row, at::kLong).to(device);
  targets = at::tensor(target, at::kLong).to(device);
}

LossOutput label_loss(const Decoder& decoder, const at::Tensor& hidden, const LabelRows& labels,
                      const CallContext& context, bool with_grad, const std::vector<at::Tensor>& params,
                      const AbortFlag& abort) {
  LossOutput output;
  output.result.tokens = labels.count();
  output.result.branch_loss.assign(labels.branches, 0.0f);
  output.grad_params.resize(params.size());
  if (labels.count() == 0) {
    if (with_grad) output.grad_hidden = at::zeros_like(hidden);
    return output;
  }

  at::AutoGradMode grad_mode(with_grad);
  const at::Tensor leaf = hidden.detach().requires_grad_(with_grad);
  const at::Tensor normed = decoder.final_norm(leaf.index_select(0, labels.rows));
  at::Tensor grad_normed = with_grad ? at::empty_like(normed) : at::Tensor();

  std::vector<at::Tensor> losses;
  std::vector<at::Tensor> hits;
  for (int64_t start = 0; start < labels.count(); start += kChunkRows) {
    abort.check();
    const int64_t rows = std::min(kChunkRows, labels.count() - start);
    const at::Tensor chunk = normed.narrow(0, start, rows).detach().requires_grad_(with_grad);
    const at::Tensor target = labels.targets.narrow(0, start, rows).unsqueeze(1);
    const at::Tensor logits = decoder.lm_head().forward(chunk, context);

    at::NoGradGuard no_grad;
    const auto wide_type = logits.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
    at::Tensor wide = logits.detach().to(wide_type, /*non_blocking=*/false, /*copy=*/true);
    hits.push_back(wide.argmax(1, true).eq(target).sum());
    const at::Tensor normaliser = wide.logsumexp(1, true);
    losses.push_back((normaliser - wide.gather(1, target)).squeeze(1));
    if (!with_grad) continue;
    // d loss / d logits = softmax - one-hot, built in place.
    wide.sub_(normaliser).exp_();
    wide.scatter_add_(1, target, at::full({rows, 1}, -1.0, wide.options()));
    std::vector<at::Tensor> inputs{chunk};
    inputs.insert(inputs.end(), params.begin(), params.end());
    const auto grads = torch::autograd::grad({logits}, inputs, {wide.to(logits.scalar_type())}, /*retain_graph=*/false,
                                             /*create_graph=*/false, /*allow_unused=*/true);
    grad_normed.narrow(0, start, rows).copy_(grads[0]);
    for (size_t p = 0; p < params.size(); ++p) {
      const at::Tensor& g = grads[p + 1];
      if (g.defined()) output.grad_params[p] = output.grad_params[p].defined() ? output.grad_params[p] + g : g;
    }
  }

  // The one place where the device is waited for: the loss is logged.
  const at::Tensor loss = at::cat(losses).to(at::kCPU, at::kDouble);
  const double* value = loss.const_data_ptr<double>();
  std::vector<double> branch_sum(labels.branches, 0.0);
  for (int64_t i = 0; i < labels.count(); ++i) {
    output.result.loss_sum += value[i];
    branch_sum[labels.branch[i]] += value[i];
  }
  for (int64_t b = 0; b < labels.branches; ++b) output.result.branch_loss[b] = static_cast<float>(branch_sum[b]);
  output.result.correct = at::stack(hits).sum().item<int64_t>();
  if (with_grad) output.grad_hidden = torch::autograd::grad({normed}, {leaf}, {grad_normed})[0];
  return output;
}

}  // namespace sqltune
