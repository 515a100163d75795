#include <ATen/ATen.h>

#include <stdexcept>

#include "check.h"
#include "errors.h"
#include "generation_batches.h"

// Calls that overlap, compared with the same calls one after the other.

using namespace sqltune;
using namespace sqltune::test;

namespace {

const AbortFlag kNoAbort;

/// Six calls of every kind of sampling, which start at different passes.
std::vector<OverlappingCall> six_calls() {
  std::vector<OverlappingCall> calls(6);
  calls[0].batch = varied_batch();
  calls[1].batch = batch_of({40}, {4}, {5, 9, 30, 2}, 3);
  calls[2].batch = varied_batch();
  calls[3].batch = batch_of({0, 0}, {1, 1}, {100, 3}, 4);
  calls[4].batch = batch_of({70}, {1}, {6}, 23);  // a prefix that the first call has too
  calls[5].batch = batch_of({130}, {2}, {6, 7}, 5);
  for (size_t i = 0; i < calls.size(); ++i) {
    calls[i].first_pass = i < 3 ? 0 : 3 * i;
    calls[i].sampling.max_new_tokens = 20 + static_cast<int64_t>(i);
    calls[i].sampling.seed = i;
  }
  calls[1].sampling.temperature = 0.9;
  calls[1].sampling.max_rows = 2;
  calls[2].sampling.repetition_penalty = 1.4;
  calls[3].sampling.stop_ids = {5, 17, 30};
  calls[4].sampling.temperature = 1.3;
  calls[4].sampling.top_p = 0.8;
  return calls;
}

void overlapping_equal_alone(const std::string& dtype, bool to_the_bit) {
  const ModelSpec spec = kernel_model("qwen2", dtype);
  Session together(spec), apart(spec);
  add_trained_lora(together);
  add_trained_lora(apart);
  auto calls = six_calls();
  run_overlapping(together, calls);
  for (const auto& call : calls) {
    const auto alone = apart.generate(call.batch, call.sampling, nullptr, kNoAbort);
    EXPECT_EQ(call.rows.size(), alone.size());
    for (size_t r = 0; r < alone.size(); ++r) {
      EXPECT(call.rows[r].tokens == alone[r].tokens);
      EXPECT_EQ(call.rows[r].finish_reason, alone[r].finish_reason);
      for (size_t i = 0; i < alone[r].probabilities.size(); ++i) {
        EXPECT_NEAR(call.rows[r].probabilities[i], alone[r].probabilities[i], to_the_bit ? 0 : 1e-5);
      }
    }
  }
}

bool kernels_here() {
  Session session(kernel_model("llama", "float32"));
  SamplingSpec sampling;
  sampling.max_new_tokens = 2;
  session.generate(varied_batch(), sampling, nullptr, kNoAbort);
  return session.prefix_cache().entries > 0;
}

}  // namespace

TEST("calls that overlap give what they give one by one, float32") {
  overlapping_equal_alone("float32", kernels_here());
}
TEST("calls that overlap give what they give one by one, bfloat16") {
  if (!kernels_here()) SKIP("libtorch's bfloat16 products depend on the number of rows");
  overlapping_equal_alone("bfloat16", true);
}

TEST("one of three overlapping calls is aborted: it ends at once, the others go on") {
  const ModelSpec spec = kernel_model("llama", "float32");
  Session session(spec);
  std::vector<OverlappingCall> calls(3);
  for (size_t i = 0; i < 3; ++i) {
    calls[i].batch = batch_of({33}, {2}, {5, 8}, i);
    calls[i].sampling.max_new_tokens = 30;
    calls[i].first_pass = i;
  }
  int seen = 0;
  calls[1].on_token = [&](int64_t, int64_t, float, const char*) {
    if (++seen == 8) calls[1].abort->set();
  };
  run_overlapping(session, calls);
  EXPECT_EQ(calls[1].ended, 0);
  Session other(spec);
  for (size_t i = 0; i < 3; ++i) {
    const auto alone = other.generate(calls[i].batch, calls[i].sampling, nullptr, kNoAbort);
    for (size_t r = 0; r < 2; ++r) {
      auto expected = alone[r].tokens;
      if (i == 1) expected.resize(4);
      EXPECT(calls[i].rows[r].tokens == expected);
      EXPECT_EQ(calls[i].rows[r].finish_reason, std::string(i == 1 ? "abort" : "length"));
    }
  }
}

