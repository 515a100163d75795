#pragma once

#include <functional>
#include <memory>

#include "generate/prefix_cache.h"
#include "generate/row_scheduler.h"
#include "model/decoder.h"
#include "session.h"

namespace sqltune {

/// Generates answers with a decoder; calls that overlap are computed together. On AVX-512 CPUs a pass runs in this
/// project's kernels over weights packed at the first call (PagedRows), where a row's tokens do not depend on the rows
/// beside it and prefixes are kept for later calls; elsewhere, and under a sliding window, in libtorch's operators
/// (PlainRows).
class Generator {
 public:
  enum class Kernels { kWherePossible, kNone };
  explicit Generator(const Decoder& decoder, Kernels kernels = Kernels::kWherePossible);
  ~Generator();

  /// See Session::generate. Throws nothing: InvalidArgument for sampling that makes no sense reaches call.failed.
  void run(GenerateCall call, const std::function<void()>& between);
  /// Call when an adapter came, went or changed: what is computed with it is forgotten.
  void adapter_changed();
  /// Call when the weights change, or to free memory: packed weights and prefixes are dropped.
  void release();

  PrefixCache& prefixes() { return prefixes_; }

 private:
  struct Fast;
  RowScheduler& scheduler_for(const GenerateCall& call);

  const Decoder& decoder_;
  const Kernels kernels_;
  PrefixCache prefixes_;
  std::unique_ptr<Fast> fast_;
  RowScheduler plain_;
  bool running_ = false;
};

/// One call from its start to its end. Throws what it fails with.
std::vector<GeneratedRow> generate_alone(Generator& generator, const PackedBatch& prompts, const SamplingSpec& sampling,
                                         const OnToken& on_token, const AbortFlag& abort);

}  // namespace sqltune
