#include "io/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "errors.h"

namespace sqltune {

std::shared_ptr<const MappedFile> MappedFile::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw WeightsError(path + ": cannot be opened: " + std::strerror(errno));
  struct stat info{};
  const int failed = ::fstat(fd, &info);
  const int stat_error = errno;
  if (failed != 0 || !S_ISREG(info.st_mode)) {
    ::close(fd);
    throw WeightsError(path +
                       (failed != 0 ? std::string(": ") + std::strerror(stat_error) : ": is not a regular file"));
  }
  if (info.st_size == 0) {
    ::close(fd);
    throw WeightsError(path + ": the file is empty; it was probably not downloaded to the end. Fetch it again.");
  }
  const auto size = static_cast<size_t>(info.st_size);
  int flags = MAP_PRIVATE;
#ifdef MAP_NORESERVE
  flags |= MAP_NORESERVE;  // the pages come from the file; swap need not be set aside for writes that rarely happen
#endif
  void* data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, flags, fd, 0);
  const int map_error = errno;
  ::close(fd);
  if (data == MAP_FAILED) {
    throw WeightsError(path + ": " + std::to_string(size) + " bytes cannot be mapped: " + std::strerror(map_error));
  }
  return std::shared_ptr<const MappedFile>(new MappedFile(path, static_cast<uint8_t*>(data), size));
}

MappedFile::~MappedFile() { ::munmap(data_, size_); }

}  // namespace sqltune
