#include "train/adamw.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

#include "errors.h"
#include "io/tensor_source.h"

namespace sqltune {

AdamW::AdamW(const OptimizerSpec& spec, Named parameters) : spec_(spec), parameters_(std::move(parameters)) {
  for (const auto& [name, p] : parameters_) {
    gradients_.push_back(at::zeros_like(p.detach()));
    exp_avgs_.push_back(at::zeros_like(p.detach()));
    exp_avg_sqs_.push_back(at::zeros_like(p.detach()));
    steps_.push_back(at::zeros({}, p.options().dtype(at::kFloat).requires_grad(false)));
  }
}

void AdamW::accumulate(size_t i, const at::Tensor& grad) { gradients_[i].add_(grad); }

StepResult AdamW::step(double learning_rate) {
  if (tokens_ == 0) throw InvalidArgument("step() needs at least one forwardBackward with labelled tokens before it");
  at::NoGradGuard no_grad;
  std::vector<at::Tensor> norms;
  for (auto& g : gradients_) norms.push_back(at::linalg_vector_norm(g.div_(static_cast<double>(tokens_))));
  StepResult result;
  result.grad_norm = at::linalg_vector_norm(at::stack(norms)).item().toDouble();
  result.skipped = !std::isfinite(result.grad_norm);
  if (!result.skipped) {
    // PyTorch's clip_grad_norm_ adds 1e-6 to the norm; the same here keeps runs comparable.
    const double factor = spec_.max_grad_norm / (result.grad_norm + 1e-6);
    if (spec_.max_grad_norm > 0 && factor < 1.0) {
      for (auto& g : gradients_) g.mul_(factor);
    }
    std::vector<at::Tensor> masters;
    for (const auto& [name, p] : parameters_) masters.push_back(p.detach());
    for (auto& s : steps_) s.add_(1);
    at::_fused_adamw_(masters, gradients_, exp_avgs_, exp_avg_sqs_, /*max_exp_avg_sqs=*/{}, steps_, learning_rate,
                      spec_.beta1, spec_.beta2, spec_.weight_decay, spec_.eps, /*amsgrad=*/false, /*maximize=*/false);
  }
  zero_grad();
  return result;
}

void AdamW::zero_grad() {
  for (auto& g : gradients_) g.zero_();
  tokens_ = 0;
}

void AdamW::save(const std::string& path) const {
  NamedTensors tensors;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const std::string& name = parameters_[i].first;
    tensors.emplace_back(name + ".exp_avg", exp_avgs_[i].cpu().contiguous());
    tensors.emplace_back(name + ".exp_avg_sq", exp_avg_sqs_[i].cpu().contiguous());
    tensors.emplace_back(name + ".step", steps_[i].cpu().reshape({1}));
  }
  write_safetensors(path, tensors, {{"format", "pt"}});
}

void AdamW::load(const std::string& path) {
  const auto found = read_safetensors(path);
  at::NoGradGuard no_grad;
  const auto take = [&](const std::string& name, at::Tensor& into) {
    const auto it = found.find(name);
    if (it == found.end()) throw WeightsError(path + ": " + name + " is missing; the checkpoint is of another adapter");
    if (it->second.numel() != into.numel()) {
      throw WeightsError(path + ": " + name + " has shape " + c10::str(it->second.sizes()) + ", expected " +
                         c10::str(into.sizes()));
    }
    into.copy_(it->second.reshape(into.sizes()));
  };
  for (size_t i = 0; i < parameters_.size(); ++i) {
    take(parameters_[i].first + ".exp_avg", exp_avgs_[i]);
    take(parameters_[i].first + ".exp_avg_sq", exp_avg_sqs_[i]);
    take(parameters_[i].first + ".step", steps_[i]);
  }
  zero_grad();
}

}  // namespace sqltune
