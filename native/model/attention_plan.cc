#include "model/attention_plan.h"

#include <algorithm>

namespace sqltune::cpu {

namespace {

constexpr int64_t kRowsOfTile = 96;      // query rows of a tile: heads of one key/value head x tokens
constexpr int64_t kScores = 128 * 1024;  // scores of a bounded tile: 512 kB

}  // namespace

AttentionPlan::AttentionPlan(const PackedLayout& layout, int64_t kv_heads, int64_t repeat, bool bounded) {
  size_t branch = 0;
  for (size_t g = 0; g < layout.groups.size(); ++g) {
    const Group& group = layout.groups[g];
    const size_t first_branch = branch;
    while (branch < layout.branches.size() && layout.branch_group[branch] == static_cast<int64_t>(g)) ++branch;
    for (int64_t head = 0; head < kv_heads; ++head) {
      const auto unit = static_cast<int64_t>(units.size());
      units.push_back({group.prefix.start, group.prefix.length + group.branches.length, head, padded});
      padded += up16(units.back().length);
      tiles_of.push_back(static_cast<int64_t>(tiles.size()));
      cut(unit, 0, group.prefix.length, 0, repeat, bounded);
      for (size_t b = first_branch; b < branch; ++b) {
        const Segment& segment = layout.branches[b];
        cut(unit, segment.start - group.prefix.start, segment.length, group.prefix.length, repeat, bounded);
      }
    }
  }
  tiles_of.push_back(static_cast<int64_t>(tiles.size()));
}

void AttentionPlan::cut(int64_t unit, int64_t own, int64_t length, int64_t prefix, int64_t repeat, bool bounded) {
  const int64_t rows = bounded ? std::clamp<int64_t>(kScores / (prefix + length + 32), 12, kRowsOfTile) : kRowsOfTile;
  // With few heads a tile is many tokens: half of it would lie beyond the diagonal.
  const int64_t count = std::max<int64_t>(1, std::min<int64_t>(rows / repeat, 48));
  for (int64_t t = 0; t < length; t += count) {
    tiles.push_back({unit, own + t, std::min(count, length - t), own, prefix});
  }
}

int key_ranges(const AttentionTile& tile, KeyRange* out) {
  int n = 0;
  if (tile.prefix > 0) out[n++] = {0, tile.prefix, 0, up16(tile.prefix)};
  const int64_t first = down16(tile.own);
  out[n++] = {tile.own, tile.token + tile.count, first, up16(tile.token + tile.count - first)};
  return n;
}

}  // namespace sqltune::cpu
