#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

#include "model/weight.h"

namespace sqltune {

/// What one call of the model needs to know beyond its input.
struct CallContext {
  bool training = false;      ///< dropout applies
  uint64_t dropout_seed = 0;  ///< of this micro-step; each adapter mixes in its own index
};

/// Gradients of a model's trainable tensors, by their place in the optimizer; undefined where none came yet.
struct Gradients {
  std::vector<at::Tensor> of;
  void add(size_t parameter, const at::Tensor& grad);
};

/// A trainable addition to one linear (LoRA; DoRA would be another).
class Adapter {
 public:
  virtual ~Adapter() = default;
  /// The adapted linear's output for x [rows, in] by differentiable operators: base product, bias and delta together.
  virtual at::Tensor forward(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                             const CallContext& context) const = 0;

  /// Whether the two explicit passes below exist; blocks whose adapters lack them are trained through autograd.
  virtual bool has_explicit_passes() const { return false; }
  /// Adds the delta for x to y [rows, out], which may be some columns of a wider tensor. Returns what backward needs.
  virtual at::Tensor add_delta(const at::Tensor& x, at::Tensor y, const CallContext& context) const;
  /// Adds the trainable tensors' gradients, and the delta's part of the gradient of x to dx where it is defined. grad
  /// [rows, out] may be strided; x undefined: the caller knows that it has no adapter here.
  virtual void backward(const at::Tensor& grad, const at::Tensor& x, const at::Tensor& saved,
                        const CallContext& context, at::Tensor dx, Gradients& gradients) const;
};

/// y = x W^T + b, with W from a provider and, when one is attached, an adapter's delta.
struct Linear {
  std::string name;  ///< HuggingFace's module name, e.g. model.layers.0.self_attn.q_proj
  std::shared_ptr<WeightProvider> weight;
  at::Tensor bias;  ///< undefined: none
  std::shared_ptr<Adapter> adapter;

  /// Differentiable.
  at::Tensor forward(const at::Tensor& x, const CallContext& context) const;
};

/// Linears that read the same input, computed as one product where their weights lie next to each other in memory (as
/// the decoder's loader puts q, k, v and gate, up). No autograd.
class LinearGroup {
 public:
  explicit LinearGroup(std::vector<const Linear*> linears) : linears_(std::move(linears)) {}
  bool has_adapter() const;
  /// x [rows, in] -> [rows, sum of out]. `saved`, where given, takes each adapter's part for backward.
  at::Tensor forward(const at::Tensor& x, const CallContext& context, std::vector<at::Tensor>* saved) const;
  /// grad [rows, sum of out] -> gradient of x where `need_dx`, else undefined. x is read where an adapter is.
  at::Tensor backward(const at::Tensor& grad, const at::Tensor& x, const std::vector<at::Tensor>& saved,
                      const CallContext& context, bool need_dx, Gradients& gradients) const;

 private:
  std::vector<const Linear*> linears_;
};

}  // namespace sqltune
