#pragma once

#include <memory>

#include "model/decoder.h"
#include "session.h"

namespace sqltune {

/// Generates answers with a decoder. Prompts are packed groups: a prefix is computed once for all its rows and kept for
/// later calls; at most `max_rows` rows go token by token together, and a row that ends makes room for the next.
/// On AVX-512 CPUs a pass runs in this project's kernels over weights packed at the first call (StepModel), where a
/// row's tokens do not depend on the rows beside it; elsewhere in libtorch's operators (generate_plainly).
class Generator {
 public:
  explicit Generator(const Decoder& decoder);
  ~Generator();

  /// Rows end at a stop id, at max_new_tokens or the model's context, or at the abort flag with what they have.
  /// `on_token` is called in row order after each pass. Throws InvalidArgument for sampling that makes no sense.
  std::vector<GeneratedRow> run(const PackedBatch& prompts, const SamplingSpec& sampling,
                                const Session::OnToken& on_token, const AbortFlag& abort);
  /// Call when an adapter came, went or changed: what is computed with it is forgotten.
  void adapter_changed();
  /// Call when the weights change, or to free memory: packed weights and prefixes are dropped.
  void release();

 private:
  struct Fast;
  const Decoder& decoder_;
  std::unique_ptr<Fast> fast_;
};

/// The same in libtorch's operators, for any device, max_rows rows at a time.
std::vector<GeneratedRow> generate_plainly(const Decoder& decoder, const PackedBatch& prompts,
                                           const SamplingSpec& sampling, const Session::OnToken& on_token,
                                           const AbortFlag& abort);

}  // namespace sqltune
