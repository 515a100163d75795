#include "generate/automaton_tables.h"

#include <algorithm>

#include "errors.h"

namespace sqltune {
namespace {

void require(bool condition, const std::string& what) {
  if (!condition) throw InvalidArgument("createAutomaton: tables." + what);
}

}  // namespace

void AutomatonTables::prepare() {
  const auto states = lexer_accept.size();
  const auto classes = static_cast<int32_t>(class_kinds.size());
  require(states > 0 && lexer.size() == states * 256, "lexer has not 256 entries for each of lexerAccept");
  require(classes <= 64, "classKinds has more than 64 entries");
  require(end_class >= 0 && end_class < classes, "endClass is no class");
  for (int16_t next : lexer) {
    require(next >= kRefuse && next < static_cast<int>(states), "lexer names a state that is not there");
  }
  for (int32_t accept : lexer_accept) require(accept >= -1 && accept < classes, "lexerAccept names no class");
  require(std::is_sorted(words.begin(), words.end()), "words are not sorted by their bytes");
  require(words.size() < 20000, "words are more than 20000");
  for (const auto* list : {&word_flags, &word_keywords, &word_members, &word_providers, &word_functions}) {
    require(list->size() == words.size(), "words and what they stand for differ in number");
  }
  require(member_count >= 0 && member_count <= kMembers - 64, "memberCount is beyond what is supported");
  require(providers.size() <= kProviders && provider_widths.size() == providers.size() &&
              provider_words.size() == providers.size(),
          "providers are too many, or described by lists of different lengths");
  const auto grammar_states = static_cast<int32_t>(state_arcs.size()) - 1;
  require(grammar_states > 0 && state_arcs.front() == 0 && state_arcs.back() == static_cast<int32_t>(arcs.size()) &&
              std::is_sorted(state_arcs.begin(), state_arcs.end()),
          "stateArcs does not part the arcs");
  require(start >= 0 && start < grammar_states, "start is no state");
  for (const Arc& arc : arcs) {
    require(arc.next >= -1 && arc.next < grammar_states && arc.call >= -1 && arc.call < grammar_states,
            "arcs names a state that is not there");
    require(arc.first_op >= 0 && arc.guard_end >= arc.first_op && arc.op_end >= arc.guard_end &&
                arc.op_end <= static_cast<int32_t>(ops.size()),
            "arcs names operations that are not there");
    require(arc.match != kReturn || arc.next == -1, "arcs has a return with a next state");
    require(arc.match != kClass || (arc.argument >= 0 && arc.argument < classes), "arcs names no class");
  }
  for (size_t i = 0; i < words.size(); i++) {
    require(word_members[i] >= -1 && word_members[i] < member_count, "wordMembers names no member");
    require(word_providers[i] >= -1 && word_providers[i] < static_cast<int>(providers.size()),
            "wordProviders names no provider");
  }

  reach.assign(states, 0);
  for (size_t s = 0; s < states; s++) {
    if (lexer_accept[s] >= 0) reach[s] |= 1ULL << lexer_accept[s];
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t s = 0; s < states; s++) {
      uint64_t all = reach[s];
      for (int b = 0; b < 256; b++) {
        if (lexer[s * 256 + b] >= 0) all |= reach[lexer[s * 256 + b]];
      }
      changed |= all != reach[s];
      reach[s] = all;
    }
  }
  after_skipped = 1ULL << end_class;
  for (size_t s = 0; s < states; s++) {
    if (lexer_accept[s] < 0 || class_kinds[lexer_accept[s]] != kSkipped) continue;
    for (int b = 0; b < 256; b++) {
      if (lexer[s * 256 + b] == kComplete && lexer[b] >= 0) after_skipped |= reach[lexer[b]];
    }
  }
  member_providers.assign(kMembers, {});
  for (size_t p = 0; p < providers.size(); p++) {
    for (int m = 0; m < member_count; m++) {
      if (providers[p][m]) member_providers[m].push_back(static_cast<int32_t>(p));
    }
  }
}

}  // namespace sqltune
