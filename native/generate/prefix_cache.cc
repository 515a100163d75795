#include "generate/prefix_cache.h"

#include <algorithm>

namespace sqltune {

int64_t common_tokens(const std::vector<int64_t>& a, const std::vector<int64_t>& b) {
  const size_t most = std::min(a.size(), b.size());
  return std::mismatch(a.begin(), a.begin() + most, b.begin()).first - a.begin();
}

PrefixCache::Found PrefixCache::find(const std::string& key, const std::vector<int64_t>& tokens) {
  const auto wanted = static_cast<int64_t>(tokens.size());
  int64_t most = 0;
  auto best = entries_.end();
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    if (entry->key != key) continue;
    const int64_t common = common_tokens(entry->tokens, tokens);
    const bool exact = common == wanted && entry->tokens.size() == tokens.size();
    if ((common <= most && !exact) || (common < wanted && common < kLeastShared)) continue;
    most = common;
    best = entry;
  }
  if (best == entries_.end()) return {};
  entries_.splice(entries_.begin(), entries_, best);
  return {best->sequence, most};
}

void PrefixCache::keep(const std::string& key, const std::vector<int64_t>& tokens,
                       std::shared_ptr<const Sequence> sequence) {
  const auto same = std::find_if(entries_.begin(), entries_.end(),
                                 [&](const Entry& entry) { return entry.key == key && entry.tokens == tokens; });
  if (same != entries_.end()) {
    entries_.splice(entries_.begin(), entries_, same);
    return;
  }
  for (const auto& page : sequence->pages()) {
    if (holders_[page.const_data_ptr()]++ == 0) bytes_ += static_cast<int64_t>(page.nbytes());
  }
  entries_.push_front({key, tokens, std::move(sequence)});
  ++count_;
  trim();
}

void PrefixCache::drop_last() {
  for (const auto& page : entries_.back().sequence->pages()) {
    const auto holders = holders_.find(page.const_data_ptr());
    if (--holders->second > 0) continue;
    holders_.erase(holders);
    bytes_ -= static_cast<int64_t>(page.nbytes());
  }
  entries_.pop_back();
  --count_;
}

void PrefixCache::trim() {
  while (!entries_.empty() && bytes_ > limit_) drop_last();
}

void PrefixCache::clear() {
  while (!entries_.empty()) drop_last();
}

}  // namespace sqltune
