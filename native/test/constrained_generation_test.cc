#include <ATen/ATen.h>

#include <cmath>
#include <map>

#include "check.h"
#include "generate/token_constraint.h"
#include "generation_batches.h"

// Rows held to a language, compared with logits that are computed whole and masked.

using namespace sqltune;
using namespace sqltune::test;

namespace {

const AbortFlag kNoAbort;
constexpr int64_t kVocab = 61;

/// After a token t only those come of which (t + i) % `step` is 0, `most` of them; then none.
struct Steps final : ConstraintFactory {
  int64_t step, most;
  Steps(int64_t s, int64_t m) : step(s), most(m) {}

  struct Row final : TokenConstraint {
    const int64_t step;
    int64_t left, last = 0;
    Row(int64_t s, int64_t m) : step(s), left(m) {}
    bool admits(int64_t token) const override { return left > 0 && (token + last) % step == 0; }
    void mask(std::vector<uint32_t>& bits) const override {
      for (int64_t i = 0; i < kVocab; ++i)
        if (admits(i)) bits[i / 32] |= 1u << (i % 32);
    }
    void accept(int64_t token) override {
      EXPECT(admits(token));
      last = token;
      --left;
    }
  };
  std::unique_ptr<TokenConstraint> begin() const override { return std::make_unique<Row>(step, most); }
};

at::Tensor masked(const at::Tensor& logits, const TokenConstraint& constraint) {
  at::Tensor out = logits.clone();
  for (int64_t i = 0; i < kVocab; ++i)
    if (!constraint.admits(i)) out[i] = -std::numeric_limits<float>::infinity();
  return out;
}

}  // namespace

TEST("greedy rows take the likeliest admitted token, with the model's own probability") {
  Session session(kernel_model("llama", "float32"));
  const PackedBatch batch = varied_batch();
  SamplingSpec sampling;
  sampling.max_new_tokens = 20;
  const std::vector<std::shared_ptr<const ConstraintFactory>> factories{
      std::make_shared<Steps>(3, 100),  nullptr,
      std::make_shared<Steps>(7, 100),  std::make_shared<Steps>(1, 100),
      std::make_shared<Steps>(60, 100), std::make_shared<Steps>(2, 100)};
  sampling.constraints = factories;
  const auto held = session.generate(batch, sampling, nullptr, kNoAbort);
  sampling.constraints.clear();
  const auto free_rows = session.generate(batch, sampling, nullptr, kNoAbort);
  EXPECT(held[1].tokens == free_rows[1].tokens);
  EXPECT(held[3].tokens == free_rows[3].tokens);
  EXPECT(held[0].tokens != free_rows[0].tokens);
  const auto rows = rows_of(batch);
  for (const size_t r : {0, 2, 4, 5}) {
    auto row = rows[r];
    const auto constraint = factories[r]->begin();
    EXPECT_EQ(held[r].tokens.size(), size_t{20});
    for (size_t i = 0; i < 20; ++i) {
      const at::Tensor logits = session.forward(row, kNoAbort)[-1];
      const auto expected = masked(logits, *constraint).argmax().item<int64_t>();
      EXPECT_EQ(held[r].tokens[i], expected);
      EXPECT_NEAR(held[r].probabilities[i], at::softmax(logits, -1)[expected].item().toDouble(), 2e-5);
      constraint->accept(expected);
      row.push_back(expected);
    }
  }
}

TEST("a repetition penalty and a constraint: the likeliest admitted of the penalised") {
  Session session(kernel_model("llama", "float32"));
  const PackedBatch batch = varied_batch();
  SamplingSpec sampling;
  sampling.max_new_tokens = 10;
  sampling.repetition_penalty = 1.5;
  sampling.constraints.assign(6, std::make_shared<Steps>(4, 100));
  const auto held = session.generate(batch, sampling, nullptr, kNoAbort);
  auto row = rows_of(batch)[2];
  const auto constraint = sampling.constraints[0]->begin();
  for (const int64_t token : held[2].tokens) {
    at::Tensor logits = session.forward(row, kNoAbort)[-1].clone();
    std::vector<bool> done(kVocab, false);
    for (const int64_t seen : row) {
      if (done[seen]) continue;
      done[seen] = true;
      const float value = logits[seen].item().toFloat();
      logits[seen] = value > 0 ? value / 1.5f : value * 1.5f;
    }
    EXPECT_EQ(token, masked(logits, *constraint).argmax().item<int64_t>());
    constraint->accept(token);
    row.push_back(token);
  }
}

TEST("sampled rows draw from the admitted tokens by their renormalised probabilities") {
  Session session(kernel_model("llama", "float32"));
  const auto prompt = rows_of(varied_batch())[3];
  const std::vector<int64_t> prefix(prompt.begin(), prompt.end() - 1);
  constexpr int64_t kRows = 3000;
  const PackedBatch batch = group_of(prefix, std::vector<std::vector<int64_t>>(kRows, {prompt.back()}));
  SamplingSpec sampling;
  sampling.max_new_tokens = 1;
  sampling.max_rows = 256;
  sampling.temperature = 1.5;
  const auto factory = std::make_shared<Steps>(9, 100);
  sampling.constraints.assign(kRows, factory);
  const auto rows = session.generate(batch, sampling, nullptr, kNoAbort);
  const at::Tensor logits = session.forward(prompt, kNoAbort)[-1];
  const at::Tensor expected = at::softmax(masked(logits, *factory->begin()) / 1.5, -1);
  const at::Tensor own = at::softmax(logits, -1);
  std::map<int64_t, int64_t> counts;
  for (const auto& row : rows) {
    ++counts[row.tokens[0]];
    EXPECT_NEAR(row.probabilities[0], own[row.tokens[0]].item().toDouble(), 1e-5);
  }
  for (int64_t token = 0; token < kVocab; ++token) {
    const double p = expected[token].item().toDouble();
    EXPECT_NEAR(static_cast<double>(counts[token]), kRows * p, 5 * std::sqrt(kRows * p * (1 - p)) + 1e-9);
  }
}

TEST("a row that nothing may follow ends as cut off, whether greedy or sampled") {
  Session session(kernel_model("llama", "float32"));
  SamplingSpec sampling;
  sampling.max_new_tokens = 20;
  const PackedBatch batch = varied_batch();
  sampling.constraints.assign(6, std::make_shared<Steps>(2, 5));
  sampling.constraints[1] = std::make_shared<Steps>(2, 0);
  sampling.constraints[2] = nullptr;
  for (const double temperature : {0.0, 1.0}) {
    sampling.temperature = temperature;
    int64_t streamed = 0;
    const auto rows =
        session.generate(batch, sampling, [&](int64_t, int64_t, float, const char*) { ++streamed; }, kNoAbort);
    EXPECT_EQ(rows[0].tokens.size(), size_t{5});
    EXPECT(rows[1].tokens.empty());
    EXPECT_EQ(rows[2].tokens.size(), size_t{20});
    for (const auto& row : rows) EXPECT_EQ(row.finish_reason, std::string("length"));
    EXPECT_EQ(streamed, 40);
  }
}
