#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "generate/paged_kv.h"
#include "model/decoder.h"

namespace sqltune {

/// What is to be known of the token that follows a segment.
enum class Wants { kNothing, kLikeliest, kLogits };

/// Consecutive tokens of one sequence that go through the model in this pass: a piece of a prefix, a prompt, or one new
/// token. The sequence has grown by them already; it has one segment in a pass.
struct StepSegment {
  Sequence* own = nullptr;
  const Sequence* prefix = nullptr;  ///< seen whole; null: none. Its last tokens may be in the same pass
  const int64_t* tokens = nullptr;
  int64_t count = 0;
  Wants wants = Wants::kNothing;
};

/// The most likely token of a row, its logit, and its probability under the model's own softmax.
struct Likeliest {
  int64_t token = -1;
  float probability = 0;
  float logit = 0;
};

/// A decoder that runs passes over paged keys and values.
class StepModel {
 public:
  virtual ~StepModel() = default;
  virtual const std::shared_ptr<PagePool>& pages() const = 0;
  /// Adapters are read again at the next pass.
  virtual void forget_adapters() = 0;
  /// Runs all segments through the layers; `check` runs before each and may throw. `likeliest` takes a result for each
  /// segment that wants one, in their order, and `logits` [rows, vocab] those of the segments that want all of them.
  virtual void run(const std::vector<StepSegment>& segments, const std::function<void()>& check,
                   std::vector<Likeliest>& likeliest, std::vector<float>& logits) = 0;
  /// The likeliest of the tokens in `masks[i]` for the `rows[i]`-th result of the last pass, token -1 if there is none.
  /// Only the parts of the head are computed in which a mask has a token.
  virtual std::vector<Likeliest> likeliest_among(const std::vector<int64_t>& rows,
                                                 const std::vector<std::vector<uint32_t>>& masks) = 0;
};

/// Null where the kernels of this project do not take the model: they need a CPU with AVX-512 (with its bfloat16
/// products for bfloat16), dimensions that are multiples of 16, and memory for a second copy of the weights.
std::unique_ptr<StepModel> make_step_model(const Decoder& decoder);

}  // namespace sqltune
