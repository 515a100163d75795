#include "generate/step_model.h"

#include <ATen/ATen.h>

#include <memory>

#include "check.h"
#include "generate/generator.h"
#include "generation_batches.h"

// The passes over packed weights and paged keys, compared with whole rows computed again and again, and with the
// generation in libtorch's operators.

using namespace sqltune;
using namespace sqltune::test;

namespace {

const AbortFlag kNoAbort;

void need_kernels(const ModelSpec& spec) {
  const auto type = spec.compute_dtype == "float32" ? at::kFloat : at::kBFloat16;
  const auto source =
      open_tensors(spec.files, spec.config.architecture, spec.config.num_heads, spec.config.num_kv_heads);
  const Decoder decoder(spec.config, *source, at::Device("cpu"), type, type);
  if (!make_step_model(decoder)) SKIP("no kernels for " + spec.compute_dtype + " here, or SQLTUNE_WITHOUT names them");
}

/// Each row of the batch alone, its prefix apart as in the batch.
std::vector<PackedBatch> one_by_one(const PackedBatch& batch) {
  std::vector<PackedBatch> out;
  auto prefix = batch.tokens.begin();
  size_t branch = 0;
  for (size_t g = 0; g < batch.prefix_lengths.size(); ++g) {
    auto own = prefix + batch.prefix_lengths[g];
    for (int64_t b = 0; b < batch.branch_counts[g]; ++b, ++branch) {
      PackedBatch one{{prefix, prefix + batch.prefix_lengths[g]}, {}, {batch.prefix_lengths[g]}, {1}, {}};
      one.branch_lengths = {batch.branch_lengths[branch]};
      one.tokens.insert(one.tokens.end(), own, own + batch.branch_lengths[branch]);
      own += batch.branch_lengths[branch];
      out.push_back(std::move(one));
    }
    prefix = own;
  }
  return out;
}

void equals_recomputing(const std::string& architecture) {
  const ModelSpec spec = kernel_model(architecture, "float32");
  need_kernels(spec);
  Session session(spec);
  add_trained_lora(session);
  const PackedBatch batch = varied_batch();
  SamplingSpec sampling;
  sampling.max_new_tokens = 70;
  sampling.max_rows = 4;  // rows wait, and take the places of others
  const auto generated = session.generate(batch, sampling, nullptr, kNoAbort);
  const auto rows = rows_of(batch);
  for (size_t r = 0; r < rows.size(); ++r) {
    std::vector<int64_t> row = rows[r];
    EXPECT_EQ(generated[r].tokens.size(), size_t{70});
    for (size_t i = 0; i < generated[r].tokens.size(); ++i) {
      const at::Tensor last = session.forward(row, kNoAbort)[-1];
      EXPECT_EQ(generated[r].tokens[i], last.argmax().item<int64_t>());
      EXPECT_NEAR(generated[r].probabilities[i], at::softmax(last, -1).max().item().toDouble(), 2e-5);
      row.push_back(generated[r].tokens[i]);
    }
  }
}

void rows_do_not_depend_on_the_batch(const std::string& dtype) {
  const ModelSpec spec = kernel_model("qwen2", dtype);
  need_kernels(spec);
  Session session(spec);
  add_trained_lora(session);
  const PackedBatch batch = varied_batch();
  SamplingSpec sampling;
  sampling.max_new_tokens = 40;
  const auto together = session.generate(batch, sampling, nullptr, kNoAbort);
  const auto alone = one_by_one(batch);
  for (size_t r = 0; r < alone.size(); ++r) {
    Session fresh(spec);
    add_trained_lora(fresh);
    const auto one = fresh.generate(alone[r], sampling, nullptr, kNoAbort)[0];
    EXPECT(one.tokens == together[r].tokens);
    EXPECT(one.probabilities == together[r].probabilities);  // to the bit
  }
}

}  // namespace

TEST("passes over packed weights equal recomputing each row, llama") { equals_recomputing("llama"); }
TEST("passes over packed weights equal recomputing each row, qwen2") { equals_recomputing("qwen2"); }
TEST("passes over packed weights equal recomputing each row, untied head") { equals_recomputing("mistral"); }

TEST("a row's tokens and probabilities are the same alone and in a batch, float32") {
  rows_do_not_depend_on_the_batch("float32");
}
TEST("a row's tokens and probabilities are the same alone and in a batch, bfloat16") {
  rows_do_not_depend_on_the_batch("bfloat16");
}

TEST("bfloat16 passes are as near to float32 as libtorch's operators") {
  const ModelSpec narrow = kernel_model("llama", "bfloat16");
  need_kernels(narrow);
  const auto source =
      open_tensors(narrow.files, narrow.config.architecture, narrow.config.num_heads, narrow.config.num_kv_heads);
  const Decoder decoder(narrow.config, *source, at::Device("cpu"), at::kBFloat16, at::kBFloat16);
  Generator generator(decoder);
  Session wide(kernel_model("llama", "float32"));
  SamplingSpec sampling;
  sampling.max_new_tokens = 1;
  const auto batch = varied_batch();
  const auto rows = rows_of(batch);
  const auto distance = [&](const std::vector<GeneratedRow>& found) {
    double sum = 0;
    for (size_t r = 0; r < rows.size(); ++r) {
      const at::Tensor all = at::softmax(wide.forward(rows[r], kNoAbort)[-1], -1);
      sum += std::abs(found[r].probabilities[0] - all[found[r].tokens[0]].item().toDouble());
    }
    return sum;
  };
  Generator plain(decoder, Generator::Kernels::kNone);
  const double by_passes = distance(generate_alone(generator, batch, sampling, nullptr, kNoAbort));
  const double plainly = distance(generate_alone(plain, batch, sampling, nullptr, kNoAbort));
  EXPECT(by_passes < 1.5 * plainly + 0.02);
}

