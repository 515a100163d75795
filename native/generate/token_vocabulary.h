#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sqltune {

/// Tokens by their bytes, as a trie written in pre-order: a node is followed by its subtree, which ends at `end`. A
/// walk goes through the nodes once and leaves out the subtree of a byte that is refused.
class TokenTrie {
 public:
  struct Node {
    uint8_t byte;
    uint8_t depth;        // 1 for a token's first byte
    int32_t end;          // the first node behind the subtree
    int32_t first_token;  // into tokens(): the ids whose bytes end here
    int32_t token_count;
  };

  TokenTrie() = default;
  /// Tokens that are empty, or longer than 200 bytes, are left out.
  TokenTrie(const std::vector<std::string>& bytes, std::vector<int32_t> ids);

  const std::vector<Node>& nodes() const { return nodes_; }
  const std::vector<int32_t>& tokens() const { return tokens_; }

 private:
  std::vector<Node> nodes_;
  std::vector<int32_t> tokens_;
};

/// The bytes of each token id. Tokens without bytes (control tokens) are never admitted as text.
class TokenVocabulary {
 public:
  /// `offsets` has one entry more than there are tokens; token i is bytes[offsets[i], offsets[i + 1]).
  TokenVocabulary(const uint8_t* bytes, size_t byte_count, const std::vector<int32_t>& offsets);

  int64_t size() const { return static_cast<int64_t>(bytes_.size()); }
  /// Empty outside the vocabulary.
  std::string_view bytes(int64_t token) const;
  const std::vector<std::string>& all() const { return bytes_; }
  const TokenTrie& trie() const { return trie_; }

 private:
  std::vector<std::string> bytes_;
  TokenTrie trie_;
};

}  // namespace sqltune
