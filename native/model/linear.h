#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>

#include "model/weight.h"

namespace sqltune {

/// What one call of the model needs to know beyond its input.
struct CallContext {
  bool training = false;      ///< dropout applies
  uint64_t dropout_seed = 0;  ///< of this micro-step; each adapter mixes in its own index
};

/// A trainable addition to one linear (LoRA; DoRA would be another).
class Adapter {
 public:
  virtual ~Adapter() = default;
  /// The adapted linear's output for x [rows, in]: base product, bias and delta together.
  virtual at::Tensor forward(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                             const CallContext& context) const = 0;
};

/// y = x W^T + b, with W from a provider and, when one is attached, an adapter's delta.
struct Linear {
  std::string name;  ///< HuggingFace's module name, e.g. model.layers.0.self_attn.q_proj
  std::shared_ptr<WeightProvider> weight;
  at::Tensor bias;  ///< undefined: none
  std::shared_ptr<Adapter> adapter;

  at::Tensor forward(const at::Tensor& x, const CallContext& context) const;
};

}  // namespace sqltune
