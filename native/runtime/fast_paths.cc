#include "runtime/fast_paths.h"

#include <cstdlib>
#include <set>
#include <sstream>
#include <string>

namespace sqltune {

bool use_fast_path(const char* name) {
  static const std::set<std::string> without = [] {
    const char* list = std::getenv("SQLTUNE_WITHOUT");
    std::set<std::string> names;
    std::istringstream words(list ? list : "");
    for (std::string word; std::getline(words, word, ',');) names.insert(word);
    return names;
  }();
  return without.count(name) == 0;
}

}  // namespace sqltune
