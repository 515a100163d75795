#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "generate/token_constraint.h"
#include "session.h"

namespace sqltune {

/// Chooses the next token of one row from its logits, as HuggingFace's processors in their order: repetition penalty,
/// what is admitted, temperature, top-p. Greedy without temperature.
class Sampler {
 public:
  /// Whether the likeliest token is not simply taken.
  static bool needed(const SamplingSpec& spec) { return spec.temperature > 0 || spec.repetition_penalty != 1.0; }

  /// `row`: of its call; each draws from a stream of its own.
  Sampler(const SamplingSpec& spec, const std::vector<int64_t>& prompt, int64_t vocab_size, uint64_t row);

  struct Choice {
    int64_t token = -1;     ///< -1: none is admitted
    float probability = 0;  ///< under the model's own softmax: no penalty, temperature 1, all tokens
  };
  /// logits [vocab_size]; `constraint` may be null.
  Choice next(const float* logits, const TokenConstraint* constraint);

 private:
  int64_t greedy(const float* logits, const TokenConstraint* constraint);
  int64_t sampled(const float* logits, const TokenConstraint* constraint);
  float penalised(const float* logits, int64_t token) const;
  /// The admitted tokens; false when there are none.
  bool read_mask(const TokenConstraint& constraint);

  const SamplingSpec& spec_;
  std::vector<bool> seen_;
  std::mt19937_64 random_;
  struct Candidate {
    double weight;
    int64_t token;
  };
  std::vector<Candidate> candidates_;
  std::vector<uint32_t> mask_;
};

}  // namespace sqltune
