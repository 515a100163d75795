#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>

namespace sqltune {

/// Where a linear's frozen weight comes from. Quantised formats implement the same interface.
class WeightProvider {
 public:
  virtual ~WeightProvider() = default;
  virtual int64_t out_features() const = 0;
  virtual int64_t in_features() const = 0;
  virtual int64_t bytes() const = 0;
  /// The weight [out, in] in the compute precision; a view where nothing has to be converted.
  virtual at::Tensor weight() const = 0;
  /// Adds a float32 delta [out, in], rounding once from float32 (merging an adapter).
  virtual void add(const at::Tensor& delta) = 0;
};

/// A weight held as an ordinary tensor.
class DenseWeight final : public WeightProvider {
 public:
  /// `writable`: the tensor is this process's own memory, not a read-only view of the mapped file.
  DenseWeight(at::Tensor held, at::ScalarType compute, bool writable = false)
      : held_(std::move(held)), compute_(compute), writable_(writable) {}
  int64_t out_features() const override { return held_.size(0); }
  int64_t in_features() const override { return held_.size(1); }
  int64_t bytes() const override { return static_cast<int64_t>(held_.nbytes()); }
  at::Tensor weight() const override { return held_.to(compute_); }
  void add(const at::Tensor& delta) override {
    const at::Tensor sum = (held_.to(at::kFloat) + delta.to(held_.device())).to(held_.scalar_type());
    if (writable_) {
      held_.copy_(sum);
    } else {
      held_ = sum;
      writable_ = true;
    }
  }

 private:
  at::Tensor held_;
  at::ScalarType compute_;
  bool writable_;
};

}  // namespace sqltune
