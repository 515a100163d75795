#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "runtime/machine.h"

#if defined(__linux__)
#include <sched.h>
#include <sys/auxv.h>
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#endif
#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace sqltune {
namespace {

#if defined(__linux__)
int read_int(const std::string& path, int otherwise) {
  std::ifstream file(path);
  int value = otherwise;
  return file >> value ? value : otherwise;
}

/// CPUs that a container's quota allows, rounded up; a large number without one (cgroup v2).
int quota_cpus() {
  std::ifstream file("/sys/fs/cgroup/cpu.max");
  double quota = 0, period = 0;
  if (!(file >> quota >> period) || quota <= 0 || period <= 0) return 1 << 20;  // "max 100000"
  return static_cast<int>(std::ceil(quota / period));
}
#elif defined(__APPLE__)
int sysctl_int(const char* name) {
  int value = 0;
  size_t size = sizeof value;
  return sysctlbyname(name, &value, &size, nullptr, 0) == 0 ? value : 0;
}
#endif

}  // namespace

int usable_cores() {
#if defined(__linux__)
  cpu_set_t mask;
  if (sched_getaffinity(0, sizeof mask, &mask) == 0) {
    std::set<std::pair<int, int>> cores;  // two hyper-threads of a core share its vector units: count it once
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (!CPU_ISSET(cpu, &mask)) continue;
      const std::string topology = "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/";
      cores.emplace(read_int(topology + "physical_package_id", 0), read_int(topology + "core_id", cpu));
    }
    return std::max(1, std::min(static_cast<int>(cores.size()), quota_cpus()));
  }
#elif defined(__APPLE__)
  // The efficiency cores would hold the others up: a parallel loop ends with its slowest part.
  for (const char* name : {"hw.perflevel0.physicalcpu", "hw.physicalcpu"}) {
    if (const int cores = sysctl_int(name); cores > 0) return cores;
  }
#endif
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

bool has_fast_bfloat16() {
#if defined(__x86_64__)
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & (1u << 27))) return false;  // OSXSAVE
  unsigned xcr0 = 0, high = 0;
  __asm__("xgetbv" : "=a"(xcr0), "=d"(high) : "c"(0));
  const bool avx512_state = (xcr0 & 0xE6) == 0xE6;  // the system saves the zmm and mask registers
  const bool tile_state = (xcr0 & 0x60000) == 0x60000;
  if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx)) return false;
  const bool avx512 = ebx & (1u << 16), amx = edx & (1u << 22);
  if (!__get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx)) return false;
  return (avx512 && avx512_state && (eax & (1u << 5))) || (amx && tile_state);
#elif defined(__linux__) && defined(__aarch64__)
  constexpr unsigned long kBf16 = 1ul << 14;  // HWCAP2_BF16 in the kernel's asm/hwcap.h
  return getauxval(AT_HWCAP2) & kBf16;
#elif defined(__APPLE__)
  return sysctl_int("hw.optional.arm.FEAT_BF16") != 0;
#else
  return false;
#endif
}

int64_t peak_process_memory() {
#if defined(__linux__)
  // ru_maxrss would count a parent's peak that this process inherited across fork and exec.
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmHWM:", 0) == 0) return std::stoll(line.substr(6)) * 1024;  // kB
  }
#endif
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
#if defined(__APPLE__)
  return usage.ru_maxrss;  // bytes
#else
  return int64_t{usage.ru_maxrss} * 1024;  // KiB
#endif
}

}  // namespace sqltune
