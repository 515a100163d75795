#include "generate/automaton.h"

#include <algorithm>

#include "errors.h"
#include "generate/automaton_reader.h"

namespace sqltune {
namespace {

/// From so many bytes on that leave the lexer where it is, the tokens made of them are found once for all.
constexpr int kStayingBytes = 180;

class AutomatonConstraint final : public TokenConstraint {
 public:
  explicit AutomatonConstraint(std::shared_ptr<const Automaton> automaton)
      : automaton_(std::move(automaton)),
        parser_(automaton_->tables()),
        reader_(parser_),
        root_(std::make_unique<Boundary>(parser_, parser_.initial())),
        now_(reader_.begin(root_.get())) {}

  bool admits(int64_t token) const override {
    if (ended_) return false;
    if (is_stop(token)) return can_end();
    std::string text;
    Reading reading;
    return go(token, reading, text);
  }

  void accept(int64_t token) override {
    if (is_stop(token)) {
      if (!ended_ && !can_end()) throw InvalidArgument("accept: the text cannot end here");
      ended_ = true;
      return;
    }
    std::string text;
    Reading reading;
    if (ended_ || !go(token, reading, text)) {
      throw InvalidArgument("accept: token " + std::to_string(token) + " is not admitted here");
    }
    text_ = text.substr(reading.start);
    reading.start = 0;
    now_ = reading;
    if (std::unique_ptr<Boundary> place = now_.at->detach()) root_ = std::move(place);
  }

  void mask(std::vector<uint32_t>& bits) const override {
    std::fill(bits.begin(), bits.end(), 0u);
    if (ended_) return;
    const auto limit = static_cast<int64_t>(bits.size()) * 32;
    const auto set = [&](int64_t token) {
      if (token >= 0 && token < limit) bits[token / 32] |= 1u << (token % 32);
    };
    if (can_end()) {
      for (int32_t stop : automaton_->stops()) set(stop);
    }
    const TokenTrie* trie = &automaton_->vocabulary().trie();
    const Automaton::Staying* staying = automaton_->staying(now_.state);
    if (staying && is_free()) {
      for (size_t i = 0; i < std::min(bits.size(), staying->bits.size()); i++) bits[i] |= staying->bits[i];
      trie = &staying->leaving;
    }
    walk(*trie, set);
    if (can_end()) return;
    for (int32_t stop : automaton_->stops()) {
      if (stop >= 0 && stop < limit) bits[stop / 32] &= ~(1u << (stop % 32));
    }
  }

 private:
  bool is_stop(int64_t token) const {
    return std::find(automaton_->stops().begin(), automaton_->stops().end(), token) != automaton_->stops().end();
  }

  bool can_end() const {
    Boundary* at = reader_.complete(now_, text_, static_cast<int>(text_.size()), static_cast<int>(text_.size()));
    return at && at->admits_class(automaton_->tables().end_class);
  }

  bool go(int64_t token, Reading& reading, std::string& text) const {
    const std::string_view bytes = automaton_->vocabulary().bytes(token);
    if (bytes.empty()) return false;
    reading = now_;
    text.reserve(text_.size() + bytes.size());
    text = text_;
    text += bytes;
    for (size_t i = text_.size(); i < text.size(); i++) {
      if (!reader_.read(reading, text, static_cast<int>(i), static_cast<int>(text_.size()))) return false;
    }
    return true;
  }

  /// Whether the lexeme may go on with any bytes that leave the lexer in its state.
  bool is_free() const {
    const auto& tables = automaton_->tables();
    const int kind = __builtin_ctzll(tables.reach[now_.state]);
    return tables.class_kinds[kind] == AutomatonTables::kPlain || now_.at->admits_class(kind);
  }

  template <typename Set>
  void walk(const TokenTrie& trie, const Set& set) const {
    const int base = static_cast<int>(text_.size());
    std::string text = text_;
    text.resize(base + 256);
    std::vector<Reading> path(257);
    path[0] = now_;
    const auto& nodes = trie.nodes();
    for (size_t i = 0; i < nodes.size();) {
      const TokenTrie::Node& node = nodes[i];
      text[base + node.depth - 1] = static_cast<char>(node.byte);
      Reading& reading = path[node.depth];
      reading = path[node.depth - 1];
      if (!reader_.read(reading, text, base + node.depth - 1, base)) {
        i = node.end;
        continue;
      }
      for (int t = 0; t < node.token_count; t++) set(trie.tokens()[node.first_token + t]);
      i++;
    }
  }

  std::shared_ptr<const Automaton> automaton_;
  mutable AutomatonParser parser_;
  AutomatonReader reader_;
  std::unique_ptr<Boundary> root_;
  Reading now_;
  std::string text_;  // of the lexeme that has begun
  bool ended_ = false;
};

}  // namespace

Automaton::Automaton(std::shared_ptr<const TokenVocabulary> vocabulary, AutomatonTables tables,
                     std::vector<int32_t> stops)
    : vocabulary_(std::move(vocabulary)), tables_(std::move(tables)), stops_(std::move(stops)) {
  tables_.prepare();
  staying_.resize(tables_.lexer_accept.size());
  for (size_t s = 0; s < staying_.size(); s++) {
    const auto stays = [&](char c) { return tables_.lexer[s * 256 + static_cast<uint8_t>(c)] == static_cast<int>(s); };
    int bytes = 0;
    for (int b = 0; b < 256; b++) bytes += stays(static_cast<char>(b));
    const bool is_word =
        tables_.reach[s] == 0 || tables_.class_kinds[__builtin_ctzll(tables_.reach[s])] == AutomatonTables::kWord;
    if (bytes < kStayingBytes || is_word) continue;
    auto staying = std::make_unique<Staying>();
    staying->bits.resize((vocabulary_->size() + 31) / 32);
    std::vector<int32_t> leaving;
    for (int64_t token = 0; token < vocabulary_->size(); token++) {
      const std::string_view text = vocabulary_->bytes(token);
      if (text.empty() || text.size() > 200) continue;
      if (std::all_of(text.begin(), text.end(), stays))
        staying->bits[token / 32] |= 1u << (token % 32);
      else
        leaving.push_back(static_cast<int32_t>(token));
    }
    staying->leaving = TokenTrie(vocabulary_->all(), std::move(leaving));
    staying_[s] = std::move(staying);
  }
}

size_t Automaton::bytes() const {
  size_t total = tables_.lexer.size() * 2 + tables_.arcs.size() * sizeof(AutomatonTables::Arc) +
                 tables_.ops.size() * 8 + tables_.providers.size() * sizeof(AutomatonTables::Members) +
                 tables_.words.size() * 64;
  for (const auto& staying : staying_) {
    if (!staying) continue;
    total += staying->bits.size() * 4 + staying->leaving.nodes().size() * sizeof(TokenTrie::Node) +
             staying->leaving.tokens().size() * 4;
  }
  return total;
}

std::unique_ptr<TokenConstraint> Automaton::begin() const {
  return std::make_unique<AutomatonConstraint>(shared_from_this());
}

}  // namespace sqltune
