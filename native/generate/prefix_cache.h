#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <vector>

#include "generate/paged_kv.h"

namespace sqltune {

/// Keys and values of the prefixes used last, so that a schema is computed once however its questions come. An entry
/// is found by its token ids; whoever changes weights or adapter clears the cache. What is in use stays alive outside
/// of it.
class PrefixCache {
 public:
  explicit PrefixCache(int64_t most_bytes) : most_bytes_(most_bytes) {}

  /// Null where it is not there. What is found becomes the most recently used.
  std::shared_ptr<const Sequence> find(const std::vector<int64_t>& tokens);
  /// Keeps a computed prefix; the least recently used go until all fit, this one too if it is too large by itself.
  void keep(std::vector<int64_t> tokens, std::shared_ptr<const Sequence> sequence);
  void clear();
  int64_t bytes() const { return bytes_; }

 private:
  struct Entry {
    std::vector<int64_t> tokens;
    std::shared_ptr<const Sequence> sequence;
  };
  int64_t most_bytes_;
  int64_t bytes_ = 0;
  std::list<Entry> entries_;  ///< most recently used first; few, since a prefix takes megabytes
};

}  // namespace sqltune
