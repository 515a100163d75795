#include <ATen/ATen.h>

#include "check.h"
#include "generation_batches.h"

using namespace sqltune;
using namespace sqltune::test;

namespace {

const AbortFlag kNoAbort;

/// Greedy ids by running the whole row again for every token: no cache, no packing.
std::vector<int64_t> greedy_reference(Session& session, std::vector<int64_t> row, int64_t count) {
  std::vector<int64_t> out;
  for (int64_t i = 0; i < count; ++i) {
    const at::Tensor logits = session.forward(row, kNoAbort);
    out.push_back(logits[-1].argmax().item<int64_t>());
    row.push_back(out.back());
  }
  return out;
}

void cached_equals_uncached(const ModelSpec& spec) {
  Session session(spec);
  add_trained_lora(session);
  const PackedBatch batch = tiny_batch();
  SamplingSpec sampling;
  sampling.max_new_tokens = 14;
  const auto generated = session.generate(batch, sampling, nullptr, kNoAbort);
  const auto rows = rows_of(batch);
  for (size_t r = 0; r < rows.size(); ++r) {
    EXPECT(generated[r].tokens == greedy_reference(session, rows[r], 14));
    EXPECT_EQ(generated[r].finish_reason, std::string("length"));
  }
}

}  // namespace

TEST("batched generation with a shared prefix cache equals recomputing each row, llama") {
  cached_equals_uncached(tiny_model("llama", "float32"));
}
TEST("batched generation with a shared prefix cache equals recomputing each row, qwen2") {
  cached_equals_uncached(tiny_model("qwen2", "float32"));
}
TEST("generation under a sliding window equals recomputing each row") {
  ModelSpec spec = tiny_model("mistral", "float32");
  spec.config.sliding_window = 6;
  cached_equals_uncached(spec);
}

TEST("rows end at their own stop ids and the others go on; probabilities are the model's own") {
  Session session(tiny_model("llama", "float32"));
  const PackedBatch batch = tiny_batch();
  const auto rows = rows_of(batch);
  std::vector<int64_t> first = greedy_reference(session, rows[0], 6);
  SamplingSpec sampling;
  sampling.max_new_tokens = 6;
  sampling.stop_ids = {first[2]};
  int64_t streamed = 0;
  const auto generated =
      session.generate(batch, sampling, [&](int64_t, int64_t, float, const char*) { ++streamed; }, kNoAbort);
  int64_t total = 0;
  for (size_t r = 0; r < rows.size(); ++r) {
    std::vector<int64_t> expected;
    for (const int64_t id : greedy_reference(session, rows[r], 6)) {
      expected.push_back(id);
      if (id == first[2]) break;
    }
    EXPECT(generated[r].tokens == expected);
    total += static_cast<int64_t>(expected.size());
  }
  EXPECT_EQ(streamed, total);
  const at::Tensor softmax = at::softmax(session.forward(rows[0], kNoAbort)[-1], -1);
  EXPECT_NEAR(generated[0].probabilities[0], softmax.max().item().toDouble(), 1e-5);
}

TEST("sampling: a seed reproduces, a tiny top-p is greedy, the repetition penalty changes the choice") {
  Session session(tiny_model("llama", "float32"));
  const PackedBatch batch = tiny_batch();
  SamplingSpec sampling;
  sampling.max_new_tokens = 10;
  const auto greedy = session.generate(batch, sampling, nullptr, kNoAbort);
  sampling.temperature = 1.0;
  sampling.seed = 9;
  const auto first = session.generate(batch, sampling, nullptr, kNoAbort);
  const auto again = session.generate(batch, sampling, nullptr, kNoAbort);
  sampling.top_p = 1e-6;
  const auto nucleus = session.generate(batch, sampling, nullptr, kNoAbort);
  bool sampled_differs = false;
  for (size_t r = 0; r < greedy.size(); ++r) {
    EXPECT(first[r].tokens == again[r].tokens);
    EXPECT(nucleus[r].tokens == greedy[r].tokens);
    sampled_differs = sampled_differs || first[r].tokens != greedy[r].tokens;
  }
  EXPECT(sampled_differs);
  SamplingSpec penalised;
  penalised.max_new_tokens = 10;
  penalised.repetition_penalty = 50.0;
  const auto varied = session.generate(batch, penalised, nullptr, kNoAbort);
  bool penalty_differs = false;
  for (size_t r = 0; r < greedy.size(); ++r) penalty_differs = penalty_differs || varied[r].tokens != greedy[r].tokens;
  EXPECT(penalty_differs);
}

TEST("an aborted generation returns what it has") {
  Session session(tiny_model("llama", "float32"));
  AbortFlag abort;
  SamplingSpec sampling;
  sampling.max_new_tokens = 50;
  int64_t count = 0;
  const auto rows = session.generate(
      tiny_batch(), sampling,
      [&](int64_t, int64_t, float, const char*) {
        if (++count == 12) abort.set();
      },
      abort);
  EXPECT_EQ(rows[0].finish_reason, std::string("abort"));
  EXPECT_EQ(rows[0].tokens.size(), size_t{2});
}

TEST("merging an adapter gives the adapted model's logits") {
  Session session(tiny_model("mistral", "float32"));
  const std::vector<int64_t> row = rows_of(tiny_batch())[0];
  const at::Tensor base = session.forward(row, kNoAbort);
  add_trained_lora(session);
  const at::Tensor adapted = session.forward(row, kNoAbort);
  session.merge_lora();
  const at::Tensor merged = session.forward(row, kNoAbort);
  EXPECT((base - adapted).abs().max().item().toDouble() > 1e-2);
  EXPECT((merged - adapted).abs().max().item().toDouble() < 1e-4);
}
