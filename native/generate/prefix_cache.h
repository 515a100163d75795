#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "generate/paged_kv.h"
#include "session.h"

namespace sqltune {

/// Fewest tokens for which a prefix begins with a part of another one: below, copying a page costs what they do.
inline constexpr int64_t kLeastShared = 16;

/// Tokens that both begin with.
int64_t common_tokens(const std::vector<int64_t>& a, const std::vector<int64_t>& b);

/// Keys and values of the prefixes used last, so that a schema is computed once however its questions come. An entry
/// is found by its key and its first token ids; whoever changes weights or adapter clears the cache. What is in use
/// stays alive outside of it. Pages that entries share count once.
class PrefixCache {
 public:
  explicit PrefixCache(int64_t limit_bytes) : limit_(limit_bytes) {}

  struct Found {
    std::shared_ptr<const Sequence> sequence;  ///< null: nothing
    int64_t tokens = 0;                        ///< of the wanted ones that `sequence` begins with
  };
  /// The entry that has most of the tokens: all of them, or at least kLeastShared. It becomes the most recently used.
  Found find(const std::string& key, const std::vector<int64_t>& tokens);
  /// Keeps a computed prefix; the least recently used go until all fit, this one too if it is too large by itself.
  void keep(const std::string& key, const std::vector<int64_t>& tokens, std::shared_ptr<const Sequence> sequence);
  /// Drops what is above the limit.
  void trim();
  void clear();

  // From any thread.
  void count(bool hit) { ++(hit ? hits_ : misses_); }
  void set_limit(int64_t bytes) { limit_ = bytes; }
  PrefixCacheState state() const { return {bytes_, limit_, count_, hits_, misses_}; }

 private:
  struct Entry {
    std::string key;
    std::vector<int64_t> tokens;
    std::shared_ptr<const Sequence> sequence;
  };
  void drop_last();

  std::list<Entry> entries_;                          ///< most recently used first; few, since a prefix takes megabytes
  std::unordered_map<const void*, int64_t> holders_;  ///< entries that hold a page
  std::atomic<int64_t> limit_, bytes_{0}, count_{0}, hits_{0}, misses_{0};
};

}  // namespace sqltune
