#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "model/attention.h"
#include "model/config.h"
#include "model/packed_layout.h"

namespace sqltune {

/// Keys and values of the rows being generated. A group's prefix is held once and read by all its rows; each row has
/// a run of its own for its branch and what it produces. Rows that end are dropped from the batch.
class KvCache {
 public:
  /// `capacity`: tokens a row may add to its prompt.
  KvCache(const DecoderConfig& config, const PackedLayout& layout, int64_t capacity, at::ScalarType dtype,
          const at::Device& device);

  KvCache(KvCache&&) = default;

  /// Takes one layer's keys and values of the packed prompts, [tokens, kv_heads, dim] after RoPE.
  void fill(int64_t layer, const PackedLayout& layout, const at::Tensor& k, const at::Tensor& v);
  /// Takes up the rows of another cache of the same decoder, after its own.
  void join(KvCache&& other);
  /// Positions the next token of each live row stands at, int64 [rows].
  const at::Tensor& positions() const { return positions_; }
  /// Longest live row once the next token is in.
  int64_t longest_row() const;
  /// Appends each live row's new key and value at this layer and attends: q [rows, heads, dim], k, v
  /// [rows, kv_heads, dim] -> [rows, heads, dim].
  at::Tensor attend(int64_t layer, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                    const AttentionOptions& options);
  /// Call once the new token went through all layers.
  void advance();
  /// Keeps the given rows (indices into the live ones, rising).
  void keep(const std::vector<int64_t>& rows);

 private:
  struct Layer {
    std::vector<at::Tensor> prefix_k, prefix_v;  ///< a group, [kv_heads, prefix, dim]
    at::Tensor own_k, own_v;                     ///< [rows, kv_heads, capacity, dim]
  };
  void set_lengths();
  void drop_unused_prefixes();

  at::ScalarType dtype_;
  at::Device device_;
  std::vector<Layer> layers_;
  std::vector<int64_t> own_length_;  ///< of each live row
  std::vector<int64_t> prefix_length_;
  std::vector<int64_t> row_group_;
  at::Tensor positions_;
  at::Tensor unseen_;  ///< bool [rows, 1, 1, longest own run + 1]: slots past the row's end
  int64_t longest_own_ = 0;
};

}  // namespace sqltune
