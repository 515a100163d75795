#pragma once

#include <stdexcept>
#include <string>

namespace sqltune {

/// An error with a code that TypeScript sees (NativeError in src/native/types.ts) and a message for the user.
class Error : public std::runtime_error {
 public:
  Error(const char* code, const std::string& message) : std::runtime_error(message), code_(code) {}
  const char* code() const noexcept { return code_; }

 private:
  const char* code_;
};

struct InvalidArgument : Error {
  explicit InvalidArgument(const std::string& m) : Error("ERR_SQLTUNE_INVALID_ARGUMENT", m) {}
};
struct WeightsError : Error {
  explicit WeightsError(const std::string& m) : Error("ERR_SQLTUNE_WEIGHTS", m) {}
};
struct IoError : Error {
  explicit IoError(const std::string& m) : Error("ERR_SQLTUNE_IO", m) {}
};
/// Thrown between layers once the abort flag is set.
struct Aborted : Error {
  Aborted() : Error("ERR_SQLTUNE_ABORTED", "the call was aborted") {}
};

}  // namespace sqltune
