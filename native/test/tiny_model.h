#pragma once

#include <string>
#include <vector>

#include "session.h"

namespace sqltune::test {

/// Writes a seeded random two-layer model (GQA 4:2, hidden 32) to a temporary file and describes it. Weights are large
/// enough that attention and the MLP matter. The kernels of this project take head dimensions of 16 and its multiples.
ModelSpec tiny_model(const std::string& architecture, const std::string& compute_dtype, int64_t head_dim = 8);

/// A batch of two groups (shared prefix with unequal branches) and one plain row; the last tokens of a branch labelled.
PackedBatch tiny_batch();

/// The same rows as separate sequences: one group each, no prefix.
PackedBatch unshared(const PackedBatch& batch);

/// LoRA on every linear of the tiny model, or on `targets` of its second block (and lm_head where named), B made
/// non-zero so that gradients reach A.
void add_trained_lora(Session& session, double dropout = 0.0, const std::vector<std::string>& targets = {});

}  // namespace sqltune::test
