#include <ATen/ATen.h>

#include "check.h"
#include "errors.h"
#include "io/tensor_source.h"
#include "scratch_file.h"
#include "tiny_model.h"

using namespace sqltune;
using namespace sqltune::test;

namespace {

const AbortFlag kNoAbort;

struct Gradients {
  LossResult loss;
  std::map<std::string, at::Tensor> values;
};

Gradients gradients(Session& session, const std::vector<PackedBatch>& batches,
                    const std::string& checkpointing = "none", uint64_t seed = 1) {
  session.begin_training({}, checkpointing);
  Gradients out;
  for (const auto& batch : batches) {
    const LossResult r = session.forward_backward(batch, seed, kNoAbort);
    out.loss.loss_sum += r.loss_sum;
    out.loss.tokens += r.tokens;
    out.loss.branch_loss.insert(out.loss.branch_loss.end(), r.branch_loss.begin(), r.branch_loss.end());
  }
  out.values = session.gradients();
  return out;
}

double relative_difference(const std::map<std::string, at::Tensor>& a, const std::map<std::string, at::Tensor>& b) {
  double difference = 0;
  double norm = 0;
  for (const auto& [name, value] : a) {
    difference += (value - b.at(name)).to(at::kDouble).square().sum().item().toDouble();
    norm += value.to(at::kDouble).square().sum().item().toDouble();
  }
  return std::sqrt(difference / norm);
}

void packed_equals_separate(const std::string& architecture, const std::string& dtype, double tolerance) {
  Session session(tiny_model(architecture, dtype));
  add_trained_lora(session);
  const PackedBatch batch = tiny_batch();
  const Gradients packed = gradients(session, {batch});
  const Gradients separate = gradients(session, {unshared(batch)});
  EXPECT_EQ(packed.loss.tokens, separate.loss.tokens);
  EXPECT_NEAR(packed.loss.loss_sum, separate.loss.loss_sum, tolerance * separate.loss.loss_sum);
  for (size_t b = 0; b < packed.loss.branch_loss.size(); ++b) {
    EXPECT_NEAR(packed.loss.branch_loss[b], separate.loss.branch_loss[b], 1e-4);
  }
  EXPECT(relative_difference(separate.values, packed.values) < tolerance);
}

}  // namespace

TEST("packed rows: loss and gradients are those of separate rows, llama float64") {
  packed_equals_separate("llama", "float64", 1e-6);  // gradients are read back as float32
}
TEST("packed rows: loss and gradients are those of separate rows, qwen2 float32") {
  packed_equals_separate("qwen2", "float32", 1e-5);
}
TEST("packed rows: loss and gradients are those of separate rows, untied mistral float32") {
  packed_equals_separate("mistral", "float32", 1e-5);
}

TEST("sliding window: the masked path equals separate rows, and the window matters") {
  ModelSpec spec = tiny_model("mistral", "float64");
  Session whole(spec);
  spec.config.sliding_window = 6;
  Session windowed(spec);
  add_trained_lora(whole);
  add_trained_lora(windowed);
  const PackedBatch batch = tiny_batch();
  const Gradients packed = gradients(windowed, {batch});
  EXPECT(relative_difference(gradients(windowed, {unshared(batch)}).values, packed.values) < 1e-6);
  EXPECT(std::abs(gradients(whole, {batch}).loss.loss_sum - packed.loss.loss_sum) > 1e-3);
}

TEST("LoRA gradients equal central finite differences in float64") {
  Session session(tiny_model("llama", "float64"));
  add_trained_lora(session);
  const PackedBatch batch = tiny_batch();
  const auto analytic = gradients(session, {batch}).values;

  const ScratchFile file(".safetensors");
  const std::string& path = file.path();
  session.save_lora(path);
  const auto start = read_safetensors(path);
  const auto loss_with = [&](const std::string& name, int64_t index, double shift) {
    NamedTensors moved;
    for (const auto& [key, tensor] : start) {
      at::Tensor copy = tensor.clone();
      if (key == name) copy.view(-1)[index].add_(shift);
      moved.emplace_back(key, copy.to(at::kFloat));
    }
    write_safetensors(path, moved, {});
    session.load_lora(path);
    return session.evaluate(batch, kNoAbort).loss_sum;
  };
  // The file format is float32, so the step is taken between two exactly representable values.
  for (const auto& [name, gradient] : analytic) {
    const int64_t index = gradient.numel() / 2;
    const float value = start.at(name).to(at::kFloat).view(-1)[index].item().toFloat();
    const float up = value + 1e-3f;
    const float down = value - 1e-3f;
    const double slope = (loss_with(name, index, static_cast<double>(up) - value) -
                          loss_with(name, index, static_cast<double>(down) - value)) /
                         (static_cast<double>(up) - static_cast<double>(down));
    const double expected = gradient.view(-1)[index].item().toDouble();
    EXPECT_NEAR(slope, expected, 2e-4 * std::max(1.0, std::abs(expected)));
  }
}

