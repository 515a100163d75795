#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "train/packed_batch.h"

namespace sqltune {

/// A run of consecutive tokens that attends causally to itself: a shared prefix, or a branch.
struct Segment {
  int64_t start = 0;
  int64_t length = 0;
};

/// Branches of one group lie side by side, so their queries over the shared prefix are one long row.
struct Group {
  Segment prefix;
  Segment branches;  ///< all branches of the group, as one run
};

/// Segments of like length that share one padded attention call. With one segment nothing is copied.
struct Bucket {
  std::vector<Segment> segments;
  int64_t length = 0;  ///< of the longest segment
  at::Tensor source;   ///< rows of the packed batch, int64 [sum of lengths]; undefined for one segment
  at::Tensor target;   ///< where they go in the padded [segments * length] rows
};

/// Integers as an int64 tensor on the device; the copy to a CUDA device is from pinned memory and not waited for.
at::Tensor to_device(const std::vector<int64_t>& values, const at::Device& device);

/// Where every token of a packed batch stands: built once a batch and shared by all layers.
struct PackedLayout {
  int64_t tokens = 0;
  int64_t longest_row = 0;  ///< prefix + branch of the longest row; its RoPE length
  at::Tensor positions;     ///< int64 [tokens]; a branch goes on from its prefix
  std::vector<Group> groups;
  std::vector<Segment> branches;      ///< every branch in order
  std::vector<int64_t> branch_group;  ///< group of each branch
  std::vector<Bucket> buckets;        ///< all segments, prefixes and branches, by like length

  PackedLayout(const PackedBatch& batch, const at::Device& device);
};

}  // namespace sqltune
