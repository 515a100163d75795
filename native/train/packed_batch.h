#pragma once

#include <cstdint>
#include <vector>

namespace sqltune {

/// HuggingFace's label of a token that is not to be learned.
inline constexpr int64_t kIgnoreIndex = -100;

/// Groups of branches that share a prefix; see PackedBatch in src/native/types.ts. `labels` is empty for generation.
struct PackedBatch {
  std::vector<int64_t> tokens;
  std::vector<int64_t> labels;
  std::vector<int64_t> prefix_lengths;
  std::vector<int64_t> branch_counts;
  std::vector<int64_t> branch_lengths;

  /// Throws InvalidArgument when lengths do not add up, an id is outside the vocabulary or a branch is empty.
  void validate(int64_t vocab_size, bool needs_labels) const;
};

}  // namespace sqltune
