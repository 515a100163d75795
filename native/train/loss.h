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
  at::Tensor grad_hidden;               ///< d(sum of losses) / d(hidden), like hidden; undefined without gradient
  std::vector<at::Tensor> grad_params;  ///< of `params` that take part (lm_head's adapter), else undefined
};

/// Cross-entropy of the labelled rows alone, projected through the final norm and lm_head a chunk at a time: logits
/// of other tokens never exist, and those that do are gone after their chunk. hidden [tokens, hidden_size].
LossOutput label_loss(const Decoder& decoder, const at::Tensor& hidden, const LabelRows& labels,
                      const CallContext& context, bool with_grad, const std::vector<at::Tensor>& params,
                      const AbortFlag& abort);

}  // namespace sqltune
