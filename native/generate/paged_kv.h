#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace sqltune {

/// Tokens of a page: one panel of the attention's products.
inline constexpr int64_t kPageTokens = 64;

/// What a page holds for each layer and key/value head: keys, transposed, as [dim / pair][64] words, and values as
/// [64 / pair][dim] words, where a word is `pair` elements next to each other along the summed dimension (see
/// model/avx512.h). Products read both as they lie: nothing is packed again when a token is added.
struct PageShape {
  int64_t layers = 0;
  int64_t kv_heads = 0;
  int64_t dim = 0;
  int64_t element_bytes = 0;

  int64_t half_bytes() const { return kPageTokens * dim * element_bytes; }
  int64_t page_bytes() const { return layers * kv_heads * 2 * half_bytes(); }
  int64_t keys_at(int64_t layer, int64_t head) const { return (layer * kv_heads + head) * 2 * half_bytes(); }
  int64_t values_at(int64_t layer, int64_t head) const { return keys_at(layer, head) + half_bytes(); }
};

/// Lends pages; those given back are lent again. They come cleared: products read past a sequence's end and give what
/// they find there the weight 0, which must not meet a NaN.
class PagePool {
 public:
  explicit PagePool(const PageShape& shape) : shape_(shape) {}
  const PageShape& shape() const { return shape_; }
  at::Tensor take();
  void give_back(at::Tensor page) { free_.push_back(std::move(page)); }
  /// Frees the pages that nobody holds.
  void shrink() { free_.clear(); }

 private:
  PageShape shape_;
  std::vector<at::Tensor> free_;
};

/// Keys and values of a run of tokens that grows at its end: a shared prefix, or what one row has of its own.
class Sequence {
 public:
  /// `start`: position of the first token.
  Sequence(std::shared_ptr<PagePool> pool, int64_t start) : pool_(std::move(pool)), start_(start) {}
  /// Begins with the first `length` tokens of another. Whole pages are shared; the last one, which will be written to,
  /// is a copy.
  Sequence(const Sequence& other, int64_t length);
  ~Sequence();
  Sequence(const Sequence&) = delete;
  Sequence& operator=(const Sequence&) = delete;

  int64_t start() const { return start_; }
  int64_t length() const { return length_; }
  /// Pages may be those of other sequences too.
  const std::vector<at::Tensor>& pages() const { return pages_; }
  /// Makes room for the tokens of the next pass and counts them.
  void grow(int64_t tokens);

  const char* keys(int64_t page, int64_t layer, int64_t head) const {
    return data_[page] + pool_->shape().keys_at(layer, head);
  }
  const char* values(int64_t page, int64_t layer, int64_t head) const {
    return data_[page] + pool_->shape().values_at(layer, head);
  }
  char* keys(int64_t page, int64_t layer, int64_t head) { return data_[page] + pool_->shape().keys_at(layer, head); }
  char* values(int64_t page, int64_t layer, int64_t head) {
    return data_[page] + pool_->shape().values_at(layer, head);
  }

 private:
  std::shared_ptr<PagePool> pool_;
  int64_t start_;
  int64_t length_ = 0;
  std::vector<at::Tensor> pages_;
  std::vector<char*> data_;
};

}  // namespace sqltune