TEST("a call aborted before its first row has none, and a pass ends when all in it are aborted") {
  Session session(kernel_model("llama", "float32"));
  std::vector<OverlappingCall> calls(3);
  for (auto& call : calls) {
    call.batch = varied_batch();
    call.sampling.max_new_tokens = 1000;
    call.sampling.max_rows = 2;
  }
  calls[1].first_pass = 2;
  calls[1].abort->set();
  int seen = 0;
  calls[0].on_token = [&](int64_t, int64_t, float, const char*) {
    if (++seen < 10) return;
    calls[0].abort->set();
    calls[2].abort->set();
  };
  run_overlapping(session, calls);
  for (const auto& call : calls)
    for (const auto& row : call.rows) EXPECT_EQ(row.finish_reason, std::string("abort"));
  EXPECT(calls[1].rows[0].tokens.empty());
  EXPECT(!calls[0].rows[0].tokens.empty());
}

TEST("a call that fails does not disturb the others") {
  const ModelSpec spec = kernel_model("llama", "float32");
  Session session(spec);
  std::vector<OverlappingCall> calls(4);
  for (size_t i = 0; i < calls.size(); ++i) {
    calls[i].batch = varied_batch();
    calls[i].sampling.max_new_tokens = 15;
    calls[i].first_pass = i;
  }
  calls[1].batch.tokens[5] = 1000000;
  calls[2].on_token = [](int64_t row, int64_t, float, const char*) {
    if (row == 2) throw std::runtime_error("the listener is gone");
  };
  calls[3].sampling.constraints.resize(2);
  run_overlapping(session, calls);
  EXPECT_THROWS(std::rethrow_exception(calls[1].failure), InvalidArgument, "tokens[5] is 1000000");
  EXPECT_THROWS(std::rethrow_exception(calls[2].failure), std::runtime_error, "the listener is gone");
  EXPECT_THROWS(std::rethrow_exception(calls[3].failure), InvalidArgument, "constraints has 2 entries for 6 rows");
  Session other(spec);
  const auto alone = other.generate(calls[0].batch, calls[0].sampling, nullptr, kNoAbort);
  for (size_t r = 0; r < alone.size(); ++r) EXPECT(calls[0].rows[r].tokens == alone[r].tokens);
}

TEST("a small call does not wait for the end of a large one") {
  Session session(kernel_model("llama", "float32"));
  std::vector<OverlappingCall> calls(3);
  calls[0].batch = batch_of({20}, {30}, std::vector<int64_t>(30, 4));
  calls[1].batch = batch_of({0}, {1}, {9});
  calls[2].batch = batch_of({5}, {3}, {9, 1, 2});
  for (size_t i = 0; i < 3; ++i) {
    calls[i].sampling.max_new_tokens = 10;
    calls[i].sampling.max_rows = 4;
    calls[i].first_pass = i;
  }
  run_overlapping(session, calls);
  EXPECT_EQ(calls[1].ended, 0);
  EXPECT_EQ(calls[2].ended, 1);
  EXPECT_EQ(calls[0].ended, 2);
}

TEST("rows of one prompt are independent samples, and drawn again by the same seed") {
  Session session(kernel_model("llama", "float32"));
  const auto prompt = rows_of(varied_batch())[3];
  const std::vector<int64_t> prefix(prompt.begin(), prompt.end() - 1);
  const PackedBatch batch = group_of(prefix, std::vector<std::vector<int64_t>>(5, {prompt.back()}));
  SamplingSpec sampling;
  sampling.max_new_tokens = 16;
  sampling.temperature = 1;
  const auto first = session.generate(batch, sampling, nullptr, kNoAbort);
  const auto again = session.generate(batch, sampling, nullptr, kNoAbort);
  for (size_t r = 0; r < first.size(); ++r) {
    EXPECT(first[r].tokens == again[r].tokens);
    for (size_t other = 0; other < r; ++other) EXPECT(first[r].tokens != first[other].tokens);
  }
}
