#include "model/gemm.h"

#include <ATen/Version.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/mm.h>

#include <string>

#include "runtime/fast_paths.h"

namespace sqltune {

namespace {

// mkldnn::_linear_pointwise(X, W, B, attr, scalars, algorithm): what torch.compile uses for linears on a CPU.
using LinearPointwise = at::Tensor(const at::Tensor&, const at::Tensor&, const std::optional<at::Tensor>&,
                                   std::string_view, c10::List<std::optional<at::Scalar>>,
                                   std::optional<std::string_view>);

/// Unset where libtorch has no oneDNN or the processor no AVX-512.
const std::optional<c10::TypedOperatorHandle<LinearPointwise>>& onednn_linear() {
  static const auto handle = []() -> std::optional<c10::TypedOperatorHandle<LinearPointwise>> {
    if (!use_fast_path("onednn")) return std::nullopt;
    if (at::get_cpu_capability().find("AVX512") == std::string::npos) return std::nullopt;
    const auto schema = c10::Dispatcher::singleton().findSchema({"mkldnn::_linear_pointwise", ""});
    if (!schema) return std::nullopt;
    return schema->typed<LinearPointwise>();
  }();
  return handle;
}

thread_local bool precise = false;

bool by_onednn(const at::Tensor& x) {
  return !precise && x.device().is_cpu() && x.scalar_type() == at::kFloat && onednn_linear().has_value();
}

at::Tensor onednn(const at::Tensor& x, const at::Tensor& weight, const std::optional<at::Tensor>& bias) {
  return onednn_linear()->call(x, weight, bias, "none", c10::List<std::optional<at::Scalar>>(), "");
}

}  // namespace

PreciseProducts::PreciseProducts() { precise = true; }
PreciseProducts::~PreciseProducts() { precise = false; }

at::Tensor linear_product(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  const std::optional<at::Tensor> maybe_bias = bias.defined() ? std::optional(bias) : std::nullopt;
  return by_onednn(x) ? onednn(x, weight, maybe_bias) : at::linear(x, weight, maybe_bias);
}

at::Tensor linear_backward_product(const at::Tensor& grad, const at::Tensor& weight) {
  return by_onednn(grad) ? onednn(grad, weight.t(), std::nullopt) : at::mm(grad, weight);
}

}  // namespace sqltune
