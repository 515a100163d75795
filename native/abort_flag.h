#pragma once

#include <atomic>

#include "errors.h"

namespace sqltune {

/// Set from any thread; the computing thread asks between layers. Also set for all work when the process exits.
class AbortFlag {
 public:
  void set() noexcept { set_.store(true, std::memory_order_relaxed); }
  bool is_set() const noexcept {
    return set_.load(std::memory_order_relaxed) || stopping().load(std::memory_order_relaxed);
  }
  void check() const {
    if (is_set()) throw Aborted();
  }
  /// True once the process is shutting down: every running call stops at its next check.
  static std::atomic<bool>& stopping() noexcept {
    static std::atomic<bool> flag{false};
    return flag;
  }

 private:
  std::atomic<bool> set_{false};
};

}  // namespace sqltune
