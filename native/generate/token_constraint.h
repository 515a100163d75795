#pragma once

#include <cstdint>
#include <vector>

namespace sqltune {

/// What a row may say next; one for each row, moved on by the row's own tokens. It is used by one thread at a time.
class TokenConstraint {
 public:
  virtual ~TokenConstraint() = default;
  /// Whether this token may come next. Cheap: it is asked for the likeliest token first.
  virtual bool admits(int64_t token) const = 0;
  /// Sets bit i of bits (word i / 32) exactly where token i may come next. `bits` has a bit for each of the logits.
  virtual void mask(std::vector<uint32_t>& bits) const = 0;
  /// Moves on. Only for an admitted token.
  virtual void accept(int64_t token) = 0;
};

}  // namespace sqltune