TEST("gradient checkpointing is bitwise the plain backward, dropout included") {
  Session session(tiny_model("llama", "float32"));
  add_trained_lora(session, 0.2);
  const auto plain = gradients(session, {tiny_batch()}, "none", 42);
  for (const char* mode : {"selective", "block"}) {
    const auto checkpointed = gradients(session, {tiny_batch()}, mode, 42);
    EXPECT_EQ(plain.loss.loss_sum, checkpointed.loss.loss_sum);
    for (const auto& [name, value] : plain.values) EXPECT(at::equal(value, checkpointed.values.at(name)));
  }
}

TEST("the explicit passes equal autograd over plain operators, dropout included") {
  for (const char* architecture : {"llama", "qwen2", "mistral"}) {
    for (const auto& [dtype, tolerance] : {std::pair{"float64", 1e-6}, std::pair{"float32", 1e-5}}) {
      Session session(tiny_model(architecture, dtype));
      add_trained_lora(session, 0.2);
      const auto reference = gradients(session, {tiny_batch()}, "reference", 7);
      const auto by_hand = gradients(session, {tiny_batch()}, "none", 7);
      EXPECT_NEAR(by_hand.loss.loss_sum, reference.loss.loss_sum, tolerance * reference.loss.loss_sum);
      EXPECT_EQ(by_hand.loss.correct, reference.loss.correct);
      EXPECT(relative_difference(reference.values, by_hand.values) < tolerance);
    }
  }
}

TEST("each LoRA target alone gets the gradients of autograd") {
  for (const char* target : {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
                             "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj", "lm_head"}) {
    Session session(tiny_model("llama", "float32"));
    // The second block alone: nothing below it needs a gradient.
    add_trained_lora(session, 0.1, {target});
    const auto reference = gradients(session, {tiny_batch()}, "reference", 7);
    EXPECT(relative_difference(reference.values, gradients(session, {tiny_batch()}, "none", 7).values) < 1e-5);
  }
}

TEST("1 to 16 branches of unequal length on a prefix equal separate rows") {
  Session session(tiny_model("llama", "float32"));
  add_trained_lora(session);
  for (int64_t k = 1; k <= 16; ++k) {
    PackedBatch batch;
    batch.prefix_lengths = {13};
    batch.branch_counts = {k};
    for (int64_t b = 0; b < k; ++b) batch.branch_lengths.push_back(2 + (b * 5) % 17);
    int64_t total = 13;
    for (const int64_t n : batch.branch_lengths) total += n;
    for (int64_t i = 0; i < total; ++i) batch.tokens.push_back((i * 7 + k) % 61);
    batch.labels.assign(total, kIgnoreIndex);
    for (int64_t i = 14; i < total; i += 2) batch.labels[i] = batch.tokens[i];
    const auto packed = gradients(session, {batch});
    const auto separate = gradients(session, {unshared(batch)});
    EXPECT_NEAR(packed.loss.loss_sum, separate.loss.loss_sum, 1e-5 * separate.loss.loss_sum);
    EXPECT(relative_difference(separate.values, packed.values) < 1e-5);
  }
}

TEST("accumulation over micro-steps equals one big batch") {
  Session session(tiny_model("qwen2", "float32"));
  add_trained_lora(session);
  const PackedBatch rows = unshared(tiny_batch());
  std::vector<PackedBatch> micro;
  int64_t at_token = 0;
  for (const int64_t length : rows.branch_lengths) {
    PackedBatch one;
    one.tokens.assign(rows.tokens.begin() + at_token, rows.tokens.begin() + at_token + length);
    one.labels.assign(rows.labels.begin() + at_token, rows.labels.begin() + at_token + length);
    one.prefix_lengths = {0};
    one.branch_counts = {1};
    one.branch_lengths = {length};
    micro.push_back(one);
    at_token += length;
  }
  const auto big = gradients(session, {rows});
  const auto small = gradients(session, micro);
  EXPECT_EQ(big.loss.tokens, small.loss.tokens);
  EXPECT(relative_difference(big.values, small.values) < 1e-6);
}

