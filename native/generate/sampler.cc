#include "generate/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sqltune {

namespace {

// e^-40 of the likeliest: a vocabulary of such tokens has 1e-12 of the mass.
constexpr double kNegligible = -40;

}  // namespace

Sampler::Sampler(const SamplingSpec& spec, const std::vector<int64_t>& prompt, int64_t vocab_size, uint64_t row)
    : spec_(spec), seen_(vocab_size, false), random_(spec.seed * 0x9e3779b97f4a7c15ULL + row) {
  for (const int64_t id : prompt) seen_[id] = true;
}

float Sampler::penalised(const float* logits, int64_t token) const {
  const auto penalty = static_cast<float>(spec_.repetition_penalty);
  if (penalty == 1.0f || !seen_[token]) return logits[token];
  return logits[token] > 0 ? logits[token] / penalty : logits[token] * penalty;
}

bool Sampler::read_mask(const TokenConstraint& constraint) {
  mask_ = token_bits(static_cast<int64_t>(seen_.size()));
  constraint.mask(mask_);
  return std::any_of(mask_.begin(), mask_.end(), [](uint32_t word) { return word != 0; });
}

Sampler::Choice Sampler::next(const float* logits, const TokenConstraint* constraint) {
  const auto vocab = static_cast<int64_t>(seen_.size());
  const float highest = *std::max_element(logits, logits + vocab);
  double normaliser = 0;
  for (int64_t i = 0; i < vocab; ++i) normaliser += std::exp(logits[i] - highest);
  const double log_normaliser = highest + std::log(normaliser);

  const int64_t token = spec_.temperature <= 0 ? greedy(logits, constraint) : sampled(logits, constraint);
  if (token < 0) return {};
  seen_[token] = true;
  return {token, static_cast<float>(std::exp(logits[token] - log_normaliser))};
}

int64_t Sampler::greedy(const float* logits, const TokenConstraint* constraint) {
  const auto vocab = static_cast<int64_t>(seen_.size());
  const auto best_of = [&](const auto& admitted) {
    int64_t token = -1;
    float best = 0;
    for (int64_t i = 0; i < vocab; ++i) {
      if (!admitted(i)) continue;
      const float score = penalised(logits, i);
      if (token >= 0 && score <= best) continue;
      best = score;
      token = i;
    }
    return token;
  };
  const int64_t token = best_of([](int64_t) { return true; });
  if (!constraint || constraint->admits(token)) return token;
  return read_mask(*constraint) ? best_of([&](int64_t i) { return has_bit(mask_, i); }) : -1;
}

int64_t Sampler::sampled(const float* logits, const TokenConstraint* constraint) {
  if (constraint && !read_mask(*constraint)) return -1;
  const auto vocab = static_cast<int64_t>(seen_.size());
  const auto refused = [&](int64_t i) { return constraint && !has_bit(mask_, i); };
  double top = -std::numeric_limits<double>::infinity();
  for (int64_t i = 0; i < vocab; ++i) {
    if (!refused(i)) top = std::max(top, penalised(logits, i) / spec_.temperature);
  }
  double total = 0;
  candidates_.clear();
  for (int64_t i = 0; i < vocab; ++i) {
    if (refused(i)) continue;
    const double distance = penalised(logits, i) / spec_.temperature - top;
    if (distance < kNegligible) continue;
    candidates_.push_back({std::exp(distance), i});
    total += candidates_.back().weight;
  }
  // Only ids beyond the logits are admitted, as those of tokens that a tokenizer has and the model has not.
  if (candidates_.empty()) return -1;
  size_t kept = candidates_.size();
  if (spec_.top_p < 1) {
    // What weighs less than an equal share of the mass left out cannot be in the nucleus: it need not be sorted.
    const double least = (1 - spec_.top_p) * total / static_cast<double>(kept);
    std::erase_if(candidates_, [&](const Candidate& c) { return c.weight < least; });
    std::sort(candidates_.begin(), candidates_.end(), [](const Candidate& a, const Candidate& b) {
      return a.weight != b.weight ? a.weight > b.weight : a.token < b.token;
    });
    // The smallest set whose mass reaches top_p; at least one token.
    double mass = 0;
    for (kept = 0; kept < candidates_.size() && mass < spec_.top_p * total; ++kept) mass += candidates_[kept].weight;
    kept = std::max<size_t>(kept, 1);
    total = mass;
  }
  double draw = std::uniform_real_distribution<double>(0, total)(random_);
  int64_t token = candidates_[kept - 1].token;
  for (size_t i = 0; i < kept; ++i) {
    draw -= candidates_[i].weight;
    if (draw < 0) {
      token = candidates_[i].token;
      break;
    }
  }
  return token;
}

}  // namespace sqltune
