#pragma once

#include <cstdint>
#include <functional>

namespace sqltune {

/// Splits [begin, end) over libtorch's own threads, pieces of at least `grain`. at::parallel_for is a template whose
/// OpenMP pragma is lost in code built without -fopenmp, and building with it may bring a second OpenMP runtime; this
/// goes through a loop that libtorch itself compiled.
void parallel_for(int64_t begin, int64_t end, int64_t grain, const std::function<void(int64_t, int64_t)>& work);

/// Runs work(i) for i < count, each thread taking the next that is left: for pieces of unequal cost.
void share_out(int64_t count, const std::function<void(int64_t)>& work);

}  // namespace sqltune
