#include "generate/paged_kv.h"

#include <ATen/ops/zeros.h>

namespace sqltune {

at::Tensor PagePool::take() {
  if (free_.empty()) return at::zeros({shape_.page_bytes()}, at::kByte);
  at::Tensor page = std::move(free_.back());
  free_.pop_back();
  return page.zero_();
}

Sequence::~Sequence() {
  for (auto& page : pages_) pool_->give_back(std::move(page));
}

void Sequence::grow(int64_t tokens) {
  length_ += tokens;
  while (static_cast<int64_t>(pages_.size()) * kPageTokens < length_) {
    pages_.push_back(pool_->take());
    data_.push_back(static_cast<char*>(pages_.back().mutable_data_ptr()));
  }
}

}  // namespace sqltune
