#include "lora/lora.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <set>

#include "errors.h"
#include "io/tensor_source.h"
#include "model/ops.h"

namespace sqltune {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::tensor_list;

namespace {

// One Function for the whole adapted linear. It saves x (shared by q, k and v, which read the same tensor), the
// narrow product h = dropout(x) A^T, and the seed instead of the dropout mask.
struct LoraLinear : Function<LoraLinear> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& weight,
                            const std::optional<at::Tensor>& bias, const at::Tensor& a, const at::Tensor& b,
                            double scaling, double dropout, int64_t seed) {
    const at::Tensor dropped = seeded_dropout(x, dropout, static_cast<uint64_t>(seed));
    const at::Tensor h = at::linear(dropped, a.to(x.scalar_type()));
    at::Tensor y = at::linear(x, weight, bias);
    y.addmm_(h, b.to(x.scalar_type()).t(), 1.0, scaling);
    ctx->save_for_backward({x, weight, a, b, h});
    ctx->saved_data["scaling"] = scaling;
    ctx->saved_data["dropout"] = dropout;
    ctx->saved_data["seed"] = seed;
    return y;
  }

  static tensor_list backward(AutogradContext* ctx, tensor_list grads) {
    const auto saved = ctx->get_saved_variables();
    const at::Tensor& x = saved[0];
    const at::Tensor& weight = saved[1];
    const at::Tensor& a = saved[2];
    const at::Tensor& b = saved[3];
    const at::Tensor& h = saved[4];
    const double scaling = ctx->saved_data["scaling"].toDouble();
    const double dropout = ctx->saved_data["dropout"].toDouble();
    const auto seed = static_cast<uint64_t>(ctx->saved_data["seed"].toInt());
    const at::Tensor& g = grads[0];

    const at::Tensor dh = at::mm(g, b.to(g.scalar_type())).mul_(scaling);
    const at::Tensor db = at::mm(g.t(), h).to(b.scalar_type()).mul_(scaling);
    // The mask depends on the seed alone: the same call drops x again here, and the gradient below.
    const at::Tensor da = at::mm(dh.t(), seeded_dropout(x, dropout, seed)).to(a.scalar_type());
    at::Tensor dx;
    if (ctx->needs_input_grad(0)) {
      dx = at::mm(g, weight);
      const at::Tensor through = at::mm(dh, a.to(g.scalar_type()));
      dx.add_(dropout > 0 ? seeded_dropout(through, dropout, seed) : through);
    }
    return {dx, at::Tensor(), at::Tensor(), da, db, at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

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

at::Tensor LoraAdapter::forward(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                                const CallContext& context) const {
  // autograd's Functions take an optional tensor, not an undefined one.
  const std::optional<at::Tensor> maybe_bias = bias.defined() ? std::optional(bias) : std::nullopt;
  return LoraLinear::apply(x, weight, maybe_bias, a, b, scaling, context.training ? dropout_ : 0.0,
                           static_cast<int64_t>(mix(context.dropout_seed, index_)));
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
    if (!expected.count(name)) problems += "\n  " + name + " is not part of this adapter";
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
