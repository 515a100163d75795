#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "abort_flag.h"

namespace sqltune {

class Session;

/// Floats in memory that `owner` keeps alive: a tensor's data for those who may not see torch's headers.
struct FloatBlock {
  std::shared_ptr<void> owner;
  float* data = nullptr;
  size_t size = 0;
};

/// Session::forward's logits, row by row.
FloatBlock forward_floats(Session& session, const std::vector<int64_t>& tokens, const AbortFlag& abort);
/// Session::gradients.
std::map<std::string, FloatBlock> gradient_floats(const Session& session);

}  // namespace sqltune
