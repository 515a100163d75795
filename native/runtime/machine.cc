#include "runtime/machine.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <dlfcn.h>
#include <torch/csrc/inductor/aoti_torch/c/shim.h>
#include <torch/version.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <limits>

namespace sqltune {
namespace {

std::atomic<int> requested_threads{0};

/// "2.13.0" of the library that is loaded, which may be another than that of the headers.
std::string runtime_version() {
  const uint64_t version = aoti_torch_abi_version();  // a byte each, from the top: major, minor, patch
  return std::to_string(version >> 56) + "." + std::to_string(version >> 48 & 0xFF) + "." +
         std::to_string(version >> 40 & 0xFF);
}

/// Card names by the driver's C interface: ATen knows them only through CUDA's headers, which a CPU build lacks.
std::vector<std::string> cuda_names(int count) {
  std::vector<std::string> names(static_cast<size_t>(count), "CUDA device");
  void* driver = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);
  if (!driver) return names;
  const auto init = reinterpret_cast<int (*)(unsigned)>(dlsym(driver, "cuInit"));
  const auto device_get = reinterpret_cast<int (*)(int*, int)>(dlsym(driver, "cuDeviceGet"));
  const auto device_name = reinterpret_cast<int (*)(char*, int, int)>(dlsym(driver, "cuDeviceGetName"));
  if (init && device_get && device_name && init(0) == 0) {
    for (int i = 0; i < count; ++i) {
      int device = 0;
      char name[256] = {};
      if (device_get(&device, i) == 0 && device_name(name, sizeof name - 1, device) == 0)
        names[static_cast<size_t>(i)] = name;
    }
  }
  return names;  // the driver stays open: libtorch uses it too
}

/// The number in a file that holds one alone; unset where there is none ("max" in a cgroup without a limit).
std::optional<int64_t> number_in(const char* path) {
  std::ifstream file(path);
  int64_t value = 0;
  if (file >> value) return value;
  return std::nullopt;
}

/// The number behind `key` in a file of one key and number a line.
std::optional<int64_t> entry_in(const char* path, const std::string& key) {
  std::ifstream file(path);
  for (std::string found; file >> found; file.ignore(std::numeric_limits<std::streamsize>::max(), '\n')) {
    int64_t value = 0;
    if (found == key && file >> value) return value;
  }
  return std::nullopt;
}

}  // namespace

MachineInfo machine_info() {
  MachineInfo info;
  info.torch_built = TORCH_VERSION;
  info.torch_runtime = runtime_version();
  info.cpu_capability = at::get_cpu_capability();
  info.fast_bfloat16 = has_fast_bfloat16();
  info.threads = compute_threads();
  info.cuda = at::hasCUDA();
  if (info.cuda)
    info.cuda_devices = cuda_names(at::globalContext().getAcceleratorHooksInterface(at::kCUDA).deviceCount());
  info.mps = at::hasMPS();
  return info;
}

void set_compute_threads(int threads) { requested_threads.store(std::max(0, threads)); }

int compute_threads() {
  const int requested = requested_threads.load();
  if (requested > 0) return requested;
  const char* variable = std::getenv("OMP_NUM_THREADS");
  // OpenMP allows a list, a number a nesting level: the first one counts.
  const long wanted = variable ? std::strtol(variable, nullptr, 10) : 0;
  return wanted > 0 ? static_cast<int>(std::min(wanted, 4096L)) : usable_cores();
}

void apply_compute_threads() {
  const int threads = compute_threads();
  if (at::get_num_threads() != threads) at::set_num_threads(threads);
}

std::optional<int64_t> available_memory() {
  std::optional<int64_t> available = entry_in("/proc/meminfo", "MemAvailable:");
  if (available) *available *= 1024;  // kB
  const auto limit = number_in("/sys/fs/cgroup/memory.max");
  const auto used = number_in("/sys/fs/cgroup/memory.current");
  if (limit && used) {
    // As the kubelet counts: file pages that nobody uses now do not count as used.
    const int64_t taken = *used - entry_in("/sys/fs/cgroup/memory.stat", "inactive_file").value_or(0);
    available = std::min(available.value_or(*limit), std::max<int64_t>(0, *limit - taken));
  }
  return available;
}

int64_t peak_device_memory() {
  if (!at::hasCUDA()) return 0;
  auto* allocator = dynamic_cast<c10::DeviceAllocator*>(c10::GetAllocator(c10::DeviceType::CUDA));
  if (!allocator || !allocator->initialized()) return 0;
  int64_t bytes = 0;
  const auto count = at::globalContext().getAcceleratorHooksInterface(at::kCUDA).deviceCount();
  for (c10::DeviceIndex i = 0; i < count; ++i) {
    const auto stats = allocator->getDeviceStats(i);
    bytes += stats.reserved_bytes[0].peak;  // [0] is the aggregate over all pools
  }
  return bytes;
}

}  // namespace sqltune
