#include "train/adamw.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

#include "errors.h"
#include "io/tensor_source.h"

namespace sqltune {

namespace {

constexpr double kFirstScale = 1024.0;  // the loss is a sum over tokens: larger than the mean that PyTorch starts from
constexpr int64_t kGrowthInterval = 200;

}  // namespace

AdamW::AdamW(const OptimizerSpec& spec, Named parameters, bool scale_loss)
    : spec_(spec), parameters_(std::move(parameters)) {
  int64_t total = 0;
  for (const auto& [name, p] : parameters_) total += p.numel();
  if (parameters_.empty()) return;
  const auto options = parameters_[0].second.options().requires_grad(false);
  gradient_ = at::zeros({total}, options);
  int64_t offset = 0;
  for (const auto& [name, p] : parameters_) {
    gradients_.push_back(gradient_.narrow(0, offset, p.numel()).view(p.sizes()));
    offset += p.numel();
    exp_avgs_.push_back(at::zeros_like(p.detach()));
    exp_avg_sqs_.push_back(at::zeros_like(p.detach()));
    steps_.push_back(at::zeros({}, options.dtype(at::kFloat)));
  }
  if (scale_loss) {
    loss_scale_ = at::full({}, kFirstScale, options.dtype(at::kFloat));
    growth_ = at::zeros({}, options.dtype(at::kInt));
  }
}

void AdamW::accumulate(size_t i, const at::Tensor& grad) { gradients_[i].add_(grad); }

StepResult AdamW::step(double learning_rate) {
  if (tokens_ == 0) throw InvalidArgument("step() needs at least one forwardBackward with labelled tokens before it");
  at::NoGradGuard no_grad;
  gradient_.div_(static_cast<double>(tokens_));
  if (loss_scale_.defined()) gradient_.div_(loss_scale_);
  const at::Tensor norm = at::linalg_vector_norm(gradient_);
  const at::Tensor bad = at::isfinite(norm).logical_not().to(at::kFloat);
  // PyTorch's clip_grad_norm_ adds 1e-6 to the norm; the same here keeps runs comparable.
  if (spec_.max_grad_norm > 0) gradient_.mul_((spec_.max_grad_norm / (norm + 1e-6)).clamp_max(1.0));
  std::vector<at::Tensor> masters;
  for (const auto& [name, p] : parameters_) masters.push_back(p.detach());
  for (auto& s : steps_) s.add_(1).sub_(bad);
  at::_fused_adamw_(masters, gradients_, exp_avgs_, exp_avg_sqs_, /*max_exp_avg_sqs=*/{}, steps_, learning_rate,
                    spec_.beta1, spec_.beta2, spec_.weight_decay, spec_.eps, /*amsgrad=*/false, /*maximize=*/false,
                    /*grad_scale=*/{}, /*found_inf=*/bad);
  if (loss_scale_.defined()) {
    at::_amp_update_scale_(loss_scale_, growth_, bad, /*growth_factor=*/2.0, /*backoff_factor=*/0.5, kGrowthInterval);
  }
  zero_grad();
  StepResult result;
  result.grad_norm = norm.item().toDouble();
  result.skipped = !std::isfinite(result.grad_norm);
  return result;
}

void AdamW::zero_grad() {
  if (gradient_.defined()) gradient_.zero_();
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
  if (loss_scale_.defined()) {
    tensors.emplace_back("loss_scale", loss_scale_.cpu().reshape({1}));
    tensors.emplace_back("loss_scale.growth", growth_.cpu().reshape({1}));
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
  if (loss_scale_.defined()) {
    take("loss_scale", loss_scale_);
    take("loss_scale.growth", growth_);
  }
  zero_grad();
}

}  // namespace sqltune
