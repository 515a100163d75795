#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <vector>

#include "generate/kv_cache.h"
#include "generate/row_batch.h"
#include "model/decoder.h"

namespace sqltune {

/// Rows in libtorch's operators, for any device and with a sliding window. Prompts of new rows run packed, a prefix
/// once for those that come together; nothing is kept when rows end.
class PlainRows final : public RowBatch {
 public:
  explicit PlainRows(const Decoder& decoder) : decoder_(decoder) {}

  bool has_room(const RunningCall& call, size_t row) const override;
  int64_t add(LiveRow& row) override;
  void remove(const LiveRow& row) override;
  void run(const std::function<void()>& check, std::vector<SpeakingRow>& speaking) override;
  std::vector<Likeliest> likeliest_among(const std::vector<int64_t>& places,
                                         const std::vector<std::vector<uint32_t>>& masks) override;
  void rest() override {
    cache_.reset();
    cached_.clear();
  }

 private:
  void drop_removed();
  at::Tensor run_tokens(const std::function<void()>& check);
  at::Tensor run_prompts(const std::function<void()>& check);

  const Decoder& decoder_;
  std::optional<KvCache> cache_;
  std::vector<LiveRow*> cached_;  ///< as in the cache; null: removed since the last pass
  std::vector<LiveRow*> fresh_;   ///< their prompts have not run
  at::Tensor logits_;             ///< of the last pass
};

}  // namespace sqltune
