#include "generate/token_vocabulary.h"

#include <algorithm>
#include <numeric>

#include "errors.h"

namespace sqltune {
namespace {

constexpr size_t kLongest = 200;

std::vector<int32_t> all_ids(size_t count) {
  std::vector<int32_t> ids(count);
  std::iota(ids.begin(), ids.end(), 0);
  return ids;
}

}  // namespace

TokenTrie::TokenTrie(const std::vector<std::string>& bytes, std::vector<int32_t> ids) {
  std::erase_if(ids, [&](int32_t id) { return bytes[id].empty() || bytes[id].size() > kLongest; });
  std::sort(ids.begin(), ids.end(), [&](int32_t a, int32_t b) {
    const int order = bytes[a].compare(bytes[b]);
    return order != 0 ? order < 0 : a < b;
  });
  tokens_ = ids;
  std::vector<int32_t> open;  // the node of each byte of the token before
  std::string_view before;
  const auto close_to = [&](size_t depth) {
    while (open.size() > depth) {
      nodes_[open.back()].end = static_cast<int32_t>(nodes_.size());
      open.pop_back();
    }
  };
  for (size_t i = 0; i < ids.size(); i++) {
    const std::string& text = bytes[ids[i]];
    const size_t common = std::mismatch(text.begin(), text.end(), before.begin(), before.end()).first - text.begin();
    if (common < text.size() || common < before.size() || i == 0) {
      close_to(common);
      for (size_t at = common; at < text.size(); at++) {
        open.push_back(static_cast<int32_t>(nodes_.size()));
        nodes_.push_back({static_cast<uint8_t>(text[at]), static_cast<uint8_t>(at + 1), 0, static_cast<int32_t>(i), 0});
      }
    }
    nodes_[open.back()].token_count++;
    before = text;
  }
  close_to(0);
}

TokenVocabulary::TokenVocabulary(const uint8_t* bytes, size_t byte_count, const std::vector<int32_t>& offsets) {
  if (offsets.empty())
    throw InvalidArgument("createTokenVocabulary: offsets is empty, expected one entry more than tokens");
  bytes_.reserve(offsets.size() - 1);
  for (size_t i = 0; i + 1 < offsets.size(); i++) {
    if (offsets[i] < 0 || offsets[i + 1] < offsets[i] || static_cast<size_t>(offsets[i + 1]) > byte_count) {
      throw InvalidArgument(
          "createTokenVocabulary: offsets[" + std::to_string(i) +
          "] goes back or beyond the bytes, expected offsets that rise from 0 to the number of bytes");
    }
    bytes_.emplace_back(reinterpret_cast<const char*>(bytes) + offsets[i], offsets[i + 1] - offsets[i]);
  }
  trie_ = TokenTrie(bytes_, all_ids(bytes_.size()));
}

std::string_view TokenVocabulary::bytes(int64_t token) const {
  return token >= 0 && token < size() ? std::string_view(bytes_[token]) : std::string_view();
}

}  // namespace sqltune
