#include "generate/generator.h"

#include <ATen/core/grad_mode.h>

#include <new>

#include "errors.h"
#include "generate/paged_rows.h"
#include "generate/plain_rows.h"
#include "generate/step_model.h"

namespace sqltune {

namespace {

// Keys and values of prefixes kept from call to call: a schema of 500 tokens takes 12 MB in SmolLM2-135M in bfloat16.
constexpr int64_t kPrefixBytes = int64_t{192} << 20;

void check(const GenerateCall& call, int64_t vocab_size) {
  call.prompts.validate(vocab_size, false);
  const SamplingSpec& s = call.sampling;
  if (s.max_new_tokens < 1) throw InvalidArgument("maxNewTokens must be at least 1");
  if (!(s.temperature >= 0)) throw InvalidArgument("temperature must be 0 (greedy) or positive");
  if (!(s.top_p > 0 && s.top_p <= 1)) throw InvalidArgument("topP must be in (0, 1]");
  if (!(s.repetition_penalty > 0)) throw InvalidArgument("repetitionPenalty must be positive; 1 turns it off");
  if (s.max_rows < 1) throw InvalidArgument("maxRows must be at least 1");
  const size_t rows = call.prompts.branch_lengths.size();
  if (!s.constraints.empty() && s.constraints.size() != rows) {
    throw InvalidArgument("constraints has " + std::to_string(s.constraints.size()) + " entries for " +
                          std::to_string(rows) + " rows");
  }
}

int64_t longest_prompt(const PackedBatch& prompts) {
  int64_t longest = 0;
  const PromptRows rows(prompts);
  for (size_t r = 0; r < rows.rows.size(); ++r) longest = std::max(longest, rows.whole_length(r));
  return longest;
}

}  // namespace

struct Generator::Fast {
  Fast(std::unique_ptr<StepModel> m, PrefixCache& prefixes, const DecoderConfig& config)
      : model(std::move(m)), scheduler(std::make_unique<PagedRows>(*model, prefixes, config), config) {}
  std::unique_ptr<StepModel> model;
  RowScheduler scheduler;
};

Generator::Generator(const Decoder& decoder, Kernels kernels)
    : decoder_(decoder),
      kernels_(kernels),
      prefixes_(kPrefixBytes),
      plain_(std::make_unique<PlainRows>(decoder), decoder.config()) {}
Generator::~Generator() = default;

RowScheduler& Generator::scheduler_for(const GenerateCall& call) {
  const auto window = decoder_.config().sliding_window;
  if (window && longest_prompt(call.prompts) + call.sampling.max_new_tokens > *window) return plain_;
  if (!fast_ && kernels_ == Kernels::kWherePossible) {
    try {
      // Asked again at each call: what stood against it may have been a lack of memory.
      if (auto model = make_step_model(decoder_)) {
        fast_ = std::make_unique<Fast>(std::move(model), prefixes_, decoder_.config());
      }
    } catch (const std::bad_alloc&) {
      // No room for the packed weights after all.
    }
  }
  return fast_ ? fast_->scheduler : plain_;
}

void Generator::run(GenerateCall call, const std::function<void()>& between) {
  at::NoGradGuard no_grad;
  const auto failed = call.failed;
  try {
    check(call, decoder_.config().vocab_size);
    scheduler_for(call).add(std::move(call));
  } catch (...) {
    failed(std::current_exception());
    return;
  }
  if (running_) return;
  running_ = true;
  const auto idle = [this] { return plain_.idle() && (!fast_ || fast_->scheduler.idle()); };
  while (!idle()) {
    if (between) between();
    if (fast_) fast_->scheduler.pass();
    plain_.pass();
  }
  running_ = false;
}

void Generator::adapter_changed() {
  prefixes_.clear();
  if (!fast_) return;
  fast_->model->forget_adapters();
  fast_->model->pages()->shrink();
}

void Generator::release() {
  prefixes_.clear();
  fast_.reset();
}

std::vector<GeneratedRow> generate_alone(Generator& generator, const PackedBatch& prompts, const SamplingSpec& sampling,
                                         const OnToken& on_token, const AbortFlag& abort) {
  std::vector<GeneratedRow> rows;
  std::exception_ptr failure;
  // The call ends before this returns: the flag is not owned.
  const std::shared_ptr<const AbortFlag> flag(std::shared_ptr<void>(), &abort);
  generator.run({prompts, sampling, on_token, flag, [&](std::vector<GeneratedRow> r) { rows = std::move(r); },
                 [&](const std::exception_ptr& error) { failure = error; }},
                nullptr);
  if (failure) std::rethrow_exception(failure);
  return rows;
}

}  // namespace sqltune
