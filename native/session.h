#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "abort_flag.h"
#include "model/config.h"
#include "train/packed_batch.h"

// Declared, not included: the binding compiles this header beside napi.h, and ATen costs seconds a file.
namespace at {
class Tensor;
}

namespace sqltune {

struct ModelSpec {
  DecoderConfig config;
  std::vector<std::string> files;
  std::string device;         // "cpu", "cuda", "mps"
  std::string dtype;          // "float32", "bfloat16", "float16"
  std::string compute_dtype;  // likewise; never float16 on a CPU
};

struct LoraModuleSpec {
  std::string name;  // full module name without ".weight"
  int64_t r = 0;
  double scaling = 1.0;
};

struct LoraSpec {
  std::vector<LoraModuleSpec> modules;
  double dropout = 0.0;
  uint64_t seed = 0;
};

struct OptimizerSpec {
  double beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weight_decay = 0.0, max_grad_norm = 1.0;
};

struct LossResult {
  double loss_sum = 0;
  int64_t tokens = 0;
  int64_t correct = 0;
  std::vector<float> branch_loss;
};

struct StepResult {
  double grad_norm = 0;
  bool skipped = false;
};

struct SamplingSpec {
  int64_t max_new_tokens = 256;
  double temperature = 0, top_p = 1, repetition_penalty = 1;
  uint64_t seed = 0;
  std::vector<int64_t> stop_ids;
  int64_t max_rows = 64;  // computed together
};

struct GeneratedRow {
  std::vector<int64_t> tokens;
  std::vector<float> probabilities;
  std::string finish_reason;  // "stop", "length", "abort"
};

/// One loaded model with at most one adapter and one optimizer: what the binding exposes as NativeModel. Not
/// thread-safe: every method but the destructor runs on the device's executor thread.
class Session {
 public:
  explicit Session(const ModelSpec& spec);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  int64_t parameter_count() const;
  int64_t weight_bytes() const;
  std::string device() const;

  /// Logits of one plain sequence, float32 on the CPU, [tokens, vocab].
  at::Tensor forward(const std::vector<int64_t>& tokens, const AbortFlag& abort);
  /// Returns the number of trainable parameters.
  int64_t add_lora(const LoraSpec& spec);
  void remove_lora();
  void save_lora(const std::string& path) const;
  void load_lora(const std::string& path);
  void merge_lora();
  /// `checkpointing`: "none", "selective" or "block" (see Checkpointing); "reference" trains through autograd over
  /// plain operators, which tests compare with.
  void begin_training(const OptimizerSpec& spec, const std::string& checkpointing);
  LossResult forward_backward(const PackedBatch& batch, uint64_t seed, const AbortFlag& abort);
  LossResult evaluate(const PackedBatch& batch, const AbortFlag& abort);
  StepResult step(double learning_rate);
  void zero_grad();
  /// Accumulated gradients by PEFT key, float32 on the CPU.
  std::map<std::string, at::Tensor> gradients() const;
  void save_optimizer(const std::string& path) const;
  void load_optimizer(const std::string& path);
  /// `finish`: "stop" or "length" with a row's last token, else null.
  using OnToken = std::function<void(int64_t row, int64_t token, float probability, const char* finish)>;
  std::vector<GeneratedRow> generate(const PackedBatch& prompts, const SamplingSpec& sampling, const OnToken& on_token,
                                     const AbortFlag& abort);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sqltune
