#include <ATen/ATen.h>

#include <algorithm>
#include <memory>

#include "errors.h"
#include "generate/generator.h"
#include "generate/kv_cache.h"
#include "generate/prompt_rows.h"
#include "generate/sampler.h"

namespace sqltune {

namespace {

/// One batch's rows, `first_row` of the call and on: the prompts run packed once (a shared prefix once a group), then
/// all live rows go token by token.
void generate_batch(const Decoder& decoder, const PackedBatch& prompts, const SamplingSpec& sampling, size_t first_row,
                    const Session::OnToken& on_token, const AbortFlag& abort, std::vector<GeneratedRow>& results) {
  const DecoderConfig& config = decoder.config();
  const PackedLayout layout(prompts, decoder.device());
  const AttentionOptions options = decoder.attention_options();
  const PromptRows rows(prompts);
  std::vector<std::unique_ptr<Sampler>> samplers;
  std::vector<int64_t> limits;
  for (size_t r = 0; r < rows.rows.size(); ++r) {
    samplers.push_back(std::make_unique<Sampler>(sampling, rows.whole(r), config.vocab_size, first_row + r));
    limits.push_back(token_limit(sampling, rows.whole_length(r), config));
  }

  // float32 keys and values on a CPU: its bfloat16 products round the scores, and the cache is small beside weights.
  const auto cache_type =
      decoder.device().is_cpu() && decoder.compute() != at::kDouble ? at::kFloat : decoder.compute();
  KvCache cache(config, layout, *std::max_element(limits.begin(), limits.end()), cache_type, decoder.device());
  RopeTables rope = decoder.rope_tables(layout.positions, layout.longest_row);
  at::Tensor x = decoder.embed(at::tensor(prompts.tokens, at::kLong).to(decoder.device()));
  const auto& blocks = decoder.blocks();
  for (size_t i = 0; i < blocks.size(); ++i) {
    abort.check();
    x = blocks[i].infer(x, config, rope, [&](const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
      cache.fill(static_cast<int64_t>(i), k, v);
      return packed_attention(q, k, v, layout, options, nullptr);
    });
  }
  std::vector<int64_t> ends;
  for (const auto& branch : layout.branches) ends.push_back(branch.start + branch.length - 1);
  x = x.index_select(0, at::tensor(ends, at::kLong).to(decoder.device()));

  std::vector<int64_t> live(rows.rows.size());
  for (size_t r = 0; r < live.size(); ++r) live[r] = static_cast<int64_t>(r);
  while (true) {
    at::Tensor logits = decoder.logits(x);
    float* values = logits.mutable_data_ptr<float>();
    std::vector<int64_t> still_live;
    std::vector<int64_t> next;
    std::vector<int64_t> slots;
    for (size_t slot = 0; slot < live.size(); ++slot) {
      const auto r = static_cast<size_t>(live[slot]);
      GeneratedRow& row = results[first_row + r];
      const auto choice = samplers[r]->next(values + static_cast<int64_t>(slot) * config.vocab_size);
      row.tokens.push_back(choice.token);
      row.probabilities.push_back(choice.probability);
      const char* end = end_of(row, choice.token, limits[r], sampling);
      if (end) {
        row.finish_reason = end;
      } else {
        still_live.push_back(live[slot]);
        slots.push_back(static_cast<int64_t>(slot));
        next.push_back(choice.token);
      }
      if (on_token) on_token(static_cast<int64_t>(first_row + r), choice.token, choice.probability, end);
    }
    if (still_live.empty()) break;
    if (still_live.size() < live.size()) cache.keep(slots);
    live = std::move(still_live);

    rope = decoder.rope_tables(cache.positions(), cache.longest_row());
    x = decoder.embed(at::tensor(next, at::kLong).to(decoder.device()));
    for (size_t i = 0; i < blocks.size(); ++i) {
      abort.check();
      x = blocks[i].infer(x, config, rope, [&](const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
        return cache.attend(static_cast<int64_t>(i), q, k, v, options);
      });
    }
    cache.advance();
  }
}

/// Rows [first, last) of a call as a batch of their own; a group that is cut keeps its prefix in both parts.
PackedBatch part_of(const PromptRows& prompts, size_t first, size_t last) {
  PackedBatch part;
  for (size_t r = first; r < last; ++r) {
    const PromptRow& row = prompts.rows[r];
    if (r == first || row.group != prompts.rows[r - 1].group) {
      const auto& prefix = prompts.prefixes[row.group];
      part.tokens.insert(part.tokens.end(), prefix.begin(), prefix.end());
      part.prefix_lengths.push_back(static_cast<int64_t>(prefix.size()));
      part.branch_counts.push_back(0);
    }
    part.tokens.insert(part.tokens.end(), row.tokens, row.tokens + row.length);
    part.branch_lengths.push_back(row.length);
    ++part.branch_counts.back();
  }
  return part;
}

// Tokens of the prompts and, at their longest, of the answers of a batch: all prompts run at once here, and the cache
// has room for every row from the start.
constexpr int64_t kBatchTokens = 32768;

/// The row after the last of the batch that starts at `first`: of at most max_rows rows and kBatchTokens tokens.
size_t end_of_batch(const PromptRows& prompts, size_t first, const SamplingSpec& sampling,
                    const DecoderConfig& config) {
  int64_t tokens = 0;
  size_t row = first;
  for (; row < prompts.rows.size() && static_cast<int64_t>(row - first) < sampling.max_rows; ++row) {
    const size_t group = prompts.rows[row].group;
    if (row == first || group != prompts.rows[row - 1].group)
      tokens += static_cast<int64_t>(prompts.prefixes[group].size());
    tokens += prompts.rows[row].length + token_limit(sampling, prompts.whole_length(row), config);
    if (tokens > kBatchTokens && row > first) break;
  }
  return row;
}

}  // namespace

std::vector<GeneratedRow> generate_plainly(const Decoder& decoder, const PackedBatch& prompts,
                                           const SamplingSpec& sampling, const Session::OnToken& on_token,
                                           const AbortFlag& abort) {
  const PromptRows all(prompts);
  const size_t rows = all.rows.size();
  std::vector<GeneratedRow> results(rows);
  for (auto& row : results) row.finish_reason = "abort";  // until the row ends by itself
  try {
    for (size_t first = 0; first < rows;) {
      const size_t last = end_of_batch(all, first, sampling, decoder.config());
      generate_batch(decoder, part_of(all, first, last), sampling, first, on_token, abort, results);
      first = last;
    }
  } catch (const Aborted&) {
    // Rows keep what they have; their finish_reason says so.
  }
  return results;
}

}  // namespace sqltune
