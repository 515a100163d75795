#include "train/loss.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <string>

#include "errors.h"
#include "model/cpu_kernels.h"

namespace sqltune {

namespace {

// Rows of logits alive at once: 256 rows of a 49k vocabulary are 50 MB in float32.
constexpr int64_t kChunkRows = 256;

at::ScalarType wide_type(const at::Tensor& x) { return x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat; }

/// Writes each row's loss and whether its arg-max is the target. With a gradient returns softmax - one-hot in the
/// logits' precision, in their place where the kernel can.
at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& targets, at::Tensor loss, at::Tensor hits,
                         bool with_grad) {
  if (cpu::supports(logits)) {
    cpu::cross_entropy_in_place(logits, targets, loss, hits, with_grad);
    return logits;
  }
  at::Tensor wide = logits.to(wide_type(logits));
  const at::Tensor target = targets.unsqueeze(1);
  hits.copy_(wide.argmax(1).eq(targets));
  const at::Tensor normaliser = wide.logsumexp(1, true);
  loss.copy_((normaliser - wide.gather(1, target)).squeeze(1));
  if (!with_grad) return {};
  wide = (wide - normaliser).exp_();
  return wide.scatter_add_(1, target, at::full({wide.size(0), 1}, -1.0, wide.options())).to(logits.scalar_type());
}

/// The one place where the device is waited for: the loss is logged.
void sum_up(const at::Tensor& loss, const at::Tensor& hits, const LabelRows& labels, LossResult& result) {
  const at::Tensor values = loss.to(at::kCPU, at::kDouble).contiguous();
  const double* value = values.const_data_ptr<double>();
  std::vector<double> branch_sum(labels.branches, 0.0);
  for (int64_t i = 0; i < labels.count(); ++i) {
    result.loss_sum += value[i];
    branch_sum[labels.branch[i]] += value[i];
  }
  for (int64_t b = 0; b < labels.branches; ++b) result.branch_loss[b] = static_cast<float>(branch_sum[b]);
  result.correct = hits.to(at::kCPU).sum().item<int64_t>();
}

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
  rows = to_device(row, device);
  targets = to_device(target, device);
}

LossOutput label_loss(const Decoder& decoder, const at::Tensor& hidden, const LabelRows& labels,
                      const CallContext& context, Gradients* gradients, const at::Tensor& scale,
                      const AbortFlag& abort) {
  LossOutput output;
  output.result.tokens = labels.count();
  output.result.branch_loss.assign(labels.branches, 0.0f);
  if (labels.count() == 0) {
    if (gradients) output.grad_hidden = at::zeros_like(hidden);
    return output;
  }
  const Normed normed = decoder.final_norm(hidden);
  const LinearGroup head({&decoder.lm_head()});
  at::Tensor grad_normed = gradients ? at::empty_like(normed.y) : at::Tensor();
  const at::Tensor loss = at::empty({labels.count()}, hidden.options().dtype(wide_type(hidden)));
  const at::Tensor hits = at::empty({labels.count()}, hidden.options().dtype(at::kBool));
  for (int64_t start = 0; start < labels.count(); start += kChunkRows) {
    abort.check();
    const int64_t rows = std::min(kChunkRows, labels.count() - start);
    const at::Tensor chunk = normed.y.narrow(0, start, rows);
    std::vector<at::Tensor> saved;
    const at::Tensor logits = head.forward(chunk, context, &saved);
    const at::Tensor dlogits = cross_entropy(logits, labels.targets.narrow(0, start, rows), loss.narrow(0, start, rows),
                                             hits.narrow(0, start, rows), gradients);
    if (!gradients) continue;
    if (scale.defined()) dlogits.mul_(scale);
    grad_normed.narrow(0, start, rows)
        .copy_(head.backward(dlogits, chunk, saved, context, /*need_dx=*/true, *gradients));
  }
  sum_up(loss, hits, labels, output.result);
  if (gradients) output.grad_hidden = decoder.final_norm_backward(grad_normed, hidden, normed.rstd);
  return output;
}

std::pair<LossResult, at::Tensor> label_loss_reference(const Decoder& decoder, const at::Tensor& hidden,
                                                       const LabelRows& labels, const CallContext& context) {
  const at::Tensor logits = decoder.lm_head().forward(decoder.final_norm_reference(hidden), context);
  const at::Tensor loss =
      at::nll_loss(at::log_softmax(logits.to(wide_type(logits)), 1), labels.targets, {}, at::Reduction::None);
  LossResult result;
  result.tokens = labels.count();
  result.branch_loss.assign(labels.branches, 0.0f);
  sum_up(loss.detach(), logits.argmax(1).eq(labels.targets), labels, result);
  return {result, loss.sum()};
}

}  // namespace sqltune
