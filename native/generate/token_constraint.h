#pragma once

#include <cstdint>
#include <memory>
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
  /// Moves on. Only for an admitted token; not called with a stop id, after which nothing comes.
  virtual void accept(int64_t token) = 0;
};

/// What many rows are held to: each begins a constraint of its own. Constraints may outlive it and are begun and used
/// on several threads.
class ConstraintFactory {
 public:
  virtual ~ConstraintFactory() = default;
  virtual std::unique_ptr<TokenConstraint> begin() const = 0;
};

/// A bit for each of `vocab_size` tokens.
inline std::vector<uint32_t> token_bits(int64_t vocab_size) { return std::vector<uint32_t>((vocab_size + 31) / 32); }
inline bool has_bit(const std::vector<uint32_t>& bits, int64_t token) { return bits[token / 32] >> (token % 32) & 1; }

}  // namespace sqltune
