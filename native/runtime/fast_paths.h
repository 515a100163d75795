#pragma once

namespace sqltune {

/// Whether a fast path may be used. The environment variable SQLTUNE_WITHOUT names those that may not, separated by
/// commas: "passes" (blocks by hand instead of autograd), "attention" and "lora" (this project's AVX-512 kernels),
/// "onednn" (float32 products by oneDNN), "memory" (freed blocks kept), "generation" (passes over packed weights). For measuring what each is worth, and for
/// ruling one out when something is wrong; read once.
bool use_fast_path(const char* name);

}  // namespace sqltune
