#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "session.h"

namespace sqltune {

/// Chooses the next token of one row from its logits, as HuggingFace's processors in their order: repetition penalty,
/// temperature, top-p. Greedy without temperature.
class Sampler {
 public:
  Sampler(const SamplingSpec& spec, const std::vector<int64_t>& prompt, int64_t vocab_size, uint64_t row);

  struct Choice {
    int64_t token;
    float probability;  ///< under the model's own softmax: no penalty, temperature 1
  };
  /// logits [vocab_size]; changed in place.
  Choice next(float* logits);

 private:
  const SamplingSpec& spec_;
  std::vector<bool> seen_;
  std::mt19937_64 random_;
  struct Candidate {
    double weight;
    int64_t token;
  };
  std::vector<Candidate> candidates_;
};

}  // namespace sqltune
