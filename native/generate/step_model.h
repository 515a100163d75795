#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "abort_flag.h"
#include "generate/paged_kv.h"
#include "model/decoder.h"

namespace sqltune {

/// Consecutive tokens of one sequence that go through the model in this pass: a piece of a prefix, a prompt, or one new
/// token. The sequence has grown by them already.
struct StepSegment {
  Sequence* own = nullptr;
  const Sequence* prefix = nullptr;  ///< seen whole; null: none. Its last tokens may be in the same pass
  const int64_t* tokens = nullptr;
  int64_t count = 0;
  bool wants_logits = false;  ///< of its last token
};

/// The most likely token of a row under the model's own softmax.
struct Likeliest {
  int64_t token = 0;
  float probability = 0;
};

/// A decoder that runs passes over paged keys and values.
class StepModel {
 public:
  virtual ~StepModel() = default;
  virtual const std::shared_ptr<PagePool>& pages() const = 0;
  /// Adapters are read again at the next pass.
  virtual void forget_adapters() = 0;
  /// Runs all segments through the layers. `likeliest` or, where given, `logits` [rows, vocab] takes the result of the
  /// segments that want one, in their order. Throws Aborted between layers.
  virtual void run(const std::vector<StepSegment>& segments, const AbortFlag& abort, std::vector<Likeliest>* likeliest,
                   std::vector<float>* logits) = 0;
};

/// Null where the kernels of this project do not take the model: they need a CPU with AVX-512 (with its bfloat16
/// products for bfloat16), dimensions that are multiples of 16, and memory for a second copy of the weights.
std::unique_ptr<StepModel> make_step_model(const Decoder& decoder);

}  // namespace sqltune
