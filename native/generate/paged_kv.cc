#include "generate/paged_kv.h"

#include <ATen/ops/zeros.h>

namespace sqltune {

at::Tensor PagePool::take() {
  if (free_.empty()) return at::zeros({shape_.page_bytes()}, at::kByte);
  at::Tensor page = std::move(free_.back());
  free_.pop_back();
  return page.zero_();
}

Sequence::Sequence(const Sequence& other, int64_t length) : pool_(other.pool_), start_(other.start_), length_(length) {
  const int64_t whole = length / kPageTokens;
  pages_.assign(other.pages_.begin(), other.pages_.begin() + whole);
  data_.assign(other.data_.begin(), other.data_.begin() + whole);
  if (length % kPageTokens == 0) return;
  pages_.push_back(pool_->take());
  pages_.back().copy_(other.pages_[whole]);
  data_.push_back(static_cast<char*>(pages_.back().mutable_data_ptr()));
}

Sequence::~Sequence() {
  for (auto& page : pages_) {
    if (page.use_count() == 1) pool_->give_back(std::move(page));
  }
}

void Sequence::grow(int64_t tokens) {
  length_ += tokens;
  while (static_cast<int64_t>(pages_.size()) * kPageTokens < length_) {
    pages_.push_back(pool_->take());
    data_.push_back(static_cast<char*>(pages_.back().mutable_data_ptr()));
  }
}

}  // namespace sqltune
