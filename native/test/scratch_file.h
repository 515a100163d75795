#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace sqltune::test {

inline std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A file in the temporary folder, removed at the end of the test.
class ScratchFile {
 public:
  explicit ScratchFile(const std::string& suffix, const std::string& content = "") {
    static int count = 0;
    path_ = (std::filesystem::temp_directory_path() /
             ("sqltune-" + std::to_string(::getpid()) + "-" + std::to_string(count++) + suffix))
                .string();
    std::ofstream(path_, std::ios::binary).write(content.data(), static_cast<std::streamsize>(content.size()));
  }
  ~ScratchFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace sqltune::test
