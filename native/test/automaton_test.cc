#include "generate/automaton.h"

#include <algorithm>
#include <set>

#include "check.h"
#include "errors.h"

// The automaton over a language of a few words; test/native has that of SQL.

using namespace sqltune;
using namespace sqltune::test;

namespace {

enum Class { kBlank, kWord, kStop, kEnd };

std::shared_ptr<const TokenVocabulary> vocabulary_of(const std::vector<std::string>& tokens) {
  std::string bytes;
  std::vector<int32_t> offsets{0};
  for (const std::string& token : tokens) {
    bytes += token;
    offsets.push_back(static_cast<int32_t>(bytes.size()));
  }
  return std::make_shared<TokenVocabulary>(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), offsets);
}

/// Texts of `go` and `gone`, any number of them with blanks between, closed by a point: "go gone go."
AutomatonTables go_gone() {
  AutomatonTables t;
  const int start = 0, word = 1, blank = 2, point = 3;
  t.lexer.assign(4 * 256, AutomatonTables::kRefuse);
  const auto on = [&](int from, int byte, int to) { t.lexer[from * 256 + byte] = static_cast<int16_t>(to); };
  for (int c = 'a'; c <= 'z'; c++) {
    on(start, c, word);
    on(word, c, word);
    on(blank, c, AutomatonTables::kComplete);
  }
  on(start, ' ', blank);
  on(blank, ' ', blank);
  on(start, '.', point);
  for (int from : {word, blank}) on(from, '.', AutomatonTables::kComplete);
  on(word, ' ', AutomatonTables::kComplete);
  t.lexer_accept = {-1, kWord, kBlank, kStop};
  t.class_kinds = {AutomatonTables::kSkipped, AutomatonTables::kWord, AutomatonTables::kPlain, AutomatonTables::kPlain};
  t.end_class = kEnd;
  t.words = {"go", "gone"};
  t.word_flags = {0, 0};
  t.word_keywords = {0, 1};
  t.word_members = t.word_providers = t.word_functions = {-1, -1};
  // 0: a word; 1: a word or the point; 2: the end.
  t.arcs = {{AutomatonTables::kKeyword, 0, -1, 1, 0, 0, 0},   {AutomatonTables::kKeyword, 1, -1, 1, 0, 0, 0},
            {AutomatonTables::kKeyword, 0, -1, 1, 0, 0, 0},   {AutomatonTables::kKeyword, 1, -1, 1, 0, 0, 0},
            {AutomatonTables::kClass, kStop, -1, 2, 0, 0, 0}, {AutomatonTables::kClass, kEnd, -1, 3, 0, 0, 0}};
  t.state_arcs = {0, 2, 5, 6, 6};
  return t;
}

const std::vector<std::string> kTokens = {"g", "o", "go", "gone", " ",   " go", "ne.", ".",
                                          "n", "e", "x",  "go.",  "gon", "",    "one"};
constexpr int32_t kStopToken = 13;

std::set<std::string> admitted(const TokenConstraint& constraint) {
  auto bits = token_bits(static_cast<int64_t>(kTokens.size()));
  constraint.mask(bits);
  std::set<std::string> found;
  for (size_t i = 0; i < kTokens.size(); i++) {
    EXPECT(has_bit(bits, static_cast<int64_t>(i)) == constraint.admits(static_cast<int64_t>(i)));
    if (has_bit(bits, static_cast<int64_t>(i))) found.insert(kTokens[i]);
  }
  return found;
}

int64_t token(const std::string& text) { return std::find(kTokens.begin(), kTokens.end(), text) - kTokens.begin(); }

}  // namespace

TEST("a trie has each token once, subtree by subtree") {
  const std::vector<std::string> bytes = {"ab", "a", "abc", "b", "ab", ""};
  const TokenTrie trie(bytes, {0, 1, 2, 3, 4, 5});
  std::string path;
  std::vector<std::string> seen;
  for (const TokenTrie::Node& node : trie.nodes()) {
    path.resize(node.depth - 1);
    path += static_cast<char>(node.byte);
    for (int i = 0; i < node.token_count; i++) {
      EXPECT(bytes[trie.tokens()[node.first_token + i]] == path);
      seen.push_back(path);
    }
  }
  EXPECT(seen == (std::vector<std::string>{"a", "ab", "ab", "abc", "b"}));
  EXPECT(trie.nodes()[0].end == 3 && trie.nodes()[1].end == 3 && trie.nodes()[3].end == 4);
}

TEST("an automaton admits the tokens that lead to a text of its language") {
  const auto automaton =
      std::make_shared<const Automaton>(vocabulary_of(kTokens), go_gone(), std::vector<int32_t>{kStopToken});
  auto row = automaton->begin();
  EXPECT(admitted(*row) == (std::set<std::string>{"g", "go", "gone", " ", " go", "go.", "gon"}));
  row->accept(token("go"));
  // It may be a word, or the beginning of the longer one; "." ends both it and the text.
  EXPECT(admitted(*row) == (std::set<std::string>{" ", " go", "ne.", ".", "n"}));
  row->accept(token("n"));
  EXPECT(admitted(*row) == (std::set<std::string>{"e"}));
  row->accept(token("e"));
  EXPECT(admitted(*row) == (std::set<std::string>{" ", " go", "."}));
  row->accept(token("."));
  EXPECT(admitted(*row) == (std::set<std::string>{""}));
}

TEST("constraints of one automaton do not know of each other") {
  const auto automaton =
      std::make_shared<const Automaton>(vocabulary_of(kTokens), go_gone(), std::vector<int32_t>{kStopToken});
  auto one = automaton->begin(), other = automaton->begin();
  one->accept(token("go."));
  EXPECT(one->admits(kStopToken) && !other->admits(kStopToken) && other->admits(token("go")));
}

TEST("tables that do not fit together are refused") {
  const auto refused = [](auto change) {
    AutomatonTables tables = go_gone();
    change(tables);
    try {
      Automaton(vocabulary_of(kTokens), tables, {});
    } catch (const InvalidArgument&) {
      return true;
    }
    return false;
  };
  EXPECT(!refused([](AutomatonTables&) {}));
  EXPECT(refused([](AutomatonTables& t) { t.arcs[0].next = 9; }));
  EXPECT(refused([](AutomatonTables& t) { t.words = {"gone", "go"}; }));
  EXPECT(refused([](AutomatonTables& t) { t.lexer.pop_back(); }));
  EXPECT(refused([](AutomatonTables& t) { t.state_arcs.back() = 5; }));
  EXPECT(refused([](AutomatonTables& t) { t.lexer[0] = 40; }));
}
