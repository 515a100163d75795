#include "generate/automaton_parser.h"

namespace sqltune {

using Arc = AutomatonTables::Arc;

int NewNames::find(std::string_view name) const {
  const auto known = numbers_.find(std::string(name));
  return known == numbers_.end() ? -1 : known->second;
}

int NewNames::add(std::string_view name) {
  if (const int known = find(name); known >= 0) return known;
  if (names_.size() >= kMost) return -1;
  const int number = static_cast<int>(tables_.words.size() + names_.size());
  names_.emplace_back(name);
  numbers_.emplace(names_.back(), number);
  return number;
}

int NewNames::member(int word) const {
  const int statics = static_cast<int>(tables_.words.size());
  if (word < 0) return -1;
  if (word < statics && tables_.word_members[word] >= 0) return tables_.word_members[word];
  // Names that are no member of the tables share the numbers behind those; two names never share one.
  const int number = word < statics ? -1 : tables_.member_count + word - statics;
  return number < AutomatonTables::kMembers ? number : -1;
}

Configuration AutomatonParser::initial() const {
  Configuration at;
  at.state = tables.start;
  return at;
}

std::vector<Configuration> AutomatonParser::closure(Configuration from) const {
  constexpr size_t kLongest = 200;
  std::vector<Configuration> chain;
  chain.push_back(std::move(from));
  while (chain.size() < kLongest) {
    const Configuration& at = chain.back();
    bool moved = false;
    for (int i = tables.state_arcs[at.state]; i < tables.state_arcs[at.state + 1] && !moved; i++) {
      const Arc& arc = tables.arcs[i];
      if (arc.match == AutomatonTables::kReturn) {
        if (at.depth == 0) continue;
        Configuration next = at;
        next.state = next.returns[--next.depth];
        chain.push_back(std::move(next));
        moved = true;
      } else if (arc.match == AutomatonTables::kEmpty) {
        if ((arc.call >= 0 && at.depth >= Configuration::kDepth) || !guards(at, arc, {})) continue;
        Configuration next = follow(at, arc, {});
        chain.push_back(std::move(next));
        moved = true;
      }
    }
    if (!moved) break;
  }
  return chain;
}

bool AutomatonParser::matches(const Arc& arc, const Lexeme& lexeme) const {
  switch (arc.match) {
    case AutomatonTables::kClass:
      return lexeme.kind == arc.argument;
    case AutomatonTables::kKeyword:
      return !lexeme.in_quotes && lexeme.word >= 0 && lexeme.word < static_cast<int>(tables.words.size()) &&
             tables.word_keywords[lexeme.word] == arc.argument;
    case AutomatonTables::kNamed: {
      if (lexeme.word == -1) return false;
      // Read to its end and still unknown: there was no place for it among the names.
      if (lexeme.word == kUnknownWord && lexeme.kind >= 0) return false;
      if (lexeme.in_quotes && !(arc.argument & AutomatonTables::kInQuotes)) return false;
      const int statics = static_cast<int>(tables.words.size());
      if (lexeme.word < 0 || lexeme.word >= statics) {
        // A name that the text brought along may be used; one that is new only where that is allowed.
        return lexeme.word >= 0 || (arc.argument & AutomatonTables::kFresh);
      }
      if (lexeme.in_quotes) return true;
      const int flags = tables.word_flags[lexeme.word];
      if ((arc.argument & AutomatonTables::kBare) && (flags & AutomatonTables::kName)) return true;
      if ((arc.argument & AutomatonTables::kBareProvider) && (flags & AutomatonTables::kProviderName)) return true;
      return (arc.argument & AutomatonTables::kFresh) && !(flags & AutomatonTables::kReserved);
    }
    default:
      return false;
  }
}

bool AutomatonParser::guards(const Configuration& at, const Arc& arc, const Lexeme& lexeme) const {
  for (int i = arc.first_op; i < arc.guard_end; i++) {
    if (!guard(at, tables.ops[i], lexeme)) return false;
  }
  return true;
}

bool AutomatonParser::admits(const Configuration& at, const Arc& arc, const Lexeme& lexeme) const {
  return matches(arc, lexeme) && guards(at, arc, lexeme) && (arc.call < 0 || at.depth < Configuration::kDepth);
}

Configuration AutomatonParser::follow(const Configuration& at, const Arc& arc, const Lexeme& lexeme) const {
  Configuration next = at;
  for (int i = arc.guard_end; i < arc.op_end; i++) effect(next, tables.ops[i], lexeme);
  if (arc.call >= 0) {
    next.returns[next.depth++] = static_cast<int16_t>(arc.next);
    next.state = arc.call;
  } else {
    next.state = arc.next;
  }
  if (arc.match != AutomatonTables::kEmpty) next.lexemes++;
  return next;
}

}  // namespace sqltune
