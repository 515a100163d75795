#include "generate/generator.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <memory>

#include "errors.h"
#include "generate/kv_cache.h"
#include "generate/sampler.h"

namespace sqltune {

namespace {

/// The prompt of each branch: its group's prefix and its own tokens (the repetition penalty looks at all of it).
std::vector<int64_t> prompt_of(const PackedBatch& batch, const PackedLayout& layout, size_t branch) {
  const Segment& prefix = layout.groups[layout.branch_group[branch]].prefix;
  const Segment& own = layout.branches[branch];
  std::vector<int64_t> ids(batch.tokens.begin() + prefix.start, batch.tokens.begin() + prefix.start + prefix.length);
  ids.insert(ids.end(), batch.tokens.begin() + own.start, batch.tokens.begin() + own.start + own.length);
  return ids;
}

void check(const SamplingSpec& s) {
  if (s.max_new_tokens < 1) throw InvalidArgument("maxNewTokens must be at least 1");
  if (!(s.temperature >= 0)) throw InvalidArgument("temperature must be 0 (greedy) or positive");
  if (!(s.top_p > 0 && s.top_p <= 1)) throw InvalidArgument("topP must be in (0, 1]");
  if (!(s.repetition_penalty > 0)) throw InvalidArgument("repetitionPenalty must be positive; 1 turns it off");
}

}  // namespace

std::vector<GeneratedRow> generate_rows(const Decoder& decoder, const PackedBatch& prompts,
                                        const SamplingSpec& sampling, const Session::OnToken& on_token,
                                        const AbortFlag& abort) {
  check(sampling);
  at::NoGradGuard no_grad;
  const DecoderConfig& config = decoder.config();
  const PackedLayout layout(prompts, decoder.device());
  const AttentionOptions options = decoder.attention_options();
  const auto rows = layout.branches.size();
  std::vector<GeneratedRow> results(rows);
  std::vector<std::unique_ptr<Sampler>> samplers;
  for (size_t r = 0; r < rows; ++r) {
    results[r].finish_reason = "abort";  // until the row ends by itself
    samplers.push_back(std::make_unique<Sampler>(sampling, prompt_of(prompts, layout, r), config.vocab_size, r));
  }

  try {
    // float32 keys and values on a CPU: its bfloat16 products round the scores, and the cache is small beside weights.
    const auto cache_type = decoder.device().is_cpu() ? at::kFloat : decoder.compute();
    KvCache cache(config, layout, sampling.max_new_tokens, cache_type, decoder.device());
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

    std::vector<int64_t> live(rows);
    for (size_t r = 0; r < rows; ++r) live[r] = static_cast<int64_t>(r);
    while (true) {
      at::Tensor logits = decoder.logits(x);
      float* values = logits.mutable_data_ptr<float>();
      std::vector<int64_t> still_live;
      std::vector<int64_t> next;
      std::vector<int64_t> slots;
      for (size_t slot = 0; slot < live.size(); ++slot) {
        GeneratedRow& row = results[live[slot]];
        const auto choice = samplers[live[slot]]->next(values + static_cast<int64_t>(slot) * config.vocab_size);
        row.tokens.push_back(choice.token);
        row.probabilities.push_back(choice.probability);
        if (on_token) on_token(live[slot], choice.token, choice.probability);
        const auto& stops = sampling.stop_ids;
        if (std::find(stops.begin(), stops.end(), choice.token) != stops.end()) {
          row.finish_reason = "stop";
        } else if (static_cast<int64_t>(row.tokens.size()) >= sampling.max_new_tokens) {
          row.finish_reason = "length";
        } else {
          still_live.push_back(live[slot]);
          slots.push_back(static_cast<int64_t>(slot));
          next.push_back(choice.token);
        }
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
  } catch (const Aborted&) {
    // Rows keep what they have; their finish_reason says so.
  }
  return results;
}

}  // namespace sqltune
