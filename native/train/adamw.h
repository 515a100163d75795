#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "session.h"

namespace sqltune {

/// AdamW with decoupled weight decay (Loshchilov & Hutter 2019) by at::_fused_adamw_: bitwise what PyTorch's fused
/// AdamW gives. Gradients are summed over micro-steps and divided by the labelled tokens at the step. float16 training
/// scales the loss (Micikevicius et al. 2018) by PyTorch's rule: halved when a gradient overflows, doubled after 200
/// steps without. Averaging, clipping and skipping a step that is not finite happen on the device; the one value that
/// is waited for is the norm that is logged.
class AdamW {
 public:
  using Named = std::vector<std::pair<std::string, at::Tensor>>;
  AdamW(const OptimizerSpec& spec, Named parameters, bool scale_loss = false);

  /// What the loss is multiplied with before its gradient is taken, a float32 scalar on the device; undefined: 1.
  const at::Tensor& loss_scale() const { return loss_scale_; }
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
  at::Tensor gradient_;                ///< all of them in one run
  std::vector<at::Tensor> gradients_;  ///< views of it
  std::vector<at::Tensor> exp_avgs_;
  std::vector<at::Tensor> exp_avg_sqs_;
  std::vector<at::Tensor> steps_;
  at::Tensor loss_scale_;
  at::Tensor growth_;  ///< good steps since the scale last changed, int32
  int64_t tokens_ = 0;
};

}  // namespace sqltune
