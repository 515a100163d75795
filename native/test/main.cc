// sqltune_native_tests [NAME...]: runs the named tests, or all. Exit 0 when all passed, 1 otherwise.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <set>
#include <string>

#include "check.h"

int main(int argc, char** argv) {
  const std::set<std::string> wanted(argv + 1, argv + argc);
  int passed = 0, failed = 0, skipped = 0;
  for (const auto& test : sqltune::test::cases()) {
    if (!wanted.empty() && wanted.count(test.name) == 0) continue;
    try {
      test.body();
      ++passed;
      std::printf("ok      %s\n", test.name.c_str());
    } catch (const sqltune::test::Skipped& reason) {
      ++skipped;
      std::printf("SKIPPED %s: %s\n", test.name.c_str(), reason.what());
    } catch (const std::exception& error) {
      ++failed;
      std::printf("FAILED  %s\n        %s\n", test.name.c_str(), error.what());
    }
    std::fflush(stdout);
  }
  std::printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
  if (passed + failed + skipped == 0) {
    std::fprintf(stderr, "no test has that name\n");
    return EXIT_FAILURE;
  }
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