TEST("dropout masks differ by seed, keep the expected share, and reproduce") {
  Session session(tiny_model("llama", "float32"));
  add_trained_lora(session, 0.5);
  const auto first = gradients(session, {tiny_batch()}, "none", 1);
  const auto again = gradients(session, {tiny_batch()}, "none", 1);
  const auto other = gradients(session, {tiny_batch()}, "none", 2);
  EXPECT_EQ(first.loss.loss_sum, again.loss.loss_sum);
  EXPECT(std::abs(first.loss.loss_sum - other.loss.loss_sum) > 1e-4);
}

TEST("bfloat16 training follows float32") {
  Session wide(tiny_model("llama", "float32"));
  Session narrow(tiny_model("llama", "bfloat16"));
  add_trained_lora(wide);
  add_trained_lora(narrow);
  const auto a = gradients(wide, {tiny_batch()});
  const auto b = gradients(narrow, {tiny_batch()});
  EXPECT_NEAR(b.loss.loss_sum / a.loss.loss_sum, 1.0, 2e-2);
  EXPECT_NEAR(relative_difference(a.values, b.values), 0.0, 0.15);
}

TEST("an abort leaves the accumulated gradient as it was") {
  Session session(tiny_model("llama", "float32"));
  add_trained_lora(session);
  const auto before = gradients(session, {tiny_batch()});
  AbortFlag abort;
  abort.set();
  EXPECT_THROWS(session.forward_backward(tiny_batch(), 1, abort), Aborted, "aborted");
  const auto after = session.gradients();
  for (const auto& [name, value] : before.values) EXPECT(at::equal(value, after.at(name)));
}

TEST("a gradient that is not finite skips the step and changes nothing") {
  Session session(tiny_model("llama", "float32"));
  add_trained_lora(session);
  const ScratchFile file(".safetensors");
  const std::string& path = file.path();
  session.save_lora(path);
  NamedTensors poisoned;
  for (auto& [name, tensor] : read_safetensors(path)) {
    if (name.find("layers.0.self_attn.q_proj.lora_B") != std::string::npos) tensor.fill_(INFINITY);
    poisoned.emplace_back(name, tensor);
  }
  write_safetensors(path, poisoned, {});
  session.load_lora(path);
  session.begin_training({}, "none");
  session.forward_backward(tiny_batch(), 1, kNoAbort);
  const StepResult result = session.step(1e-2);
  EXPECT(result.skipped);
  EXPECT(!std::isfinite(result.grad_norm));
  session.save_lora(path);
  for (const auto& [name, tensor] : read_safetensors(path)) {
    for (const auto& [key, expected] : poisoned) {
      if (key == name) EXPECT(at::equal(tensor, expected));
    }
  }
}

TEST("the optimizer resumes bit for bit from its file") {
  const auto steps = [](Session& session, int count) {
    for (int i = 0; i < count; ++i) {
      session.forward_backward(tiny_batch(), 1, kNoAbort);
      session.step(1e-2);
    }
  };
  Session straight(tiny_model("llama", "float32"));
  add_trained_lora(straight);
  straight.begin_training({}, "none");
  steps(straight, 5);

  Session first(tiny_model("llama", "float32"));
  add_trained_lora(first);
  first.begin_training({}, "none");
  steps(first, 2);
  const ScratchFile lora(".safetensors");
  const ScratchFile optimizer(".safetensors");
  first.save_lora(lora.path());
  first.save_optimizer(optimizer.path());

  Session second(tiny_model("llama", "float32"));
  add_trained_lora(second);
  second.begin_training({}, "none");
  second.load_lora(lora.path());
  second.load_optimizer(optimizer.path());
  steps(second, 3);

  straight.save_lora(optimizer.path());
  second.save_lora(lora.path());
  const auto a = read_safetensors(optimizer.path());
  for (const auto& [name, tensor] : read_safetensors(lora.path())) {
    EXPECT(at::equal(tensor, a.at(name)));
  }
}

TEST("labels that nothing predicts and batches that do not add up are refused") {
  Session session(tiny_model("llama", "float32"));
  add_trained_lora(session);
  session.begin_training({}, "none");
  PackedBatch labelled_prefix = tiny_batch();
  labelled_prefix.labels[2] = 1;
  EXPECT_THROWS(session.forward_backward(labelled_prefix, 1, kNoAbort), InvalidArgument,
                "shared prefix carries a label");
  PackedBatch short_batch = tiny_batch();
  short_batch.tokens.pop_back();
  EXPECT_THROWS(session.forward_backward(short_batch, 1, kNoAbort), InvalidArgument, "add up to");
  PackedBatch bad_id = tiny_batch();
  bad_id.tokens[3] = 61;
  EXPECT_THROWS(session.forward_backward(bad_id, 1, kNoAbort), InvalidArgument, "ids 0 to 60");
  EXPECT_THROWS(session.step(1e-3), InvalidArgument, "labelled tokens");
}
