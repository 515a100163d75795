#pragma once

#include <exception>
#include <string>

namespace sqltune {

/// What a thrown exception tells the user and, apart from that, a developer.
struct Failure {
  std::string code;     // ERR_SQLTUNE_…, as NativeError in src/native/types.ts
  std::string message;  // without a C++ backtrace
  std::string stack;    // libtorch's trace; empty for our own errors
};

/// Describes the exception being handled; call it inside a catch block.
Failure current_failure();
Failure failure_of(const std::exception_ptr& exception);

}  // namespace sqltune
