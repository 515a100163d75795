#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <vector>

#include "generate/row_batch.h"

namespace sqltune {

/// Generates the rows of all calls that overlap, in passes over one RowBatch: rows join at a pass and leave after one.
/// Calls take turns in sending in rows, so that a small call does not wait for the end of a large one.
class RowScheduler {
 public:
  RowScheduler(std::unique_ptr<RowBatch> batch, const DecoderConfig& config)
      : batch_(std::move(batch)), config_(config) {}

  void add(GenerateCall call);
  bool idle() const { return calls_.empty(); }
  /// One pass. Calls whose rows have all ended, that are aborted or that cannot go on are done with.
  void pass();

 private:
  struct Choice {
    int64_t token = -1;  ///< -1: nothing is admitted
    float probability = 0;
  };

  void run();
  void admit();
  bool admit_row(RunningCall& call);
  RunningCall* next_in_turn();
  int64_t most_rows() const;
  void end_aborted();
  void end(RunningCall& call, const std::exception_ptr& failure);
  std::vector<Choice> choose();
  void take(const std::vector<Choice>& choices);
  void leave(const LiveRow& row);

  std::unique_ptr<RowBatch> batch_;
  const DecoderConfig& config_;
  std::vector<std::unique_ptr<RunningCall>> calls_;  ///< in order of arrival
  std::vector<std::unique_ptr<LiveRow>> live_;
  std::vector<SpeakingRow> speaking_;
  uint64_t arrived_ = 0;
  uint64_t turn_ = 0;  ///< the call that sent in a row last
};

}  // namespace sqltune
