#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sqltune {

/// What the addon runs on; NativeInfo in src/native/types.ts.
struct MachineInfo {
  std::string torch_built, torch_runtime;
  std::string cpu_capability;
  bool fast_bfloat16 = false;
  int threads = 0;
  std::vector<std::string> cuda_devices;
  bool cuda = false, mps = false;
};

MachineInfo machine_info();

/// Physical cores that this process may use: by its affinity mask and, in a container, its CPU quota. At least 1.
int usable_cores();

/// True where bfloat16 products are much faster than float32's: avx512_bf16, amx_bf16 or Arm's BF16 instructions.
bool has_fast_bfloat16();

/// Threads of the next jobs on the CPU executor; 0 asks for OMP_NUM_THREADS, else usable_cores().
void set_compute_threads(int threads);
int compute_threads();
/// Applies compute_threads() to the calling thread: OpenMP keeps the number for each thread apart.
void apply_compute_threads();

/// Memory that new allocations may take without swapping, in bytes (Linux: MemAvailable); unset where it is not known.
std::optional<int64_t> available_memory();

/// Peak resident memory of this process, in bytes.
int64_t peak_process_memory();
/// Peak bytes that the CUDA allocator held, over all cards; 0 without CUDA.
int64_t peak_device_memory();

}  // namespace sqltune
