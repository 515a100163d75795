#include "runtime/float_block.h"

#include <ATen/core/Tensor.h>

#include "session.h"

namespace sqltune {
namespace {

FloatBlock floats(const at::Tensor& tensor) {
  auto owner = std::make_shared<at::Tensor>(tensor.to(at::kCPU, at::kFloat).contiguous());
  return {owner, owner->data_ptr<float>(), static_cast<size_t>(owner->numel())};
}

}  // namespace

FloatBlock forward_floats(Session& session, const std::vector<int64_t>& tokens, const AbortFlag& abort) {
  return floats(session.forward(tokens, abort));
}

std::map<std::string, FloatBlock> gradient_floats(const Session& session) {
  std::map<std::string, FloatBlock> blocks;
  for (const auto& [name, gradient] : session.gradients()) blocks.emplace(name, floats(gradient));
  return blocks;
}

}  // namespace sqltune
