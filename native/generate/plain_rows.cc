#include "generate/plain_rows.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "runtime/parallel.h"

namespace sqltune {

namespace {

// Tokens of the prompts and, at their longest, of the answers of all rows: the cache has room for a row from its start.
constexpr int64_t kBatchTokens = 32768;

int64_t longest(const RunningCall& call, size_t row, const DecoderConfig& config) {
  const int64_t length = call.prompts.whole_length(row);
  return length + token_limit(call.call.sampling, length, config);
}

bool same_prefix(const LiveRow& a, const LiveRow& b) {
  return a.call->call.sampling.cache_key == b.call->call.sampling.cache_key && a.prefix() == b.prefix();
}

/// The first of the highest logits, among those with a bit in `mask` where there is one.
Likeliest likeliest_in(const float* logits, int64_t vocab, const std::vector<uint32_t>* mask) {
  const float top = *std::max_element(logits, logits + vocab);
  double total = 0;
  Likeliest best;
  for (int64_t i = 0; i < vocab; ++i) {
    total += std::exp(logits[i] - top);
    if (mask && !has_bit(*mask, i)) continue;
    if (best.token < 0 || logits[i] > best.logit) best = {i, 0, logits[i]};
  }
  if (best.token >= 0) best.probability = static_cast<float>(std::exp(best.logit - (top + std::log(total))));
  return best;
}

}  // namespace

/// One row alone always has room. A prefix counts for each of its rows.
bool PlainRows::has_room(const RunningCall& call, size_t row) const {
  int64_t tokens = 0;
  for (const auto* rows : {&cached_, &fresh_})
    for (const auto* live : *rows)
      if (live) tokens += longest(*live->call, live->row, decoder_.config());
  return tokens == 0 || tokens + longest(call, row, decoder_.config()) <= kBatchTokens;
}

int64_t PlainRows::add(LiveRow& row) {
  const bool shared =
      std::any_of(fresh_.begin(), fresh_.end(), [&](const LiveRow* other) { return same_prefix(*other, row); });
  fresh_.push_back(&row);
  return shared ? static_cast<int64_t>(row.prefix().size()) : 0;
}

void PlainRows::remove(const LiveRow& row) {
  std::replace(cached_.begin(), cached_.end(), const_cast<LiveRow*>(&row), static_cast<LiveRow*>(nullptr));
  std::erase(fresh_, &row);
}

void PlainRows::drop_removed() {
  if (std::find(cached_.begin(), cached_.end(), nullptr) == cached_.end()) return;
  std::vector<int64_t> kept;
  for (size_t i = 0; i < cached_.size(); ++i) {
    if (cached_[i]) kept.push_back(static_cast<int64_t>(i));
  }
  std::erase(cached_, nullptr);
  if (kept.empty()) {
    cache_.reset();
  } else {
    cache_->keep(kept);
  }
}

/// The next token of the rows in the cache; returns their last hidden states.
at::Tensor PlainRows::run_tokens(const std::function<void()>& check) {
  const DecoderConfig& config = decoder_.config();
  std::vector<int64_t> next;
  for (const auto* row : cached_) next.push_back(row->next);
  const RopeTables rope = decoder_.rope_tables(cache_->positions(), cache_->longest_row());
  const AttentionOptions options = decoder_.attention_options();
  at::Tensor x = decoder_.embed(at::tensor(next, at::kLong).to(decoder_.device()));
  const auto& blocks = decoder_.blocks();
  for (size_t i = 0; i < blocks.size(); ++i) {
    check();
    x = blocks[i].infer(x, config, rope, [&](const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
      return cache_->attend(static_cast<int64_t>(i), q, k, v, options);
    });
  }
  cache_->advance();
  return x;
}

/// The prompts of the new rows, which join the cache; returns their last hidden states.
at::Tensor PlainRows::run_prompts(const std::function<void()>& check) {
  const DecoderConfig& config = decoder_.config();
  // Rows of one prefix side by side: it is computed once for them.
  std::vector<LiveRow*> rows;
  PackedBatch batch;
  int64_t room = 1;
  for (auto* first : fresh_) {
    if (std::find(rows.begin(), rows.end(), first) != rows.end()) continue;
    const auto& prefix = first->prefix();
    batch.tokens.insert(batch.tokens.end(), prefix.begin(), prefix.end());
    batch.prefix_lengths.push_back(static_cast<int64_t>(prefix.size()));
    batch.branch_counts.push_back(0);
    for (auto* row : fresh_) {
      if (row != first && (prefix.empty() || !same_prefix(*row, *first))) continue;
      const PromptRow& prompt = row->prompt();
      batch.tokens.insert(batch.tokens.end(), prompt.tokens, prompt.tokens + prompt.length);
      batch.branch_lengths.push_back(prompt.length);
      ++batch.branch_counts.back();
      room = std::max(room, row->most);
      rows.push_back(row);
    }
  }

  const PackedLayout layout(batch, decoder_.device());
  const AttentionOptions options = decoder_.attention_options();
  // float32 keys and values on a CPU: its bfloat16 products round the scores, and the cache is small beside weights.
  const auto type = decoder_.device().is_cpu() && decoder_.compute() != at::kDouble ? at::kFloat : decoder_.compute();
  KvCache cache(config, layout, room, type, decoder_.device());
  const RopeTables rope = decoder_.rope_tables(layout.positions, layout.longest_row);
  at::Tensor x = decoder_.embed(at::tensor(batch.tokens, at::kLong).to(decoder_.device()));
  const auto& blocks = decoder_.blocks();
  for (size_t i = 0; i < blocks.size(); ++i) {
    check();
    x = blocks[i].infer(x, config, rope, [&](const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
      cache.fill(static_cast<int64_t>(i), layout, k, v);
      return packed_attention(q, k, v, layout, options, nullptr);
    });
  }
  if (cache_) {
    cache_->join(std::move(cache));
  } else {
    cache_.emplace(std::move(cache));
  }
  cached_.insert(cached_.end(), rows.begin(), rows.end());
  fresh_.clear();
  std::vector<int64_t> ends;
  for (const auto& branch : layout.branches) ends.push_back(branch.start + branch.length - 1);
  return x.index_select(0, at::tensor(ends, at::kLong).to(decoder_.device()));
}

void PlainRows::run(const std::function<void()>& check, std::vector<SpeakingRow>& speaking) {
  drop_removed();
  std::vector<at::Tensor> hidden;
  if (!cached_.empty()) hidden.push_back(run_tokens(check));
  if (!fresh_.empty()) hidden.push_back(run_prompts(check));
  logits_ = decoder_.logits(at::cat(hidden));
  const int64_t vocab = decoder_.config().vocab_size;
  float* logits = logits_.mutable_data_ptr<float>();
  speaking.resize(cached_.size());
  share_out(static_cast<int64_t>(cached_.size()), [&](int64_t i) {
    float* row = logits + i * vocab;
    speaking[i] = cached_[i]->sampler ? SpeakingRow{cached_[i], {}, row}
                                      : SpeakingRow{cached_[i], likeliest_in(row, vocab, nullptr), nullptr};
  });
}

std::vector<Likeliest> PlainRows::likeliest_among(const std::vector<int64_t>& places,
                                                  const std::vector<std::vector<uint32_t>>& masks) {
  const int64_t vocab = decoder_.config().vocab_size;
  std::vector<Likeliest> best;
  for (size_t i = 0; i < places.size(); ++i) {
    best.push_back(likeliest_in(logits_.const_data_ptr<float>() + places[i] * vocab, vocab, &masks[i]));
  }
  return best;
}

}  // namespace sqltune
