#pragma once

#include <cmath>
#include <functional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

// A few macros instead of a test framework: no network, no submodule, and ctest runs one process a test.
//
//   TEST("rope rotates by position") { EXPECT_NEAR(a, b, 1e-6); }
//
// TEST must stand at the start of a line: CMake reads the names from the source. The checks are not called CHECK,
// which c10's logging takes.

namespace sqltune::test {

struct Case {
  std::string name;
  std::function<void()> body;
};

inline std::vector<Case>& cases() {
  static std::vector<Case> all;
  return all;
}

struct Registrar {
  Registrar(const char* name, std::function<void()> body) { cases().push_back({name, std::move(body)}); }
};

/// Thrown by a failed check; the message holds the place and both values.
struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Thrown by SKIP: the test cannot run here and the runner says why.
struct Skipped : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <typename... Parts>
[[noreturn]] void fail(const char* file, int line, const Parts&... parts) {
  std::ostringstream out;
  out.precision(9);
  out << file << ":" << line << ": ";
  (out << ... << parts);
  throw Failure(out.str());
}

}  // namespace sqltune::test

#define SQLTUNE_JOIN_(a, b) a##b
#define SQLTUNE_JOIN(a, b) SQLTUNE_JOIN_(a, b)
#define TEST(name)                                                                                                     \
  static void SQLTUNE_JOIN(test_body_, __LINE__)();                                                                    \
  static const ::sqltune::test::Registrar SQLTUNE_JOIN(test_registrar_, __LINE__)(name,                                \
                                                                                  SQLTUNE_JOIN(test_body_, __LINE__)); \
  static void SQLTUNE_JOIN(test_body_, __LINE__)()

#define EXPECT(condition)                                                                         \
  do {                                                                                            \
    if (!(condition)) ::sqltune::test::fail(__FILE__, __LINE__, "EXPECT(" #condition ") failed"); \
  } while (false)

#define EXPECT_EQ(actual, expected)                                                                 \
  do {                                                                                              \
    const auto actual_ = (actual);                                                                  \
    const auto expected_ = (expected);                                                              \
    if (!(actual_ == expected_))                                                                    \
      ::sqltune::test::fail(__FILE__, __LINE__, #actual " is ", actual_, ", expected ", expected_); \
  } while (false)

#define EXPECT_NEAR(actual, expected, tolerance)                                                           \
  do {                                                                                                     \
    const double actual_ = (actual);                                                                       \
    const double expected_ = (expected);                                                                   \
    if (!(std::abs(actual_ - expected_) <= (tolerance)))                                                   \
      ::sqltune::test::fail(__FILE__, __LINE__, #actual " is ", actual_, ", expected ", expected_, " +- ", \
                            (tolerance));                                                                  \
  } while (false)

/// The expression must throw `type` with `part` in its message.
#define EXPECT_THROWS(expression, type, part)                                                     \
  do {                                                                                            \
    bool thrown_ = false;                                                                         \
    try {                                                                                         \
      (void)(expression);                                                                         \
    } catch (const type& error) {                                                                 \
      thrown_ = true;                                                                             \
      if (std::string(error.what()).find(part) == std::string::npos)                              \
        ::sqltune::test::fail(__FILE__, __LINE__, "the message of " #type " is \"", error.what(), \
                              "\", expected it to hold \"", part, "\"");                          \
    }                                                                                             \
    if (!thrown_) ::sqltune::test::fail(__FILE__, __LINE__, #expression " did not throw " #type); \
  } while (false)

#define SKIP(reason) throw ::sqltune::test::Skipped(reason)
