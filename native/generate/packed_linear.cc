#include "generate/packed_linear.h"

#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cstring>

#include "errors.h"
#include "lora/lora.h"
#include "runtime/parallel.h"

namespace sqltune {

namespace {

constexpr int64_t kGate = kPanel / 2;

int64_t up16(int64_t n) { return (n + 15) & ~int64_t{15}; }

}  // namespace

PackedLinear::PackedLinear(const std::vector<const Linear*>& linears, Order order, at::ScalarType type)
    : linears_(linears), order_(order) {
  in_ = linears[0]->weight->in_features();
  for (const auto* linear : linears) {
    begins_.push_back(out_);
    out_ += linear->weight->out_features();
  }
  panels_ = order == Order::kGated ? (out_ / 2 + kGate - 1) / kGate : (out_ + kPanel - 1) / kPanel;
  const int64_t element_bytes = type == at::kFloat ? 4 : 2;
  panel_bytes_ = in_ * kPanel * element_bytes;
  words_ = at::zeros({panels_ * panel_bytes_}, at::kByte);
  for (size_t i = 0; i < linears.size(); ++i) {
    pack(i, linears[i]->weight->weight().to(type).contiguous(), element_bytes);
    const at::Tensor& bias = linears[i]->bias;
    if (!bias.defined()) continue;
    bias_.resize(panels_ * kPanel, 0.0f);
    const at::Tensor wide = bias.to(at::kFloat).contiguous();
    for (int64_t row = 0; row < wide.size(0); ++row) bias_[place(i, row)] = wide.const_data_ptr<float>()[row];
  }
}

int64_t PackedLinear::place(size_t linear, int64_t row) const {
  if (order_ == Order::kSideBySide) return begins_[linear] + row;
  return row / kGate * kPanel + static_cast<int64_t>(linear) * kGate + row % kGate;
}

void PackedLinear::pack(size_t linear, const at::Tensor& weight, int64_t element_bytes) {
  const auto* from = static_cast<const char*>(weight.const_data_ptr());
  auto* to = static_cast<char*>(words_.mutable_data_ptr());
  const int64_t depth = in_ * element_bytes / 4;  // words are 4 bytes in both precisions
  const int64_t rows = weight.size(0);
  // Sixteen outputs at a time: they fill a cache line of each depth.
  parallel_for(0, (rows + 15) / 16, 1, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; ++block) {
      const int64_t first = 16 * block;
      const int64_t count = std::min<int64_t>(16, rows - first);
      char* places[16];
      for (int64_t i = 0; i < count; ++i) {
        const int64_t column = place(linear, first + i);
        places[i] = to + column / kPanel * panel_bytes_ + column % kPanel * 4;
      }
      for (int64_t k = 0; k < depth; ++k) {
        for (int64_t i = 0; i < count; ++i) {
          std::memcpy(places[i] + k * kPanel * 4, from + ((first + i) * depth + k) * 4, 4);
        }
      }
    }
  });
}

void PackedLinear::read_adapters() {
  deltas_.clear();
  low_width_ = 0;
  std::vector<const LoraAdapter*> adapters;
  for (const auto* linear : linears_) {
    const auto* adapter = dynamic_cast<const LoraAdapter*>(linear->adapter.get());
    if (linear->adapter && !adapter) throw InvalidArgument(linear->name + " has an adapter that is not a LoRA");
    adapters.push_back(adapter);
    if (adapter) low_width_ += up16(adapter->a.size(0));
  }
  if (low_width_ == 0) return;
  a_ = at::zeros({in_, low_width_}, at::kFloat);
  int64_t column = 0;
  for (size_t i = 0; i < adapters.size(); ++i) {
    if (!adapters[i]) continue;
    const at::Tensor a = adapters[i]->a.detach().to(at::kFloat);
    const at::Tensor b = (adapters[i]->b.detach().to(at::kFloat) * adapters[i]->scaling).t().contiguous();
    const int64_t rank = a.size(0);
    a_.narrow(1, column, rank).copy_(a.t());
    Delta delta{rank, column, place(i, 0) / kPanel, place(i, b.size(1) - 1) / kPanel,
                at::zeros({rank, panels_ * kPanel}, at::kFloat)};
    float* to = delta.b.mutable_data_ptr<float>();
    const float* from = b.const_data_ptr<float>();
    for (int64_t row = 0; row < b.size(1); ++row) {
      const int64_t at = place(i, row);
      for (int64_t r = 0; r < rank; ++r) to[r * panels_ * kPanel + at] = from[r * b.size(1) + row];
    }
    deltas_.push_back(std::move(delta));
    column += up16(rank);
  }
}

}  // namespace sqltune
