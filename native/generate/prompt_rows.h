#pragma once

#include <vector>

#include "session.h"

namespace sqltune {

/// One row of a packed batch of prompts.
struct PromptRow {
  size_t group = 0;
  const int64_t* tokens = nullptr;  ///< its own, after the prefix
  int64_t length = 0;
};

/// A packed batch taken apart; points into the batch.
struct PromptRows {
  std::vector<std::vector<int64_t>> prefixes;  ///< of each group
  std::vector<PromptRow> rows;

  explicit PromptRows(const PackedBatch& batch);
  /// Prefix and own tokens of a row.
  std::vector<int64_t> whole(size_t row) const;
  int64_t whole_length(size_t row) const;
};

/// The row's end, if `token` is its last: "stop" or "length"; null while it goes on. `most` is its limit of new tokens.
const char* end_of(const GeneratedRow& row, int64_t token, int64_t most, const SamplingSpec& sampling);

/// New tokens that a prompt of `length` has room for.
int64_t token_limit(const SamplingSpec& sampling, int64_t length, const DecoderConfig& config);

}  // namespace sqltune
