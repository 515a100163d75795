#pragma once

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "generate/prefix_cache.h"
#include "generate/row_batch.h"
#include "generate/step_model.h"

namespace sqltune {

/// Rows over a StepModel. A prefix is computed once for all rows that begin with it, of whatever call, and goes on from
/// the longest beginning that is kept or just being computed.
class PagedRows final : public RowBatch {
 public:
  PagedRows(StepModel& model, PrefixCache& prefixes, const DecoderConfig& config);

  bool has_room(const RunningCall& call, size_t row) const override;
  int64_t add(LiveRow& row) override;
  void remove(const LiveRow& row) override;
  void run(const std::function<void()>& check, std::vector<SpeakingRow>& speaking) override;
  std::vector<Likeliest> likeliest_among(const std::vector<int64_t>& places,
                                         const std::vector<std::vector<uint32_t>>& masks) override;
  void rest() override;

 private:
  /// A prefix in use.
  struct Prefix {
    std::string key;
    std::vector<int64_t> tokens;
    std::shared_ptr<const Sequence> sequence;
    std::shared_ptr<Sequence> filling;  ///< the same while it is being computed, else null
    int64_t computed = 0;               ///< tokens that have been through the model
    bool in_pass = false;
    // Another one that is being computed, of which this one will begin with `common` tokens; null: none.
    std::shared_ptr<Prefix> begins_like;
    int64_t common = 0;

    int64_t length() const { return static_cast<int64_t>(tokens.size()); }
  };
  struct Slot {
    LiveRow* row = nullptr;
    std::shared_ptr<Prefix> prefix;  ///< null: the row has none
    std::unique_ptr<Sequence> own;
    int64_t prompt_done = 0;  ///< tokens of its prompt that have run
  };

  std::shared_ptr<Prefix> prefix_of(LiveRow& row, int64_t& saved);
  int64_t bytes_of(const RunningCall& call, size_t row) const;
  int64_t prefix_bytes(int64_t tokens) const;
  void plan();
  int64_t advance(Prefix& prefix, int64_t budget, int64_t until);

  StepModel& model_;
  PrefixCache& prefixes_;
  const DecoderConfig& config_;
  std::vector<Slot> slots_;  ///< rows of one prefix stand together: it is read once for them
  int64_t most_bytes_ = std::numeric_limits<int64_t>::max();  ///< of keys and values
  std::vector<StepSegment> segments_;
  std::vector<std::shared_ptr<Prefix>> advancing_;  ///< prefixes that are in the pass
  std::vector<LiveRow*> speaking_;
  std::vector<Likeliest> likeliest_;
  std::vector<float> logits_;
};

}  // namespace sqltune