TEST("a prompt longer than a pass goes through in pieces") {
  const ModelSpec spec = kernel_model("llama", "float32");
  need_kernels(spec);
  Session session(spec);
  const PackedBatch batch = batch_of({3000, 0}, {2, 1}, {30, 2500, 40});
  SamplingSpec sampling;
  sampling.max_new_tokens = 3;
  const auto generated = session.generate(batch, sampling, nullptr, kNoAbort);
  const auto rows = rows_of(batch);
  for (size_t r = 0; r < rows.size(); ++r) {
    EXPECT_EQ(generated[r].tokens[0], session.forward(rows[r], kNoAbort)[-1].argmax().item<int64_t>());
  }
}

TEST("a kept prefix is used again, and forgotten when the adapter changes") {
  const ModelSpec spec = kernel_model("llama", "float32");
  need_kernels(spec);
  const PackedBatch batch = varied_batch();
  SamplingSpec sampling;
  sampling.max_new_tokens = 12;
  Session session(spec);
  const auto base = session.generate(batch, sampling, nullptr, kNoAbort);
  const auto again = session.generate(batch, sampling, nullptr, kNoAbort);
  add_trained_lora(session);
  const auto adapted = session.generate(batch, sampling, nullptr, kNoAbort);
  Session other(spec);
  add_trained_lora(other);
  const auto expected = other.generate(batch, sampling, nullptr, kNoAbort);
  session.merge_lora();
  const auto merged = session.generate(batch, sampling, nullptr, kNoAbort);
  bool changed = false;
  for (size_t r = 0; r < base.size(); ++r) {
    EXPECT(again[r].tokens == base[r].tokens);
    EXPECT(again[r].probabilities == base[r].probabilities);
    EXPECT(adapted[r].tokens == expected[r].tokens);
    EXPECT(adapted[r].probabilities == expected[r].probabilities);
    EXPECT_NEAR(merged[r].probabilities[0], adapted[r].probabilities[0], 1e-4);
    changed = changed || adapted[r].tokens != base[r].tokens;
  }
  EXPECT(changed);
}

TEST("sampling over passes draws what it draws in libtorch's operators") {
  const ModelSpec spec = kernel_model("llama", "float32");
  need_kernels(spec);
  const auto source =
      open_tensors(spec.files, spec.config.architecture, spec.config.num_heads, spec.config.num_kv_heads);
  const Decoder decoder(spec.config, *source, at::Device("cpu"), at::kFloat, at::kFloat);
  Generator generator(decoder);
  SamplingSpec sampling;
  sampling.max_new_tokens = 20;
  sampling.temperature = 0.8;
  sampling.top_p = 0.9;
  sampling.repetition_penalty = 1.2;
  sampling.seed = 4;
  sampling.max_rows = 3;
  sampling.stop_ids = {5, 17};
  Generator plain(decoder, Generator::Kernels::kNone);
  const auto by_passes = generate_alone(generator, varied_batch(), sampling, nullptr, kNoAbort);
  const auto plainly = generate_alone(plain, varied_batch(), sampling, nullptr, kNoAbort);
  for (size_t r = 0; r < plainly.size(); ++r) {
    EXPECT(by_passes[r].tokens == plainly[r].tokens);
    EXPECT_EQ(by_passes[r].finish_reason, plainly[r].finish_reason);
  }
}

TEST("each row's last token is streamed with the reason it is the last") {
  const ModelSpec spec = kernel_model("llama", "float32");
  need_kernels(spec);
  Session session(spec);
  SamplingSpec sampling;
  sampling.max_new_tokens = 9;
  sampling.max_rows = 2;
  const PackedBatch batch = varied_batch();
  const auto free_run = session.generate(batch, sampling, nullptr, kNoAbort);
  sampling.stop_ids = {free_run[0].tokens[4]};
  std::vector<GeneratedRow> streamed(free_run.size());
  const auto on_token = [&](int64_t row, int64_t token, float probability, const char* finish) {
    EXPECT(streamed[row].finish_reason.empty());
    streamed[row].tokens.push_back(token);
    streamed[row].probabilities.push_back(probability);
    if (finish) streamed[row].finish_reason = finish;
  };
  const auto rows = session.generate(batch, sampling, on_token, kNoAbort);
  for (size_t r = 0; r < rows.size(); ++r) {
    EXPECT(streamed[r].tokens == rows[r].tokens);
    EXPECT(streamed[r].probabilities == rows[r].probabilities);
    EXPECT_EQ(streamed[r].finish_reason, rows[r].finish_reason);
  }
  EXPECT_EQ(rows[0].finish_reason, std::string("stop"));
}
