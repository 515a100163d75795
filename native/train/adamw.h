#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "session.h"

namespace sqltune {

/// AdamW with decoupled weight decay (Loshchilov & Hutter 2019) by at::_fused_adamw_: bitwise what PyTorch's fused
/// AdamW gives. Gradients are summed over micro-steps and divided by the labelled tokens at the step.
class AdamW {
 public:
  using Named = std::vector<std::pair<std::string, at::Tensor>>;
  AdamW(const OptimizerSpec& spec, Named parameters);

  /// Adds to the gradient of parameter i.
  void accumulate(size_t i, const at::Tensor& grad);
  void add_tokens(int64_t tokens) { tokens_ += tokens; }
  /// Averages, clips by the global L2 norm, updates and clears. A gradient that is not finite changes nothing but is
  /// cleared too. Throws InvalidArgument when no labelled token was seen since the last step.
  StepResult step(double learning_rate);
  void zero_grad();
  const Named& parameters() const { return parameters_; }
  const std::vector<at::Tensor>& gradients() const { return gradients_; }

  void save(const std::string& path) const;
  void load(const std::string& path);

 private:
  OptimizerSpec spec_;
  Named parameters_;
  std::vector<at::Tensor> gradients_;
  std::vector<at::Tensor> exp_avgs_;
  std::vector<at::Tensor> exp_avg_sqs_;
  std::vector<at::Tensor> steps_;
  int64_t tokens_ = 0;
};

}  // namespace sqltune
