#include "generate/prefix_cache.h"

#include <algorithm>

namespace sqltune {

std::shared_ptr<const Sequence> PrefixCache::find(const std::vector<int64_t>& tokens) {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.tokens == tokens; });
  if (found == entries_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found);
  return found->sequence;
}

void PrefixCache::keep(std::vector<int64_t> tokens, std::shared_ptr<const Sequence> sequence) {
  if (find(tokens)) return;
  bytes_ += sequence->bytes();
  entries_.push_front({std::move(tokens), std::move(sequence)});
  while (bytes_ > most_bytes_) {
    bytes_ -= entries_.back().sequence->bytes();
    entries_.pop_back();
  }
}

void PrefixCache::clear() {
  entries_.clear();
  bytes_ = 0;
}

}  // namespace sqltune
