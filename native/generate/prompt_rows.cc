#include "generate/prompt_rows.h"

#include <algorithm>

namespace sqltune {

PromptRows::PromptRows(const PackedBatch& batch) {
  const int64_t* token = batch.tokens.data();
  size_t branch = 0;
  for (size_t g = 0; g < batch.prefix_lengths.size(); ++g) {
    prefixes.emplace_back(token, token + batch.prefix_lengths[g]);
    token += batch.prefix_lengths[g];
    for (int64_t b = 0; b < batch.branch_counts[g]; ++b, ++branch) {
      rows.push_back({g, token, batch.branch_lengths[branch]});
      token += batch.branch_lengths[branch];
    }
  }
}

std::vector<int64_t> PromptRows::whole(size_t row) const {
  std::vector<int64_t> ids = prefixes[rows[row].group];
  ids.insert(ids.end(), rows[row].tokens, rows[row].tokens + rows[row].length);
  return ids;
}

int64_t PromptRows::whole_length(size_t row) const {
  return static_cast<int64_t>(prefixes[rows[row].group].size()) + rows[row].length;
}

const char* end_of(const GeneratedRow& row, int64_t token, int64_t most, const SamplingSpec& sampling) {
  const auto& stops = sampling.stop_ids;
  if (std::find(stops.begin(), stops.end(), token) != stops.end()) return "stop";
  return static_cast<int64_t>(row.tokens.size()) >= most ? "length" : nullptr;
}

int64_t token_limit(const SamplingSpec& sampling, int64_t length, const DecoderConfig& config) {
  // A prompt that fills the context still gets the one token that its last position predicts.
  return std::max<int64_t>(1, std::min(sampling.max_new_tokens, config.max_position_embeddings - length));
}

}  // namespace sqltune
