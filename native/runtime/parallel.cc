#include "runtime/parallel.h"

#include <ATen/Parallel.h>
#include <ATen/TensorIterator.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <atomic>

namespace sqltune {

void parallel_for(int64_t begin, int64_t end, int64_t grain, const std::function<void(int64_t, int64_t)>& work) {
  const int64_t count = end - begin;
  if (count <= 0) return;
  const int64_t pieces = std::min<int64_t>(at::get_num_threads(), (count + grain - 1) / std::max<int64_t>(1, grain));
  if (pieces <= 1 || at::in_parallel_region()) {
    work(begin, end);
    return;
  }
  // One byte a piece: the loop hands out addresses, an address is a piece.
  at::Tensor bytes = at::empty({pieces}, at::kByte);
  const auto* first = static_cast<const char*>(bytes.const_data_ptr());
  at::TensorIterator iterator =
      at::TensorIteratorConfig().check_all_same_dtype(false).resize_outputs(false).add_output(bytes).build();
  iterator.for_each(
      [&](char** data, const int64_t*, int64_t n) {
        const int64_t piece = data[0] - first;
        work(begin + count * piece / pieces, begin + count * (piece + n) / pieces);
      },
      /*grain_size=*/1);
}

void share_out(int64_t count, const std::function<void(int64_t)>& work) {
  std::atomic<int64_t> next{0};
  parallel_for(0, std::min<int64_t>(count, at::get_num_threads()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t thread = begin; thread < end; ++thread) {
      for (int64_t i = next++; i < count; i = next++) work(i);
    }
  });
}

}  // namespace sqltune
