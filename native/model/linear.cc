#include "model/linear.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/linear.h>

#include "errors.h"
#include "model/gemm.h"

namespace sqltune {

namespace {

/// Tensors [rows_i, ...] that lie one after the other in one storage, as one; undefined where they do not.
at::Tensor adjoining(const std::vector<at::Tensor>& parts) {
  const at::Tensor& first = parts[0];
  if (!first.defined()) return {};
  int64_t rows = 0;
  int64_t offset = first.storage_offset();
  for (const auto& part : parts) {
    const bool follows = part.defined() && part.is_contiguous() && part.scalar_type() == first.scalar_type() &&
                         part.storage().is_alias_of(first.storage()) && part.storage_offset() == offset;
    if (!follows) return {};
    offset += part.numel();
    rows += part.size(0);
  }
  std::vector<int64_t> sizes = first.sizes().vec();
  sizes[0] = rows;
  return first.as_strided(sizes, first.strides(), first.storage_offset());
}

}  // namespace

void Gradients::add(size_t parameter, const at::Tensor& grad) {
  at::Tensor& sum = of.at(parameter);
  sum = sum.defined() ? sum.add_(grad) : grad;
}

at::Tensor Adapter::add_delta(const at::Tensor&, at::Tensor, const CallContext&) const {
  throw InvalidArgument("this adapter has no explicit passes");
}

void Adapter::backward(const at::Tensor&, const at::Tensor&, const at::Tensor&, const CallContext&, at::Tensor,
                       Gradients&) const {
  throw InvalidArgument("this adapter has no explicit passes");
}

at::Tensor Linear::forward(const at::Tensor& x, const CallContext& context) const {
  if (adapter) return adapter->forward(x, weight->weight(), bias, context);
  // Autograd keeps the weight alone here: the frozen weight needs no gradient, so x is not saved.
  return bias.defined() ? at::linear(x, weight->weight(), bias) : at::linear(x, weight->weight());
}

bool LinearGroup::has_adapter() const {
  for (const auto* linear : linears_) {
    if (linear->adapter) return true;
  }
  return false;
}

at::Tensor LinearGroup::forward(const at::Tensor& x, const CallContext& context, std::vector<at::Tensor>* saved) const {
  std::vector<at::Tensor> weights;
  std::vector<at::Tensor> biases;
  for (const auto* linear : linears_) {
    weights.push_back(linear->weight->weight());
    biases.push_back(linear->bias);
  }
  at::Tensor y;
  const at::Tensor weight = adjoining(weights);
  const at::Tensor bias = adjoining(biases);
  if (weight.defined() && bias.defined() == biases[0].defined()) {
    y = linear_product(x, weight, bias);
  } else {
    std::vector<at::Tensor> parts;
    for (size_t i = 0; i < weights.size(); ++i) parts.push_back(linear_product(x, weights[i], biases[i]));
    y = parts.size() == 1 ? parts[0] : at::cat(parts, 1);
  }
  int64_t column = 0;
  if (saved) saved->assign(linears_.size(), {});
  for (size_t i = 0; i < linears_.size(); ++i) {
    const int64_t out = weights[i].size(0);
    if (linears_[i]->adapter) {
      const at::Tensor kept = linears_[i]->adapter->add_delta(x, y.narrow(1, column, out), context);
      if (saved) (*saved)[i] = kept;
    }
    column += out;
  }
  return y;
}

at::Tensor LinearGroup::backward(const at::Tensor& grad, const at::Tensor& x, const std::vector<at::Tensor>& saved,
                                 const CallContext& context, bool need_dx, Gradients& gradients) const {
  std::vector<at::Tensor> weights;
  for (const auto* linear : linears_) weights.push_back(linear->weight->weight());
  at::Tensor dx;
  const at::Tensor joined = adjoining(weights);
  if (need_dx && joined.defined()) dx = linear_backward_product(grad, joined);
  int64_t column = 0;
  for (size_t i = 0; i < linears_.size(); ++i) {
    const at::Tensor own = grad.narrow(1, column, weights[i].size(0));
    column += weights[i].size(0);
    if (need_dx && !joined.defined()) {
      const at::Tensor part = linear_backward_product(own.contiguous(), weights[i]);
      dx = dx.defined() ? dx.add_(part) : part;
    }
    if (linears_[i]->adapter) linears_[i]->adapter->backward(own, x, saved[i], context, dx, gradients);
  }
  return dx;
}

}  // namespace sqltune
