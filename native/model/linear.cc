#include "model/linear.h"

#include <ATen/ops/linear.h>

namespace sqltune {

at::Tensor Linear::forward(const at::Tensor& x, const CallContext& context) const {
  if (adapter) return adapter->forward(x, weight->weight(), bias, context);
  // Autograd keeps the weight alone here: the frozen weight needs no gradient, so x is not saved.
  return bias.defined() ? at::linear(x, weight->weight(), bias) : at::linear(x, weight->weight());
}

}  // namespace sqltune
