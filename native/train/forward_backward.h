#pragma once

#include "model/decoder.h"
#include "session.h"
#include "train/adamw.h"

namespace sqltune {

/// Hidden states after the last block, [tokens, hidden], without gradient.
at::Tensor hidden_states(const Decoder& decoder, const PackedBatch& batch, const PackedLayout& layout,
                         const AbortFlag& abort);

/// One micro-step: adds the gradient of the sum of the labelled losses to the optimizer's accumulators. Layers run one
/// by one in both directions, so that an abort is seen between them and what a layer kept is freed once used. The last
/// block computes its output for the labelled rows alone.
LossResult forward_backward(const Decoder& decoder, AdamW& optimizer, const PackedBatch& batch, uint64_t seed,
                            Checkpointing checkpointing, const AbortFlag& abort);

/// The same through autograd over plain operators: what the explicit passes are compared with, and what trains
/// adapters that lack them.
LossResult forward_backward_reference(const Decoder& decoder, AdamW& optimizer, const PackedBatch& batch, uint64_t seed,
                                      const AbortFlag& abort);

/// Loss without gradient or dropout.
LossResult evaluate_loss(const Decoder& decoder, const PackedBatch& batch, const AbortFlag& abort);

}  // namespace sqltune
