#include "runtime/failure.h"

#include <c10/util/Exception.h>

#include <exception>
#include <new>

#include "errors.h"

namespace sqltune {
namespace {

bool says_out_of_memory(const std::string& message) {
  // The CPU allocator throws a plain c10::Error.
  return message.find("can't allocate memory") != std::string::npos ||
         message.find("not enough memory") != std::string::npos || message.find("out of memory") != std::string::npos;
}

}  // namespace

Failure current_failure() {
  try {
    throw;
  } catch (const Error& error) {
    return {error.code(), error.what(), ""};
  } catch (const c10::OutOfMemoryError& error) {
    return {"ERR_SQLTUNE_OOM", error.what_without_backtrace(), error.what()};
  } catch (const c10::Error& error) {
    const std::string message = error.what_without_backtrace();
    return {says_out_of_memory(message) ? "ERR_SQLTUNE_OOM" : "ERR_SQLTUNE_NATIVE", message, error.what()};
  } catch (const std::bad_alloc&) {
    return {"ERR_SQLTUNE_OOM", "out of memory", ""};
  } catch (const std::exception& error) {
    return {"ERR_SQLTUNE_NATIVE", error.what(), ""};
  } catch (...) {
    return {"ERR_SQLTUNE_NATIVE", "an unknown C++ exception", ""};
  }
}

Failure failure_of(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (...) {
    return current_failure();
  }
}

}  // namespace sqltune
