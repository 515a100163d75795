#include <ATen/ATen.h>

#include <cmath>
#include <numbers>

#include "model/decoder.h"

namespace sqltune {

namespace {

/// Inverse frequencies [head_dim / 2] in float64; the formulas of transformers' modeling_rope_utils.py.
std::vector<double> inverse_frequencies(const DecoderConfig& config) {
  const int64_t half = config.head_dim / 2;
  std::vector<double> inverse(half);
  for (int64_t i = 0; i < half; ++i) {
    inverse[i] = std::pow(config.rope_theta, -2.0 * static_cast<double>(i) / static_cast<double>(config.head_dim));
  }
  const auto& scaling = config.rope_scaling;
  if (scaling.kind == RopeScaling::Kind::kLinear) {
    for (double& f : inverse) f /= scaling.factor;
  } else if (scaling.kind == RopeScaling::Kind::kLlama3) {
    // Llama 3.1: long wavelengths are stretched by `factor`, short ones kept, those between interpolated.
    const auto original = static_cast<double>(scaling.original_max_position_embeddings);
    const double long_wavelength = original / scaling.low_freq_factor;
    const double short_wavelength = original / scaling.high_freq_factor;
    for (double& f : inverse) {
      const double wavelength = 2.0 * std::numbers::pi / f;
      if (wavelength < short_wavelength) continue;
      if (wavelength > long_wavelength) {
        f /= scaling.factor;
        continue;
      }
      const double smooth =
          (original / wavelength - scaling.low_freq_factor) / (scaling.high_freq_factor - scaling.low_freq_factor);
      f = (1.0 - smooth) * f / scaling.factor + smooth * f;
    }
  }
  return inverse;
}

}  // namespace

RopeTables Decoder::rope_tables(const at::Tensor& positions, int64_t length) const {
  (void)length;  // neither linear nor llama3 scaling depends on the row's length; dynamic ones would
  // MPS has no float64: angles are computed on the CPU, where large positions need the precision, and copied.
  const at::Tensor inverse = at::tensor(inverse_frequencies(config_), at::kDouble);
  const at::Tensor angles = at::outer(positions.to(at::kCPU).to(at::kDouble), inverse);
  const auto dtype = compute_ == at::kDouble ? at::kDouble : at::kFloat;
  return {angles.cos().to(dtype).to(device_), angles.sin().to(dtype).to(device_)};
}

}  // namespace sqltune
