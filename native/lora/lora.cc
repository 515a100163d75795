#include "lora/lora.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <set>

#include "errors.h"
#include "io/tensor_source.h"
#include "lora/fused_lora.h"
#include "model/ops.h"

namespace sqltune {

namespace {

// Mixes the call's seed with the adapter's place, so that every adapter drops its own elements.
uint64_t mix(uint64_t seed, uint64_t index) {
  uint64_t z = seed + 0x9e3779b97f4a7c15ULL * (index + 1);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace

LoraAdapter::LoraAdapter(at::Tensor a_, at::Tensor b_, double scaling_, double dropout, uint64_t index)
    : a(std::move(a_)), b(std::move(b_)), scaling(scaling_), dropout_(dropout), index_(index) {}

uint64_t LoraAdapter::seed_in(const CallContext& context) const { return mix(context.dropout_seed, index_); }

at::Tensor LoraAdapter::forward(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                                const CallContext& context) const {
  const auto type = x.scalar_type();
  const at::Tensor mask = seeded_dropout(at::ones_like(x), dropout_in(context), seed_in(context));
  const at::Tensor low = at::linear(x * mask, a.to(type));
  const std::optional<at::Tensor> maybe_bias = bias.defined() ? std::optional(bias) : std::nullopt;
  return at::linear(x, weight, maybe_bias) + at::linear(low, b.to(type)) * scaling;
}

at::Tensor LoraAdapter::add_delta(const at::Tensor& x, at::Tensor y, const CallContext& context) const {
  if (cpu::fused_lora_supports(x, y)) {
    return cpu::fused_lora_forward(x, a, b, scaling, dropout_in(context), seed_in(context), y);
  }
  const auto type = x.scalar_type();
  const at::Tensor low = at::linear(seeded_dropout(x, dropout_in(context), seed_in(context)), a.detach().to(type));
  y.addmm_(low, b.detach().to(type).t(), 1.0, scaling);
  return low;
}

void LoraAdapter::backward(const at::Tensor& grad, const at::Tensor& x, const at::Tensor& low,
                           const CallContext& context, at::Tensor dx, Gradients& gradients) const {
  const double p = dropout_in(context);
  const uint64_t seed = seed_in(context);
  if (cpu::fused_lora_supports(x, grad)) {
    const auto [da, db] = cpu::fused_lora_backward(grad, x, low, a, b, scaling, p, seed, dx);
    gradients.add(2 * index_, da);
    gradients.add(2 * index_ + 1, db);
    return;
  }
  const auto type = grad.scalar_type();
  const at::Tensor dlow = at::mm(grad, b.detach().to(type)).mul_(scaling);
  gradients.add(2 * index_ + 1, at::mm(grad.t(), low).to(b.scalar_type()).mul_(scaling));
  gradients.add(2 * index_, at::mm(dlow.t(), seeded_dropout(x, p, seed)).to(a.scalar_type()));
  // The mask depends on the seed alone: the same call that dropped x drops its gradient.
  if (dx.defined()) dx.add_(seeded_dropout(at::mm(dlow, a.detach().to(type)), p, seed));
}

at::Tensor LoraAdapter::delta() const { return at::mm(b.detach(), a.detach()).mul_(scaling); }

LoraSet::LoraSet(const LoraSpec& spec, const std::map<std::string, Linear*>& linears, const at::Device& device,
                 at::ScalarType dtype) {
  std::string unknown;
  for (const auto& module : spec.modules) {
    if (!linears.count(module.name)) unknown += (unknown.empty() ? "" : ", ") + module.name;
  }
  if (!unknown.empty()) throw InvalidArgument("LoRA target modules that the model does not have: " + unknown);
  if (spec.modules.empty()) throw InvalidArgument("LoRA needs at least one target module");
  if (!(spec.dropout >= 0 && spec.dropout < 1)) throw InvalidArgument("LoRA dropout must be in [0, 1)");

  at::Generator generator = at::detail::createCPUGenerator(spec.seed);
  for (const auto& module : spec.modules) {
    Linear* linear = linears.at(module.name);
    if (linear->adapter) throw InvalidArgument(module.name + " has an adapter already");
    const int64_t in = linear->weight->in_features();
    const int64_t out = linear->weight->out_features();
    if (module.r < 1) throw InvalidArgument("LoRA rank must be at least 1, found " + std::to_string(module.r));
    // Kaiming-uniform with a = sqrt 5 over fan_in = in: the bound is sqrt(6 / (6 in)) = 1 / sqrt(in).
    const double bound = 1.0 / std::sqrt(static_cast<double>(in));
    at::Tensor a = at::empty({module.r, in}, at::kFloat).uniform_(-bound, bound, generator).to(device, dtype);
    at::Tensor b = at::zeros({out, module.r}, at::TensorOptions().dtype(dtype).device(device));
    a.requires_grad_(true);
    b.requires_grad_(true);
    auto adapter = std::make_shared<LoraAdapter>(a, b, module.scaling, spec.dropout, names_.size());
    linear->adapter = adapter;
    names_.push_back(module.name);
    linears_.push_back(linear);
    adapters_.push_back(std::move(adapter));
  }
}

LoraSet::~LoraSet() {
  for (size_t i = 0; i < linears_.size(); ++i) linears_[i]->adapter.reset();
}

std::vector<std::pair<std::string, at::Tensor>> LoraSet::named_parameters() const {
  std::vector<std::pair<std::string, at::Tensor>> named;
  for (size_t i = 0; i < names_.size(); ++i) {
    named.emplace_back("base_model.model." + names_[i] + ".lora_A.weight", adapters_[i]->a);
    named.emplace_back("base_model.model." + names_[i] + ".lora_B.weight", adapters_[i]->b);
  }
  return named;
}

std::vector<at::Tensor> LoraSet::parameters() const {
  std::vector<at::Tensor> all;
  for (const auto& adapter : adapters_) {
    all.push_back(adapter->a);
    all.push_back(adapter->b);
  }
  return all;
}

int64_t LoraSet::parameter_count() const {
  int64_t count = 0;
  for (const auto& p : parameters()) count += p.numel();
  return count;
}

void LoraSet::save(const std::string& path) const {
  NamedTensors tensors;
  for (const auto& [name, tensor] : named_parameters()) tensors.emplace_back(name, tensor.detach().cpu().contiguous());
  write_safetensors(path, tensors, {{"format", "pt"}});
}

void LoraSet::load(const std::string& path) {
  auto found = read_safetensors(path);
  std::string problems;
  const auto named = named_parameters();
  std::set<std::string> expected;
  for (const auto& [name, tensor] : named) {
    expected.insert(name);
    const auto it = found.find(name);
    if (it == found.end()) {
      problems += "\n  " + name + " is missing";
    } else if (it->second.sizes() != tensor.sizes()) {
      problems +=
          "\n  " + name + " has shape " + c10::str(it->second.sizes()) + ", expected " + c10::str(tensor.sizes());
    }
  }
  for (const auto& [name, tensor] : found) {
    // With LoRA on lm_head PEFT also writes the frozen head itself.
    if (name != "base_model.model.lm_head.base_layer.weight" && !expected.count(name))
      problems += "\n  " + name + " is not part of this adapter";
  }
  if (!problems.empty()) throw WeightsError(path + " does not fit the model and its LoRA configuration:" + problems);
  at::NoGradGuard no_grad;
  for (const auto& [name, tensor] : named) {
    at::Tensor target = tensor;
    target.copy_(found.at(name));
  }
}

void LoraSet::merge() {
  at::NoGradGuard no_grad;
  for (size_t i = 0; i < linears_.size(); ++i) linears_[i]->weight->add(adapters_[i]->delta().to(at::kFloat));
}

}  // namespace sqltune
