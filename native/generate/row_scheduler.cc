#include "generate/row_scheduler.h"

#include <algorithm>

#include "runtime/machine.h"
#include "runtime/parallel.h"

namespace sqltune {

namespace {

// Tokens of a pass: enough for products at full speed, few enough that buffers stay small and an abort is seen soon.
constexpr int64_t kPassTokens = 2048;

}  // namespace

RowScheduler::RowScheduler(StepModel& model, PrefixCache& prefixes, const DecoderConfig& config,
                           const PackedBatch& prompts, const SamplingSpec& sampling, const Session::OnToken& on_token)
    : model_(model),
      prefixes_(prefixes),
      config_(config),
      prompts_(prompts),
      sampling_(sampling),
      on_token_(on_token),
      results_(prompts_.rows.size()) {
  // Half of what is free: the other half is for whatever else runs.
  if (const auto available = available_memory()) most_bytes_ = *available / 2;
  for (auto& row : results_) row.finish_reason = "abort";  // until the row ends by itself
  // Segments point at live rows' tokens while more rows are admitted: the rows must not move.
  live_.reserve(std::min(results_.size(), static_cast<size_t>(sampling.max_rows)));
}

std::vector<GeneratedRow> RowScheduler::run(const AbortFlag& abort) {
  std::vector<Likeliest> likeliest;
  std::vector<float> logits;
  try {
    while (waiting_ < results_.size() || !live_.empty()) {
      plan();
      model_.run(segments_, abort, greedy() ? &likeliest : nullptr, greedy() ? nullptr : &logits);
      for (auto& [group, sequence] : finished_) prefixes_.keep(prompts_.prefixes[group], std::move(sequence));
      finished_.clear();
      take_results(likeliest, logits);
    }
  } catch (const Aborted&) {
    // Rows keep what they have; their finish_reason says so.
  }
  return std::move(results_);
}

/// What goes through the model in the next pass.
void RowScheduler::plan() {
  segments_.clear();
  speaking_.clear();
  int64_t budget = kPassTokens;
  const auto run_prompt = [&](size_t slot) {
    Live& live = live_[slot];
    const PromptRow& row = prompts_.rows[live.row];
    const int64_t count = std::min(budget, row.length - live.prompt_done);
    if (count == 0) return;
    live.own->grow(count);
    const bool whole = live.prompt_done + count == row.length;
    segments_.push_back({live.own.get(), live.prefix.get(), row.tokens + live.prompt_done, count, whole});
    if (whole) speaking_.push_back(slot);
    live.prompt_done += count;
    budget -= count;
  };
  for (size_t slot = 0; slot < live_.size(); ++slot) {
    if (live_[slot].prompt_done < prompts_.rows[live_[slot].row].length) {
      run_prompt(slot);
      continue;
    }
    live_[slot].own->grow(1);
    segments_.push_back({live_[slot].own.get(), live_[slot].prefix.get(), &live_[slot].next, 1, true});
    speaking_.push_back(slot);
    --budget;
  }
  while (waiting_ < results_.size() && static_cast<int64_t>(live_.size()) < sampling_.max_rows && budget > 0 &&
         fits_memory()) {
    budget -= add_prefix(budget);
    if (!admit()) break;
    run_prompt(live_.size() - 1);
  }
}

/// Whether keys and values of the next waiting row have room beside those of the live ones, all at their longest. One
/// row alone always has.
bool RowScheduler::fits_memory() const {
  if (live_.empty()) return true;
  int64_t bytes = bytes_of(waiting_, prompts_.rows[waiting_].group != prompts_.rows[live_.back().row].group);
  for (size_t slot = 0; slot < live_.size(); ++slot) {
    const size_t row = live_[slot].row;
    bytes += bytes_of(row, slot == 0 || prompts_.rows[row].group != prompts_.rows[live_[slot - 1].row].group);
  }
  return bytes <= most_bytes_;
}

int64_t RowScheduler::bytes_of(size_t row, bool with_prefix) const {
  const auto pages = [](int64_t tokens) { return (tokens + kPageTokens - 1) / kPageTokens; };
  const PromptRow& prompt = prompts_.rows[row];
  const int64_t longest = prompt.length + token_limit(sampling_, prompts_.whole_length(row), config_);
  const auto prefix = static_cast<int64_t>(prompts_.prefixes[prompt.group].size());
  return (pages(longest) + (with_prefix ? pages(prefix) : 0)) * model_.pages()->shape().page_bytes();
}

/// Sees to the prefix of the next waiting row; returns the tokens that this takes of the pass.
int64_t RowScheduler::add_prefix(int64_t budget) {
  const size_t group = prompts_.rows[waiting_].group;
  const auto& tokens = prompts_.prefixes[group];
  if (tokens.empty()) return 0;
  if (!prefix_ || prefix_group_ != group) {
    prefix_group_ = group;
    filling_.reset();
    prefix_ = prefixes_.find(tokens);
    if (prefix_) return 0;
    filling_ = std::make_shared<Sequence>(model_.pages(), 0);
    prefix_ = filling_;
  }
  if (!filling_) return 0;
  const int64_t done = filling_->length();
  const int64_t count = std::min(budget, static_cast<int64_t>(tokens.size()) - done);
  filling_->grow(count);
  segments_.push_back({filling_.get(), nullptr, tokens.data() + done, count, false});
  if (done + count == static_cast<int64_t>(tokens.size())) finished_.emplace_back(group, std::move(filling_));
  return count;
}

/// Makes the next waiting row live; false while its prefix is not complete.
bool RowScheduler::admit() {
  const PromptRow& row = prompts_.rows[waiting_];
  const auto& tokens = prompts_.prefixes[row.group];
  Live live;
  live.row = waiting_;
  if (!tokens.empty()) {
    if (prefix_->length() < static_cast<int64_t>(tokens.size())) return false;
    live.prefix = prefix_;
  }
  live.own = std::make_unique<Sequence>(model_.pages(), static_cast<int64_t>(tokens.size()));
  if (!greedy()) {
    live.sampler = std::make_unique<Sampler>(sampling_, prompts_.whole(waiting_), config_.vocab_size, waiting_);
  }
  live_.push_back(std::move(live));
  ++waiting_;
  return true;
}

void RowScheduler::take_results(const std::vector<Likeliest>& likeliest, std::vector<float>& logits) {
  const auto speaking = static_cast<int64_t>(speaking_.size());
  std::vector<Sampler::Choice> choices(speaking);
  if (greedy()) {
    for (int64_t i = 0; i < speaking; ++i) choices[i] = {likeliest[i].token, likeliest[i].probability};
  } else {
    share_out(speaking, [&](int64_t i) {
      choices[i] = live_[speaking_[i]].sampler->next(logits.data() + i * config_.vocab_size);
    });
  }
  std::vector<bool> ended(live_.size(), false);
  for (int64_t i = 0; i < speaking; ++i) {
    Live& live = live_[speaking_[i]];
    GeneratedRow& row = results_[live.row];
    row.tokens.push_back(choices[i].token);
    row.probabilities.push_back(choices[i].probability);
    live.next = choices[i].token;
    const int64_t most = token_limit(sampling_, prompts_.whole_length(live.row), config_);
    const char* end = end_of(row, choices[i].token, most, sampling_);
    if (end) {
      row.finish_reason = end;
      ended[speaking_[i]] = true;
    }
    if (on_token_) on_token_(static_cast<int64_t>(live.row), choices[i].token, choices[i].probability, end);
  }
  size_t kept = 0;
  for (size_t slot = 0; slot < live_.size(); ++slot) {
    if (ended[slot]) continue;
    if (kept != slot) live_[kept] = std::move(live_[slot]);
    ++kept;
  }
  live_.resize(kept);
}

}  // namespace sqltune
