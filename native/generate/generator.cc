#include "generate/generator.h"

#include <ATen/core/grad_mode.h>

#include <new>

#include "errors.h"
#include "generate/prefix_cache.h"
#include "generate/row_scheduler.h"
#include "generate/step_model.h"

namespace sqltune {

namespace {

// Keys and values of prefixes kept from call to call: a schema of 500 tokens takes 12 MB in SmolLM2-135M in bfloat16.
constexpr int64_t kPrefixBytes = int64_t{192} << 20;

void check(const SamplingSpec& s) {
  if (s.max_new_tokens < 1) throw InvalidArgument("maxNewTokens must be at least 1");
  if (!(s.temperature >= 0)) throw InvalidArgument("temperature must be 0 (greedy) or positive");
  if (!(s.top_p > 0 && s.top_p <= 1)) throw InvalidArgument("topP must be in (0, 1]");
  if (!(s.repetition_penalty > 0)) throw InvalidArgument("repetitionPenalty must be positive; 1 turns it off");
  if (s.max_rows < 1) throw InvalidArgument("maxRows must be at least 1");
}

int64_t longest_prompt(const PackedBatch& prompts) {
  int64_t longest = 0;
  const PromptRows rows(prompts);
  for (size_t r = 0; r < rows.rows.size(); ++r) longest = std::max(longest, rows.whole_length(r));
  return longest;
}

}  // namespace

struct Generator::Fast {
  explicit Fast(std::unique_ptr<StepModel> m) : model(std::move(m)), prefixes(kPrefixBytes) {}
  std::unique_ptr<StepModel> model;
  PrefixCache prefixes;
};

Generator::Generator(const Decoder& decoder) : decoder_(decoder) {}
Generator::~Generator() = default;

std::vector<GeneratedRow> Generator::run(const PackedBatch& prompts, const SamplingSpec& sampling,
                                         const Session::OnToken& on_token, const AbortFlag& abort) {
  check(sampling);
  at::NoGradGuard no_grad;
  const auto window = decoder_.config().sliding_window;
  const bool windowed = window && longest_prompt(prompts) + sampling.max_new_tokens > *window;
  if (!fast_ && !windowed) {
    try {
      // Asked again at each call: what stood against it may have been a lack of memory.
      if (auto model = make_step_model(decoder_)) fast_ = std::make_unique<Fast>(std::move(model));
    } catch (const std::bad_alloc&) {
      // No room for the packed weights after all.
    }
  }
  if (!fast_ || windowed) return generate_plainly(decoder_, prompts, sampling, on_token, abort);
  // Before the rows, so that it comes after they gave their pages back, however the call ends.
  const struct Shrink {
    PagePool& pages;
    ~Shrink() { pages.shrink(); }
  } shrink{*fast_->model->pages()};
  return RowScheduler(*fast_->model, fast_->prefixes, decoder_.config(), prompts, sampling, on_token).run(abort);
}

void Generator::adapter_changed() {
  if (!fast_) return;
  fast_->model->forget_adapters();
  fast_->prefixes.clear();
  fast_->model->pages()->shrink();
}

void Generator::release() { fast_.reset(); }

}  // namespace sqltune
