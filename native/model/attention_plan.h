#pragma once

#include <cstdint>
#include <vector>

#include "model/packed_layout.h"

namespace sqltune::cpu {

constexpr int64_t down16(int64_t n) { return n & ~int64_t{15}; }
constexpr int64_t up16(int64_t n) { return (n + 15) & ~int64_t{15}; }

/// Consecutive queries of one segment; all numbers count tokens from the group's first.
struct AttentionTile {
  int64_t unit = 0;
  int64_t token = 0;
  int64_t count = 0;
  int64_t own = 0;     ///< where the segment begins: its keys are seen up to the diagonal
  int64_t prefix = 0;  ///< keys of the shared prefix that are seen whole; 0 for the prefix itself
};

/// One group's tokens for one key/value head.
struct AttentionUnit {
  int64_t start = 0;
  int64_t length = 0;
  int64_t kv_head = 0;
  int64_t place = 0;  ///< in the packed buffers, in tokens
};

/// A range of keys [begin, end) of a tile; its columns `first` .. `first + width` are aligned to 16.
struct KeyRange {
  int64_t begin, end, first, width;
};

/// How a packed batch's attention is cut into tiles of queries.
struct AttentionPlan {
  std::vector<AttentionUnit> units;
  std::vector<AttentionTile> tiles;  ///< by unit
  std::vector<int64_t> tiles_of;     ///< first tile of each unit, and the end
  int64_t padded = 0;                ///< tokens of all units, each padded to 16

  /// `repeat`: query heads of one key/value head. `bounded` keeps a tile's scores over all its keys within the
  /// second-level cache; else tiles are as large as they may be.
  AttentionPlan(const PackedLayout& layout, int64_t kv_heads, int64_t repeat, bool bounded);

 private:
  void cut(int64_t unit, int64_t own, int64_t length, int64_t prefix, int64_t repeat, bool bounded);
};

/// The one or two ranges of keys that a tile sees; returns how many.
int key_ranges(const AttentionTile& tile, KeyRange* out);

}  // namespace sqltune::cpu
