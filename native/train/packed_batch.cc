#include "train/packed_batch.h"

#include <numeric>
#include <string>

#include "errors.h"

namespace sqltune {

namespace {

void check_ids(const std::vector<int64_t>& ids, int64_t vocab_size, const char* what, bool ignore_allowed) {
  for (size_t i = 0; i < ids.size(); ++i) {
    const bool ignored = ignore_allowed && ids[i] == kIgnoreIndex;
    if (ignored || (ids[i] >= 0 && ids[i] < vocab_size)) continue;
    throw InvalidArgument(std::string(what) + "[" + std::to_string(i) + "] is " + std::to_string(ids[i]) +
                          "; the vocabulary has ids 0 to " + std::to_string(vocab_size - 1));
  }
}

}  // namespace

void PackedBatch::validate(int64_t vocab_size, bool needs_labels) const {
  if (prefix_lengths.empty()) throw InvalidArgument("the batch has no groups; at least one is needed");
  if (branch_counts.size() != prefix_lengths.size()) {
    throw InvalidArgument("prefixLengths has " + std::to_string(prefix_lengths.size()) +
                          " groups but branchCounts has " + std::to_string(branch_counts.size()));
  }
  int64_t branches = 0;
  int64_t total = 0;
  for (size_t g = 0; g < prefix_lengths.size(); ++g) {
    if (prefix_lengths[g] < 0) throw InvalidArgument("prefixLengths[" + std::to_string(g) + "] is negative");
    if (branch_counts[g] < 1) throw InvalidArgument("branchCounts[" + std::to_string(g) + "] must be at least 1");
    total += prefix_lengths[g];
    branches += branch_counts[g];
  }
  if (branches != static_cast<int64_t>(branch_lengths.size())) {
    throw InvalidArgument("branchCounts add up to " + std::to_string(branches) + " but branchLengths has " +
                          std::to_string(branch_lengths.size()));
  }
  for (size_t b = 0; b < branch_lengths.size(); ++b) {
    if (branch_lengths[b] < 1) throw InvalidArgument("branchLengths[" + std::to_string(b) + "] must be at least 1");
    total += branch_lengths[b];
  }
  if (total != static_cast<int64_t>(tokens.size())) {
    throw InvalidArgument("the lengths add up to " + std::to_string(total) + " tokens but " +
                          std::to_string(tokens.size()) + " were given");
  }
  check_ids(tokens, vocab_size, "tokens", false);
  if (!needs_labels) return;
  if (labels.size() != tokens.size()) {
    throw InvalidArgument("labels has " + std::to_string(labels.size()) + " entries for " +
                          std::to_string(tokens.size()) + " tokens");
  }
  check_ids(labels, vocab_size, "labels", true);
}

}  // namespace sqltune
