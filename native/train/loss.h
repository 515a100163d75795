#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "model/decoder.h"
#include "session.h"

namespace sqltune {

/// The labelled tokens of a batch: which row of the packed hidden states predicts each of them.
struct LabelRows {
  at::Tensor rows;              ///< int64 [labels], on the device
  at::Tensor targets;           ///< int64 [labels], on the device
  std::vector<int64_t> branch;  ///< branch of each label
  int64_t branches = 0;

  /// A token is predicted by the one before it: in its branch, or, for a branch's first token, by the last token of
  /// the shared prefix. Throws InvalidArgument for labels nothing predicts (a prefix token, a row's very first token).
  LabelRows(const PackedBatch& batch, const PackedLayout& layout, const at::Device& device);
  int64_t count() const { return static_cast<int64_t>(branch.size()); }
};

struct LossOutput {
  LossResult result;
  at::Tensor grad_hidden;  ///< d(sum of losses) / d(hidden), like hidden; undefined without gradient
};

/// Cross-entropy of the labelled rows, hidden [labels, hidden_size], through the final norm and lm_head a chunk at a
/// time: logits of other tokens never exist, and those that do are gone after their chunk. `gradients`, where given,
/// takes those of lm_head's adapter, and the gradient of hidden is computed; `scale` (undefined: 1) multiplies both.
LossOutput label_loss(const Decoder& decoder, const at::Tensor& hidden, const LabelRows& labels,
                      const CallContext& context, Gradients* gradients, const at::Tensor& scale,
                      const AbortFlag& abort);

/// The same by differentiable operators over all rows at once: {result, sum of losses}.
std::pair<LossResult, at::Tensor> label_loss_reference(const Decoder& decoder, const at::Tensor& hidden,
                                                       const LabelRows& labels, const CallContext& context);

}  // namespace sqltune
