#pragma once

#include <string>
#include <vector>

#include "tiny_model.h"

namespace sqltune::test {

/// A model that this project's generation kernels take where the processor does.
ModelSpec kernel_model(const std::string& architecture, const std::string& dtype);

/// Random tokens as groups of these lengths.
PackedBatch batch_of(const std::vector<int64_t>& prefixes, const std::vector<int64_t>& counts,
                     const std::vector<int64_t>& lengths, uint64_t seed = 23);

/// Groups with prefixes of 70, 0 and 3 tokens, so that pages are crossed and padded.
PackedBatch varied_batch();

/// Each row of a batch whole, prefix and own tokens.
std::vector<std::vector<int64_t>> rows_of(const PackedBatch& batch);

/// One group.
PackedBatch group_of(const std::vector<int64_t>& prefix, const std::vector<std::vector<int64_t>>& branches);

/// A call, when it starts, and how it ended.
struct OverlappingCall {
  PackedBatch batch;
  SamplingSpec sampling;
  size_t first_pass = 0;
  OnToken on_token = nullptr;
  std::shared_ptr<AbortFlag> abort = std::make_shared<AbortFlag>();

  std::vector<GeneratedRow> rows;
  std::exception_ptr failure;
  int ended = -1;  ///< how many had ended before
};

/// Runs the calls, each from its pass on, until all have ended.
void run_overlapping(Session& session, std::vector<OverlappingCall>& calls);

}  // namespace sqltune::test
