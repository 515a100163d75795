#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "generate/automaton_scope.h"
#include "generate/automaton_tables.h"

namespace sqltune {

/// One lexeme, and what it names if it is a word. `word` is beyond the tables' words for a name that the text brought
/// along, -1 for a lexeme that is none.
struct Lexeme {
  int16_t kind = -1;  // its class
  int16_t word = -1;
  bool in_quotes = false;
};

/// Where the grammar stands between two lexemes: a state, the states to return to, and the frames of open queries.
struct Configuration {
  static constexpr int kDepth = 120;
  int32_t state = 0;
  int16_t depth = 0;
  uint16_t spent = 0;  // operators and commas, all in all
  uint32_t lexemes = 0;
  Lexeme remembered;
  std::array<int16_t, kDepth> returns;
  std::vector<Frame> frames;
};

/// Names that the text brings along: they get numbers behind those of the tables' words, and members of their own.
class NewNames {
 public:
  explicit NewNames(const AutomatonTables& tables) : tables_(tables) {}
  /// -1 when there is no such name yet.
  int find(std::string_view name) const;
  /// -1 when there are too many.
  int add(std::string_view name);
  /// Member that a word stands for; -1 for none.
  int member(int word) const;
  const std::vector<std::string>& names() const { return names_; }

 private:
  static constexpr size_t kMost = 8192;
  const AutomatonTables& tables_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, int> numbers_;
};

/// Goes from lexeme to lexeme. Deterministic: a configuration and a lexeme have one successor or none.
class AutomatonParser {
 public:
  explicit AutomatonParser(const AutomatonTables& tables) : tables(tables), names(tables), scopes(tables) {}

  Configuration initial() const;
  /// The configuration and those that follow without a lexeme, in order.
  std::vector<Configuration> closure(Configuration from) const;
  /// Whether the arc admits the lexeme. A name that is not known yet has `word` -2.
  bool admits(const Configuration& at, const AutomatonTables::Arc& arc, const Lexeme& lexeme) const;
  /// The successor by an arc that admits the lexeme.
  Configuration follow(const Configuration& at, const AutomatonTables::Arc& arc, const Lexeme& lexeme) const;

  static constexpr int16_t kUnknownWord = -2;
  const AutomatonTables& tables;
  NewNames names;
  ScopeSolver scopes;

 private:
  bool matches(const AutomatonTables::Arc& arc, const Lexeme& lexeme) const;
  bool guard(const Configuration& at, const AutomatonTables::Op& op, const Lexeme& lexeme) const;
  void effect(Configuration& at, const AutomatonTables::Op& op, const Lexeme& lexeme) const;
  bool guards(const Configuration& at, const AutomatonTables::Arc& arc, const Lexeme& lexeme) const;

  bool function_allowed(const Frame& frame, int function) const;
  /// Whether the member can be used here; `record` also notes the use in the frame where it is still open.
  bool refer(const std::vector<Frame>& frames, const Reference& use, std::vector<Frame>* record) const;
  bool refer_outside(const std::vector<Frame>& frames, const Reference& use, std::vector<Frame>* record) const;
  /// Whether the frame has, or waits for, a source of that name.
  bool has_own(const Frame& frame, int qualifier) const;
  /// Whether a frame around the last one gives the member (-1: has a source of the name), its sources being known.
  bool given_outside(const std::vector<Frame>& frames, const Reference& use) const;
  bool qualifier_allowed(const std::vector<Frame>& frames, const Lexeme& name) const;
  bool names_item(const Frame& frame, int word) const;
  bool text_allowed(const std::vector<Frame>& frames, int word) const;
  bool source_name_allowed(const Frame& frame, const Lexeme& name) const;
  /// Whether the name is one for which no other word has to stand before it.
  bool is_expected_name(const Frame& frame, const Lexeme& name) const;
  int own_name(const Frame& frame) const;
  bool list_done(const Frame& frame) const;
  void close(Frame& frame) const;
  void next_part(Frame& frame) const;
  void pop(std::vector<Frame>& frames) const;
};

}  // namespace sqltune
