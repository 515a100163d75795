#pragma once

#include "model/decoder.h"
#include "session.h"

namespace sqltune {

/// Generates one answer a branch: the prompts run packed once (a shared prefix once a group), then all live rows go
/// token by token. Rows end at a stop id, at max_new_tokens, or at the abort flag with what they have. `on_token` is
/// called in row order after each step.
std::vector<GeneratedRow> generate_rows(const Decoder& decoder, const PackedBatch& prompts,
                                        const SamplingSpec& sampling, const Session::OnToken& on_token,
                                        const AbortFlag& abort);

}  // namespace sqltune
