#include "session.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "errors.h"
#include "generate/generator.h"
#include "io/tensor_source.h"
#include "lora/lora.h"
#include "model/decoder.h"
#include "model/gemm.h"
#include "runtime/cpu_cache.h"
#include "train/adamw.h"
#include "train/forward_backward.h"

namespace sqltune {

namespace {

at::ScalarType scalar_type(const std::string& name) {
  if (name == "float32") return at::kFloat;
  if (name == "bfloat16") return at::kBFloat16;
  if (name == "float16") return at::kHalf;
  if (name == "float64") return at::kDouble;  // for tests against finite differences
  throw InvalidArgument("unknown dtype '" + name + "'; expected float32, bfloat16 or float16");
}

Checkpointing checkpointing_named(const std::string& name) {
  if (name == "none" || name == "reference") return Checkpointing::kNone;
  if (name == "selective") return Checkpointing::kSelective;
  if (name == "block") return Checkpointing::kBlock;
  throw InvalidArgument("unknown checkpointing '" + name + "'; expected none, selective or block");
}

}  // namespace

struct Session::State {
  explicit State(const ModelSpec& spec)
      : decoder(spec.config,
                *open_tensors(spec.files, spec.config.architecture, spec.config.num_heads, spec.config.num_kv_heads),
                at::Device(spec.device), scalar_type(spec.dtype), scalar_type(spec.compute_dtype)),
        generator(decoder) {}

  Decoder decoder;
  Generator generator;
  std::unique_ptr<LoraSet> lora;
  std::unique_ptr<AdamW> optimizer;
  Checkpointing checkpointing = Checkpointing::kNone;
  bool reference = false;

  LoraSet& need_lora() const {
    if (!lora) throw InvalidArgument("the model has no adapter; call addLora first");
    return *lora;
  }
  AdamW& need_optimizer() const {
    if (!optimizer) throw InvalidArgument("training has not begun; call beginTraining first");
    return *optimizer;
  }
};

Session::Session(const ModelSpec& spec) {
  if (spec.device == "cpu" && spec.compute_dtype == "float16") {
    throw InvalidArgument("float16 is not computed on a CPU (it is slow there); use computeDtype bfloat16 or float32");
  }
  at::NoGradGuard no_grad;
  keep_freed_memory();
  state_ = std::make_unique<State>(spec);
}
Session::~Session() = default;

int64_t Session::parameter_count() const { return state_->decoder.parameter_count(); }
int64_t Session::weight_bytes() const { return state_->decoder.weight_bytes(); }
std::string Session::device() const { return state_->decoder.device().str(); }

at::Tensor Session::forward(const std::vector<int64_t>& tokens, const AbortFlag& abort) {
  const PackedBatch batch{tokens, {}, {0}, {1}, {static_cast<int64_t>(tokens.size())}};
  batch.validate(state_->decoder.config().vocab_size, false);
  const PackedLayout layout(batch, state_->decoder.device());
  const PreciseProducts precise;
  const at::Tensor hidden = hidden_states(state_->decoder, batch, layout, abort);
  at::NoGradGuard no_grad;
  return state_->decoder.logits(hidden);
}

int64_t Session::add_lora(const LoraSpec& spec) {
  if (state_->lora) throw InvalidArgument("the model has an adapter already; call removeLora first");
  const auto dtype = state_->decoder.compute() == at::kDouble ? at::kDouble : at::kFloat;
  state_->lora = std::make_unique<LoraSet>(spec, state_->decoder.linears(), state_->decoder.device(), dtype);
  state_->generator.adapter_changed();
  return state_->lora->parameter_count();
}

void Session::remove_lora() {
  state_->optimizer.reset();
  state_->lora.reset();
  state_->generator.adapter_changed();
}

void Session::save_lora(const std::string& path) const { state_->need_lora().save(path); }
void Session::load_lora(const std::string& path) {
  // Even a load that fails may have changed some.
  state_->generator.adapter_changed();
  state_->need_lora().load(path);
}

void Session::merge_lora() {
  state_->generator.release();
  state_->need_lora().merge();
  remove_lora();
}

void Session::begin_training(const OptimizerSpec& spec, const std::string& checkpointing) {
  state_->checkpointing = checkpointing_named(checkpointing);
  state_->reference = checkpointing == "reference";
  state_->optimizer = std::make_unique<AdamW>(spec, state_->need_lora().named_parameters(),
                                              /*scale_loss=*/state_->decoder.compute() == at::kHalf);
}

LossResult Session::forward_backward(const PackedBatch& batch, uint64_t seed, const AbortFlag& abort) {
  // A second copy of the weights would stand in the way of training's memory; the adapter is about to change anyway.
  state_->generator.release();
  batch.validate(state_->decoder.config().vocab_size, true);
  if (state_->reference) {
    return forward_backward_reference(state_->decoder, state_->need_optimizer(), batch, seed, abort);
  }
  return sqltune::forward_backward(state_->decoder, state_->need_optimizer(), batch, seed, state_->checkpointing,
                                   abort);
}

LossResult Session::evaluate(const PackedBatch& batch, const AbortFlag& abort) {
  batch.validate(state_->decoder.config().vocab_size, true);
  return evaluate_loss(state_->decoder, batch, abort);
}

StepResult Session::step(double learning_rate) {
  state_->generator.adapter_changed();
  return state_->need_optimizer().step(learning_rate);
}
void Session::zero_grad() { state_->need_optimizer().zero_grad(); }

std::map<std::string, at::Tensor> Session::gradients() const {
  const AdamW& optimizer = state_->need_optimizer();
  std::map<std::string, at::Tensor> named;
  for (size_t i = 0; i < optimizer.parameters().size(); ++i) {
    named[optimizer.parameters()[i].first] =
        optimizer.gradients()[i].to(at::kCPU, at::kFloat, false, true).contiguous();
  }
  return named;
}

void Session::save_optimizer(const std::string& path) const { state_->need_optimizer().save(path); }
void Session::load_optimizer(const std::string& path) { state_->need_optimizer().load(path); }

void Session::generate(GenerateCall call, const std::function<void()>& between) {
  state_->generator.run(std::move(call), between);
}

std::vector<GeneratedRow> Session::generate(const PackedBatch& prompts, const SamplingSpec& sampling,
                                            const OnToken& on_token, const AbortFlag& abort) {
  return generate_alone(state_->generator, prompts, sampling, on_token, abort);
}

PrefixCacheState Session::prefix_cache() const { return state_->generator.prefixes().state(); }
void Session::set_prefix_cache_limit(int64_t bytes) { state_->generator.prefixes().set_limit(bytes); }
void Session::trim_prefixes() { state_->generator.prefixes().trim(); }

}  // namespace sqltune
