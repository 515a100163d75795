#pragma once

#include <exception>
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

class ConstraintFactory;

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
  std::string cache_key;
  std::vector<std::shared_ptr<const ConstraintFactory>> constraints;  // empty, or a row's or null for each row
};

struct GeneratedRow {
  std::vector<int64_t> tokens;
  std::vector<float> probabilities;
  std::string finish_reason;  // "stop", "length", "abort"
  int64_t cached_tokens = 0;
};

/// `finish`: "stop" or "length" with a row's last token, else null.
using OnToken = std::function<void(int64_t row, int64_t token, float probability, const char* finish)>;

/// One call of `generate`. One of `done` and `failed` is called, once, from within Session::generate.
struct GenerateCall {
  PackedBatch prompts;
  SamplingSpec sampling;
  OnToken on_token;  // may be empty
  std::shared_ptr<const AbortFlag> abort;
  std::function<void(std::vector<GeneratedRow>)> done;
  std::function<void(std::exception_ptr)> failed;
};

/// PrefixCacheState in src/native/types.ts.
struct PrefixCacheState {
  int64_t bytes = 0, limit_bytes = 0, entries = 0, hits = 0, misses = 0;
};

/// One loaded model with at most one adapter and one optimizer: what the binding exposes as NativeModel. Not
/// thread-safe: every method but the destructor and what says otherwise runs on the device's executor thread.
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
  /// Computes the call, and with it those that `between`, which runs before every pass, starts by calling this again:
  /// such a call returns at once. Returns when all of them have ended. Throws nothing; a call that cannot be computed
  /// fails by itself.
  void generate(GenerateCall call, const std::function<void()>& between);
  /// One call alone. Throws what it fails with.
  std::vector<GeneratedRow> generate(const PackedBatch& prompts, const SamplingSpec& sampling, const OnToken& on_token,
                                     const AbortFlag& abort);
  /// From any thread.
  PrefixCacheState prefix_cache() const;
  /// From any thread; what is too much goes with the next trim_prefixes or when the next prefix is kept.
  void set_prefix_cache_limit(int64_t bytes);
  void trim_prefixes();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sqltune
