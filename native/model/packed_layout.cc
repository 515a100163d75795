#include "model/packed_layout.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>

#include <algorithm>

namespace sqltune {

namespace {

// A segment joins a bucket while at most a quarter of its padded row would be padding: short rows waste little
// there, and long rows (quadratic in attention) are not padded up to much longer ones.
constexpr double kMinimumFill = 0.75;
constexpr int64_t kAlwaysTogether = 32;

std::vector<Bucket> make_buckets(std::vector<Segment> segments, const at::Device& device) {
  std::stable_sort(segments.begin(), segments.end(),
                   [](const Segment& a, const Segment& b) { return a.length > b.length; });
  std::vector<Bucket> buckets;
  for (const auto& segment : segments) {
    const bool fits = !buckets.empty() && (segment.length >= kMinimumFill * buckets.back().length ||
                                           buckets.back().length <= kAlwaysTogether);
    if (!fits) buckets.push_back({{}, segment.length, {}, {}});
    buckets.back().segments.push_back(segment);
  }
  for (auto& bucket : buckets) {
    if (bucket.segments.size() == 1) continue;
    std::vector<int64_t> source;
    std::vector<int64_t> target;
    for (size_t row = 0; row < bucket.segments.size(); ++row) {
      for (int64_t i = 0; i < bucket.segments[row].length; ++i) {
        source.push_back(bucket.segments[row].start + i);
        target.push_back(static_cast<int64_t>(row) * bucket.length + i);
      }
    }
    bucket.source = to_device(source, device);
    bucket.target = to_device(target, device);
  }
  return buckets;
}

}  // namespace

at::Tensor to_device(const std::vector<int64_t>& values, const at::Device& device) {
  const at::Tensor host = at::tensor(values, at::TensorOptions().dtype(at::kLong).pinned_memory(device.is_cuda()));
  return host.to(device, /*non_blocking=*/true);
}

PackedLayout::PackedLayout(const PackedBatch& batch, const at::Device& device) {
  tokens = static_cast<int64_t>(batch.tokens.size());
  std::vector<int64_t> position(tokens);
  std::vector<Segment> segments;
  int64_t at_token = 0;
  size_t branch = 0;
  for (size_t g = 0; g < batch.prefix_lengths.size(); ++g) {
    const int64_t prefix = batch.prefix_lengths[g];
    Group group{{at_token, prefix}, {at_token + prefix, 0}};
    for (int64_t i = 0; i < prefix; ++i) position[at_token + i] = i;
    if (prefix > 0) segments.push_back(group.prefix);
    at_token += prefix;
    for (int64_t b = 0; b < batch.branch_counts[g]; ++b, ++branch) {
      const int64_t length = batch.branch_lengths[branch];
      for (int64_t i = 0; i < length; ++i) position[at_token + i] = prefix + i;
      branches.push_back({at_token, length});
      branch_group.push_back(static_cast<int64_t>(g));
      segments.push_back(branches.back());
      longest_row = std::max(longest_row, prefix + length);
      group.branches.length += length;
      at_token += length;
    }
    groups.push_back(group);
  }
  positions = to_device(position, device);
  buckets = make_buckets(std::move(segments), device);
}

}  // namespace sqltune
