#pragma once

#include "model/decoder.h"
#include "session.h"
#include "train/adamw.h"

namespace sqltune {

/// Hidden states after the last block, [tokens, hidden], without gradient.
at::Tensor hidden_states(const Decoder& decoder, const PackedBatch& batch, const PackedLayout& layout,
                         const AbortFlag& abort);

/// One micro-step: adds the gradient of the sum of the labelled losses to the optimizer's accumulators. Layers run one
/// by one in both directions, each with a graph of its own, so that an abort is seen between layers and a graph is
/// freed as soon as it is used. With checkpointing a block keeps its input alone and is computed again on the way back.
LossResult forward_backward(const Decoder& decoder, AdamW& optimizer, const PackedBatch& batch, uint64_t seed,
                            bool checkpointing, const AbortFlag& abort);

/// Loss without gradient or dropout.
LossResult evaluate_loss(const Decoder& decoder, const PackedBatch& batch, const AbortFlag& abort);

}  // namespace sqltune
