#pragma once

#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "generate/prefix_cache.h"
#include "generate/prompt_rows.h"
#include "generate/sampler.h"
#include "generate/step_model.h"

namespace sqltune {

/// Generates the rows of one call over a StepModel: rows are admitted in order while there is room, their prompts run
/// beside the other rows' tokens, and a row that ends makes room at once.
class RowScheduler {
 public:
  RowScheduler(StepModel& model, PrefixCache& prefixes, const DecoderConfig& config, const PackedBatch& prompts,
               const SamplingSpec& sampling, const Session::OnToken& on_token);

  /// Runs until all rows have ended. On Aborted rows keep what they have.
  std::vector<GeneratedRow> run(const AbortFlag& abort);

 private:
  struct Live {
    size_t row = 0;
    std::shared_ptr<const Sequence> prefix;
    std::unique_ptr<Sequence> own;
    std::unique_ptr<Sampler> sampler;  ///< null: the likeliest token is taken
    int64_t prompt_done = 0;           ///< tokens of its prompt that have run
    int64_t next = 0;                  ///< token to run next once the prompt has
  };

  bool fits_memory() const;
  int64_t bytes_of(size_t row, bool with_prefix) const;
  bool admit();
  int64_t add_prefix(int64_t budget);
  void plan();
  void take_results(const std::vector<Likeliest>& likeliest, std::vector<float>& logits);
  bool greedy() const { return sampling_.temperature <= 0 && sampling_.repetition_penalty == 1.0; }

  StepModel& model_;
  PrefixCache& prefixes_;
  const DecoderConfig& config_;
  const PromptRows prompts_;
  const SamplingSpec& sampling_;
  const Session::OnToken& on_token_;

  std::vector<GeneratedRow> results_;
  size_t waiting_ = 0;  ///< first row that has not been admitted
  std::vector<Live> live_;
  // The prefix of the group that rows are being admitted from.
  size_t prefix_group_ = 0;
  std::shared_ptr<Sequence> filling_;  ///< being computed
  std::shared_ptr<const Sequence> prefix_;
  std::vector<std::pair<size_t, std::shared_ptr<Sequence>>> finished_;  ///< groups whose prefix this pass completes
  int64_t most_bytes_ = std::numeric_limits<int64_t>::max();            ///< of keys and values
  std::vector<StepSegment> segments_;
  std::vector<size_t> speaking_;  ///< live rows of the segments that want logits
};

}  // namespace sqltune
