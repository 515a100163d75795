#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <vector>

#include "generate/prompt_rows.h"
#include "generate/sampler.h"
#include "generate/step_model.h"
#include "generate/token_constraint.h"

namespace sqltune {

/// A call whose rows wait, are being generated, or have ended. It stays where it is: its rows point into it.
struct RunningCall {
  RunningCall(GenerateCall c, uint64_t place)
      : call(std::move(c)), order(place), prompts(call.prompts), results(prompts.rows.size()) {
    for (auto& row : results) row.finish_reason = "abort";  // until the row ends by itself
  }

  const GenerateCall call;
  const uint64_t order;  ///< of arrival
  const PromptRows prompts;
  std::vector<GeneratedRow> results;
  size_t waiting = 0;  ///< first row that has not been admitted
  int64_t live = 0;    ///< rows in the batch
  /// Whatever a RowBatch keeps for the rows that wait: their group's prefix.
  std::shared_ptr<void> kept;
};

/// A row being generated.
struct LiveRow {
  RunningCall* call = nullptr;
  size_t row = 0;
  std::unique_ptr<Sampler> sampler;             ///< null: the likeliest token is taken
  std::unique_ptr<TokenConstraint> constraint;  ///< null: all are admitted
  int64_t most = 0;                             ///< new tokens
  int64_t next = 0;                             ///< token to run next, once the prompt has run

  const PromptRow& prompt() const { return call->prompts.rows[row]; }
  const std::vector<int64_t>& prefix() const { return call->prompts.prefixes[prompt().group]; }
};

/// A row whose next token is to be chosen.
struct SpeakingRow {
  LiveRow* row = nullptr;
  Likeliest likeliest;
  float* logits = nullptr;  ///< [vocab], until the next pass; for rows with a sampler
};

/// Rows that go token by token together. Prompts of new rows run beside the tokens of the others.
class RowBatch {
 public:
  virtual ~RowBatch() = default;
  /// Whether keys and values of the row have room beside those in the batch, all at their longest.
  virtual bool has_room(const RunningCall& call, size_t row) const = 0;
  /// Takes up a row, its prompt with the next pass. Returns the tokens of its prompt that need not be computed.
  virtual int64_t add(LiveRow& row) = 0;
  virtual void remove(const LiveRow& row) = 0;
  /// One pass; `check` runs between layers and may throw. A pass that throws leaves rows that can only be removed.
  virtual void run(const std::function<void()>& check, std::vector<SpeakingRow>& speaking) = 0;
  /// The likeliest admitted token of rows that spoke in the last pass (places in `speaking`); token -1: none.
  virtual std::vector<Likeliest> likeliest_among(const std::vector<int64_t>& places,
                                                 const std::vector<std::vector<uint32_t>>& masks) = 0;
  /// No row is left: frees what was kept for more of them.
  virtual void rest() = 0;
};

}  // namespace sqltune
