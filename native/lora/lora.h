#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "model/linear.h"
#include "session.h"

namespace sqltune {

/// Low-rank adaptation of one linear (Hu et al. 2021): y = x W^T + b + scaling * dropout(x) A^T B^T. A [r, in] and
/// B [out, r] are float32 masters, cast to the compute precision for the products. The adapter's gradients stand at
/// 2 * index (A) and 2 * index + 1 (B).
class LoraAdapter final : public Adapter {
 public:
  LoraAdapter(at::Tensor a, at::Tensor b, double scaling, double dropout, uint64_t index);
  at::Tensor forward(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                     const CallContext& context) const override;
  bool has_explicit_passes() const override { return true; }
  /// Keeps h = dropout(x) A^T, [rows, r]; the dropout mask is a function of the seed and is drawn again.
  at::Tensor add_delta(const at::Tensor& x, at::Tensor y, const CallContext& context) const override;
  void backward(const at::Tensor& grad, const at::Tensor& x, const at::Tensor& saved, const CallContext& context,
                at::Tensor dx, Gradients& gradients) const override;
  /// scaling * B A, float32 [out, in].
  at::Tensor delta() const;

  at::Tensor a;
  at::Tensor b;
  double scaling;

 private:
  double dropout_in(const CallContext& context) const { return context.training ? dropout_ : 0.0; }
  uint64_t seed_in(const CallContext& context) const;

  double dropout_;
  uint64_t index_;
};

/// All adapters of a model in the order they were asked for, with their parameters under PEFT's names.
class LoraSet {
 public:
  /// Attaches adapters to the named linears. A is Kaiming-uniform(a = sqrt 5), B zero, as in PEFT. Throws
  /// InvalidArgument naming every module that does not exist.
  LoraSet(const LoraSpec& spec, const std::map<std::string, Linear*>& linears, const at::Device& device,
          at::ScalarType dtype);
  ~LoraSet();
  LoraSet(const LoraSet&) = delete;
  LoraSet& operator=(const LoraSet&) = delete;

  /// A and B of every module: name (base_model.model.<module>.lora_A.weight) and tensor.
  std::vector<std::pair<std::string, at::Tensor>> named_parameters() const;
  std::vector<at::Tensor> parameters() const;
  int64_t parameter_count() const;
  void save(const std::string& path) const;
  /// Throws WeightsError naming missing, unexpected and misshapen tensors at once.
  void load(const std::string& path);
  /// Adds every delta into its linear's weight.
  void merge();
  /// Names of the adapted modules.
  const std::vector<std::string>& modules() const { return names_; }

 private:
  std::vector<std::string> names_;
  std::vector<Linear*> linears_;
  std::vector<std::shared_ptr<LoraAdapter>> adapters_;
};

}  // namespace sqltune
