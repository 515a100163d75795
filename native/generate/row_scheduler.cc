#include "generate/row_scheduler.h"

#include <algorithm>

#include "errors.h"
#include "runtime/parallel.h"

namespace sqltune {

void RowScheduler::add(GenerateCall call) {
  calls_.push_back(std::make_unique<RunningCall>(std::move(call), ++arrived_));
}

void RowScheduler::pass() {
  end_aborted();
  admit();
  if (!live_.empty()) run();
  if (live_.empty()) batch_->rest();
}

void RowScheduler::run() {
  try {
    batch_->run(
        [this] {
          // Between layers only where nobody else needs the pass.
          for (const auto& call : calls_) {
            if (call->live > 0 && !call->call.abort->is_set()) return;
          }
          throw Aborted();
        },
        speaking_);
    take(choose());
  } catch (const Aborted&) {
    end_aborted();
  } catch (...) {
    for (size_t i = calls_.size(); i-- > 0;) {
      if (calls_[i]->live > 0) end(*calls_[i], std::current_exception());
    }
  }
}

/// Rows for the next pass: while there is room, of each call in turn.
void RowScheduler::admit() {
  while (RunningCall* call = next_in_turn()) {
    turn_ = call->order;
    bool admitted = false;
    try {
      admitted = admit_row(*call);
    } catch (...) {
      end(*call, std::current_exception());
      continue;
    }
    if (!admitted) return;
  }
}

/// The next call, after the one that sent in a row last, that may send in one; null where there is none.
RunningCall* RowScheduler::next_in_turn() {
  const auto live = static_cast<int64_t>(live_.size());
  const int64_t most = most_rows();
  const auto after = std::find_if(calls_.begin(), calls_.end(), [&](const auto& c) { return c->order > turn_; });
  const size_t first = after == calls_.end() ? 0 : after - calls_.begin();
  for (size_t i = 0; i < calls_.size(); ++i) {
    RunningCall& call = *calls_[(first + i) % calls_.size()];
    if (call.waiting == call.results.size() || call.live >= call.call.sampling.max_rows) continue;
    // A call without a row in the batch need not wait until one of another ends.
    if (live < most || (call.live == 0 && live < 2 * most)) return &call;
  }
  return nullptr;
}

/// Of all calls together.
int64_t RowScheduler::most_rows() const {
  int64_t most = 0;
  for (const auto& call : calls_) most = std::max(most, call->call.sampling.max_rows);
  return most;
}

/// False where the batch has no room for the call's next row.
bool RowScheduler::admit_row(RunningCall& call) {
  const size_t index = call.waiting;
  if (!batch_->has_room(call, index)) return false;
  const SamplingSpec& sampling = call.call.sampling;
  auto row = std::make_unique<LiveRow>();
  row->call = &call;
  row->row = index;
  row->most = token_limit(sampling, call.prompts.whole_length(index), config_);
  if (Sampler::needed(sampling)) {
    row->sampler = std::make_unique<Sampler>(sampling, call.prompts.whole(index), config_.vocab_size, index);
  }
  if (!sampling.constraints.empty() && sampling.constraints[index]) {
    row->constraint = sampling.constraints[index]->begin();
  }
  call.results[index].cached_tokens = batch_->add(*row);
  live_.push_back(std::move(row));
  ++call.waiting;
  ++call.live;
  return true;
}

/// Rows of aborted calls leave with what they have; their finish_reason says so.
void RowScheduler::end_aborted() {
  for (size_t i = calls_.size(); i-- > 0;) {
    if (calls_[i]->call.abort->is_set()) end(*calls_[i], nullptr);
  }
}

void RowScheduler::end(RunningCall& call, const std::exception_ptr& failure) {
  std::erase_if(live_, [&](const auto& row) {
    if (row->call != &call) return false;
    batch_->remove(*row);
    return true;
  });
  const auto place = std::find_if(calls_.begin(), calls_.end(), [&](const auto& c) { return c.get() == &call; });
  const std::unique_ptr<RunningCall> ended = std::move(*place);
  calls_.erase(place);
  if (failure) {
    ended->call.failed(failure);
  } else {
    ended->call.done(std::move(ended->results));
  }
}

/// The next token of each row that spoke.
std::vector<RowScheduler::Choice> RowScheduler::choose() {
  std::vector<Choice> choices(speaking_.size());
  std::vector<int64_t> refused, sampled;
  for (size_t i = 0; i < speaking_.size(); ++i) {
    const SpeakingRow& spoke = speaking_[i];
    if (spoke.row->sampler) {
      sampled.push_back(static_cast<int64_t>(i));
      continue;
    }
    const TokenConstraint* constraint = spoke.row->constraint.get();
    if (!constraint || constraint->admits(spoke.likeliest.token)) {
      choices[i] = {spoke.likeliest.token, spoke.likeliest.probability};
    } else {
      refused.push_back(static_cast<int64_t>(i));
    }
  }
  share_out(static_cast<int64_t>(sampled.size()), [&](int64_t i) {
    const SpeakingRow& spoke = speaking_[sampled[i]];
    const auto choice = spoke.row->sampler->next(spoke.logits, spoke.row->constraint.get());
    choices[sampled[i]] = {choice.token, choice.probability};
  });
  if (refused.empty()) return choices;
  std::vector<std::vector<uint32_t>> masks(refused.size());
  share_out(static_cast<int64_t>(refused.size()), [&](int64_t i) {
    masks[i] = token_bits(config_.vocab_size);
    speaking_[refused[i]].row->constraint->mask(masks[i]);
  });
  const auto admitted = batch_->likeliest_among(refused, masks);
  for (size_t i = 0; i < refused.size(); ++i) choices[refused[i]] = {admitted[i].token, admitted[i].probability};
  return choices;
}

/// Hands out the tokens, call by call and row by row; rows that end leave.
void RowScheduler::take(const std::vector<Choice>& choices) {
  struct Place {
    RunningCall* call;
    size_t row, spoken;
  };
  std::vector<Place> places;
  for (size_t i = 0; i < speaking_.size(); ++i) {
    places.push_back({speaking_[i].row->call, speaking_[i].row->row, i});
  }
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    return std::pair(a.call->order, a.row) < std::pair(b.call->order, b.row);
  });

  const RunningCall* failed = nullptr;
  for (const auto& place : places) {
    if (place.call == failed) continue;  // its rows are gone
    RunningCall& call = *place.call;
    LiveRow& live = *speaking_[place.spoken].row;
    GeneratedRow& row = call.results[live.row];
    const auto [token, probability] = choices[place.spoken];
    const char* end_reason = "length";
    try {
      if (token >= 0) {
        row.tokens.push_back(token);
        row.probabilities.push_back(probability);
        live.next = token;
        end_reason = end_of(row, token, live.most, call.call.sampling);
        if (live.constraint && !end_reason) live.constraint->accept(token);
        if (call.call.on_token) {
          call.call.on_token(static_cast<int64_t>(live.row), token, probability, end_reason);
        }
      }
    } catch (...) {
      failed = &call;
      end(call, std::current_exception());
      continue;
    }
    if (!end_reason) continue;
    row.finish_reason = end_reason;
    leave(live);
    if (call.live == 0 && call.waiting == call.results.size()) end(call, nullptr);
  }
}

void RowScheduler::leave(const LiveRow& row) {
  --row.call->live;
  batch_->remove(row);
  std::erase_if(live_, [&](const auto& live) { return live.get() == &row; });
}

}  // namespace sqltune
