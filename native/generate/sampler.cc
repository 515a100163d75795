#include "generate/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace sqltune {

Sampler::Sampler(const SamplingSpec& spec, const std::vector<int64_t>& prompt, int64_t vocab_size, uint64_t row)
    : spec_(spec), seen_(vocab_size, false), random_(spec.seed * 0x9e3779b97f4a7c15ULL + row) {
  for (const int64_t id : prompt) seen_[id] = true;
}

Sampler::Choice Sampler::next(float* logits) {
  const auto vocab = static_cast<int64_t>(seen_.size());
  const float highest = *std::max_element(logits, logits + vocab);
  double normaliser = 0;
  for (int64_t i = 0; i < vocab; ++i) normaliser += std::exp(logits[i] - highest);
  const double log_normaliser = highest + std::log(normaliser);

  const auto penalty = static_cast<float>(spec_.repetition_penalty);
  const auto penalised = [&](int64_t i) {
    if (penalty == 1.0f || !seen_[i]) return logits[i];
    return logits[i] > 0 ? logits[i] / penalty : logits[i] * penalty;
  };

  int64_t token = 0;
  if (spec_.temperature <= 0) {
    float best = penalised(0);
    for (int64_t i = 1; i < vocab; ++i) {
      const float score = penalised(i);
      if (score > best) {
        best = score;
        token = i;
      }
    }
  } else {
    std::vector<double> weight(vocab);
    double top = -std::numeric_limits<double>::infinity();
    for (int64_t i = 0; i < vocab; ++i) {
      weight[i] = penalised(i) / spec_.temperature;
      top = std::max(top, weight[i]);
    }
    double total = 0;
    for (double& w : weight) total += w = std::exp(w - top);
    order_.resize(vocab);
    std::iota(order_.begin(), order_.end(), 0);
    size_t kept = order_.size();
    if (spec_.top_p < 1) {
      std::sort(order_.begin(), order_.end(), [&](int64_t a, int64_t b) { return weight[a] > weight[b]; });
      // The smallest set whose mass reaches top_p; at least one token.
      double mass = 0;
      for (kept = 0; kept < order_.size() && mass < spec_.top_p * total; ++kept) mass += weight[order_[kept]];
      kept = std::max<size_t>(kept, 1);
      total = mass;
    }
    double draw = std::uniform_real_distribution<double>(0, total)(random_);
    token = order_[kept - 1];
    for (size_t i = 0; i < kept; ++i) {
      draw -= weight[order_[i]];
      if (draw < 0) {
        token = order_[i];
        break;
      }
    }
  }
  const auto probability = static_cast<float>(std::exp(logits[token] - log_normaliser));
  seen_[token] = true;
  return {token, probability};
}

}  // namespace sqltune
