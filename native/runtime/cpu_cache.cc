#include "runtime/cpu_cache.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <mutex>
#include <new>

#include "runtime/fast_paths.h"

namespace sqltune {

namespace {

constexpr size_t kLarge = size_t{1} << 18;     // smaller blocks are malloc's business
constexpr size_t kHeader = 64;                 // before each block, and its alignment
constexpr size_t kHugePage = size_t{1} << 21;  // blocks of several are aligned to one

struct Block {
  size_t size;
};

class CachingAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t bytes) override {
    Block* block = bytes < kLarge ? make_small(bytes + kHeader) : take(bytes + kHeader);
    if (block == nullptr) throw std::bad_alloc();
    // libtorch's raw_allocate wants the context to be the data.
    char* data = reinterpret_cast<char*>(block) + kHeader;
    return {data, data, &CachingAllocator::give_back, c10::Device(c10::DeviceType::CPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &CachingAllocator::give_back; }
  void copy_data(void* to, const void* from, size_t count) const override { default_copy_data(to, from, count); }

  static CachingAllocator& instance() {
    // Never destroyed: tensors may be freed after static objects.
    static auto* const allocator = new CachingAllocator;
    return *allocator;
  }

 private:
  Block* take(size_t size) {
    const std::lock_guard lock(mutex_);
    // A free block may be up to a quarter larger: batches differ a little in length.
    const auto found = free_.lower_bound(size);
    Block* block = nullptr;
    if (found != free_.end() && found->first <= size + size / 4) {
      block = found->second;
      free_.erase(found);
      kept_ -= block->size;
    } else {
      while (!free_.empty() && used_ + kept_ + size > most_used_ + most_used_ / 10) release_largest();
      block = map_large(size);
      while (block == nullptr && !free_.empty()) {
        release_largest();
        block = map_large(size);
      }
      if (block == nullptr) return nullptr;
    }
    used_ += block->size;
    most_used_ = std::max(most_used_, used_);
    return block;
  }

  static void give_back(void* data) {
    if (data == nullptr) return;
    auto* block = reinterpret_cast<Block*>(static_cast<char*>(data) - kHeader);
    if (block->size < kLarge + kHeader) {
      std::free(block);
      return;
    }
    CachingAllocator& self = instance();
    const std::lock_guard lock(self.mutex_);
    self.used_ -= block->size;
    self.kept_ += block->size;
    self.free_.emplace(block->size, block);
  }

  void release_largest() {
    const auto last = std::prev(free_.end());
    kept_ -= last->first;
    munmap(last->second, last->first);
    free_.erase(last);
  }

  static Block* make_small(size_t size) {
    void* memory = nullptr;
    return posix_memalign(&memory, kHeader, size) == 0 ? new (memory) Block{size} : nullptr;
  }

  /// Mapped by itself: malloc would keep large blocks in its heap once some were freed, where they leave gaps.
  static Block* map_large(size_t size) {
    static const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    const size_t length = (size + page - 1) / page * page;
    const size_t slack = length >= 2 * kHugePage ? kHugePage : 0;
    void* memory = mmap(nullptr, length + slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return nullptr;
    char* start = static_cast<char*>(memory);
    if (slack > 0) {
      const size_t before = (kHugePage - reinterpret_cast<uintptr_t>(memory) % kHugePage) % kHugePage;
      start += before;
      if (before > 0) munmap(memory, before);
      if (before < slack) munmap(start + length, slack - before);
#if defined(__linux__)
      madvise(start, length, MADV_HUGEPAGE);
#endif
    }
    return new (start) Block{length};
  }

  std::mutex mutex_;
  std::multimap<size_t, Block*> free_;
  size_t used_ = 0;
  size_t kept_ = 0;
  size_t most_used_ = 0;
};

}  // namespace

void keep_freed_memory() {
  static const bool done = [] {
    if (!use_fast_path("memory")) return false;
    c10::SetCPUAllocator(&CachingAllocator::instance(), /*priority=*/1);
    return true;
  }();
  (void)done;
}

}  // namespace sqltune
