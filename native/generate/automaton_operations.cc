#include <algorithm>

#include "generate/automaton_parser.h"

// What the guards and effects of the tables mean.

namespace sqltune {
namespace {

constexpr int kBudget = 700;  // operators and commas in a text
constexpr int kDeepest = 60;  // open states where one more bracket may open; the rest is for what stands within
constexpr int kFrames = 6;
constexpr int kParts = 8;
constexpr int kItems = 100;

bool sees(const Frame& frame, Frame::Clause what) { return frame.clause & what; }

int16_t narrow(int value) { return static_cast<int16_t>(value); }

}  // namespace

bool AutomatonParser::guard(const Configuration& at, const AutomatonTables::Op& op, const Lexeme& lexeme) const {
  const bool any_frame = !at.frames.empty();
  static const Frame kNone{};
  const Frame& frame = any_frame ? at.frames.back() : kNone;
  const int statics = static_cast<int>(tables.words.size());
  const auto function_of = [&](const Lexeme& l) {
    return !l.in_quotes && l.word >= 0 && l.word < statics ? tables.word_functions[l.word] : -1;
  };
  const auto member_use = [&](const Lexeme& l) { return Reference{-1, narrow(names.member(l.word)), false}; };
  switch (static_cast<Operation>(op.code)) {
    case Operation::kOperand: {
      const int function = function_of(lexeme);
      if (function >= 0 && function_allowed(frame, function) && at.depth <= kDeepest) return true;
      return tables.open || refer(at.frames, member_use(lexeme), nullptr) || names_item(frame, lexeme.word) ||
             qualifier_allowed(at.frames, lexeme);
    }
    case Operation::kFunction:
      return function_of(at.remembered) == op.argument && function_allowed(frame, op.argument) && at.depth <= kDeepest;
    case Operation::kQualifier:
      return qualifier_allowed(at.frames, at.remembered);
    case Operation::kMember:
      if (tables.open) return true;
      return refer(at.frames, member_use(at.remembered), nullptr) || names_item(frame, at.remembered.word);
    case Operation::kQualifiedMember:
      return tables.open || refer(at.frames, {at.remembered.word, narrow(names.member(lexeme.word)), false}, nullptr);
    case Operation::kQualifiedAll:
      // Only as a whole item, and of a source of this very query.
      return sees(frame, Frame::kItems) && at.lexemes - frame.item_lexemes == 2 && frame.required < 0 &&
             frame.all_ofs < frame.all_of_names.size() &&
             (tables.open || (frame.references < Frame::kReferences &&
                              scopes.completable_with(frame, Reference{at.remembered.word, -1, false})));
    case Operation::kAll: {
      if (frame.all || frame.in_gathering || (frame.required >= 0 && frame.width > 0)) return false;
      if (frame.required < 0 || tables.open) return true;
      Frame with = frame;
      with.all = true;
      return scopes.completable(with);
    }
    case Operation::kTextOrMember:
      if (op.argument == 0) return text_allowed(at.frames, at.remembered.word);
      return text_allowed(at.frames, lexeme.word) || qualifier_allowed(at.frames, lexeme);
    case Operation::kProvider: {
      if (tables.open) return true;
      const int provider = lexeme.word >= 0 && lexeme.word < statics ? tables.word_providers[lexeme.word] : -1;
      return provider >= 0 && scopes.can_add(frame, provider);
    }
    case Operation::kSourceName:
      return (op.argument == 0 || is_expected_name(frame, lexeme)) && source_name_allowed(frame, lexeme);
    case Operation::kNoSourceName:
      return tables.open || (own_name(frame) != -1 && !scopes.has_source(frame, own_name(frame)) &&
                             scopes.completable_with(frame, Source{narrow(own_name(frame)), frame.chosen}));
    case Operation::kNestedSource: {
      if (frame.sources > 0 || (frame.all && frame.required >= 0)) return false;
      const auto* first = frame.reference.begin();
      const auto loose =
          std::count_if(first, first + frame.references, [](const Reference& use) { return use.qualifier < 0; });
      return static_cast<int>(at.frames.size()) < kFrames && at.depth <= kDeepest &&
             (loose == 0 || (loose == 1 && frame.references == 1));
    }
    case Operation::kMoreSources:
      return scopes.can_add_any(frame);
    case Operation::kFreshName:
      return frame.item_names < Frame::kItemNames;
    case Operation::kMoreItems:
      return (frame.required < 0 || (frame.width < frame.required && !frame.all)) && frame.width < kItems &&
             (frame.required >= 0 || at.spent < kBudget);
    case Operation::kItemRoom:
      return frame.required < 0 || (frame.width < frame.required && !frame.all);
    case Operation::kListDone:
      return list_done(frame);
    case Operation::kNoSources:
      return list_done(frame) && frame.references == 0 && !frame.all && frame.all_ofs == 0;
    case Operation::kCanClose:
      return scopes.satisfied(frame);
    case Operation::kCanNest:
      return sees(frame, Frame::kNests) && !frame.in_gathering && static_cast<int>(at.frames.size()) < kFrames &&
             at.depth <= kDeepest;
    case Operation::kDepth:
      return at.depth <= kDeepest;
    case Operation::kMoreParts:
      return frame.parts < kParts && (frame.required < 0 || frame.required <= kItems);
    case Operation::kIsCompound:
      return (frame.parts > 0) == (op.argument != 0);
    case Operation::kOutputName: {
      const int member = names.member(lexeme.word);
      return tables.open || (member >= 0 && frame.ordered[member]);
    }
    case Operation::kPosition:
      return op.argument <= (frame.parts > 0 && frame.required >= 0 ? frame.required : frame.width);
    case Operation::kBudget:
      return at.spent < kBudget;
    case Operation::kPlainItem:
      // The name of such an item cannot be told, and what the nested query gives must be known.
      return !(frame.kind == Frame::kProviding && sees(frame, Frame::kItems));
    default:
      return false;
  }
}

void AutomatonParser::effect(Configuration& at, const AutomatonTables::Op& op, const Lexeme& lexeme) const {
  const auto code = static_cast<Operation>(op.code);
  if (code == Operation::kPush) {
    Frame& frame = at.frames.emplace_back();
    frame.kind = static_cast<uint8_t>(op.argument);
    if (frame.kind == Frame::kList || frame.kind == Frame::kValue) frame.required = 1;
    return;
  }
  if (code == Operation::kRemember) {
    at.remembered = lexeme;
    return;
  }
  if (code == Operation::kSpend) {
    at.spent++;
    return;
  }
  if (at.frames.empty()) return;
  Frame& frame = at.frames.back();
  switch (code) {
    case Operation::kPop:
      pop(at.frames);
      break;
    case Operation::kRefer: {
      const Reference use{-1, narrow(names.member(at.remembered.word)), false};
      if (tables.open) break;
      if (refer(at.frames, use, nullptr)) {
        refer(at.frames, use, &at.frames);
        frame.item_member = use.member;
        frame.item_qualifier = -1;
      } else {
        frame.item_composed = true;  // the name of an item
      }
      break;
    }
    case Operation::kReferQualified:
      frame.item_member = narrow(names.member(lexeme.word));
      frame.item_qualifier = at.remembered.word;
      if (!tables.open) refer(at.frames, {at.remembered.word, frame.item_member, false}, &at.frames);
      break;
    case Operation::kTakeAllOf: {
      const Reference use{at.remembered.word, -1, false};
      const auto end = frame.reference.begin() + frame.references;
      if (!tables.open && std::find(frame.reference.begin(), end, use) == end)
        frame.reference[frame.references++] = use;
      frame.all_of_names[frame.all_ofs++] = at.remembered.word;
      break;
    }
    case Operation::kTakeAll:
      frame.all = true;
      break;
    case Operation::kReferText: {
      frame.item_composed = true;
      const int member = names.member(at.remembered.word);
      if (member >= 0 && !frame.closed && !tables.open) {
        const Reference use{-1, narrow(member), true};
        const auto end = frame.reference.begin() + frame.references;
        if (std::find(frame.reference.begin(), end, use) == end) frame.reference[frame.references++] = use;
      }
      break;
    }
    case Operation::kItemStart:
      frame.item_lexemes = at.lexemes;
      frame.item_member = frame.item_qualifier = -1;
      frame.item_composed = frame.item_gathers = false;
      break;
    case Operation::kItemEnd:
      frame.width++;
      break;
    case Operation::kItemPlain:
      if (frame.item_member >= 0 && !frame.item_composed && frame.parts == 0) {
        frame.output.set(frame.item_member);
        if (frame.item_qualifier < 0) frame.ordered.set(frame.item_member);
      }
      break;
    case Operation::kItemName: {
      const int member = names.member(lexeme.word);
      if (member >= 0 && frame.parts == 0) {
        frame.output.set(member);
        frame.ordered.set(member);
      }
      if (frame.item_names < Frame::kItemNames) frame.item_name[frame.item_names++] = {lexeme.word, frame.item_gathers};
      break;
    }
    case Operation::kChooseProvider:
      frame.chosen = op.argument != 0 ? Source::kNested
                     : lexeme.word >= 0 && lexeme.word < static_cast<int>(tables.words.size())
                         ? narrow(tables.word_providers[lexeme.word])
                         : narrow(-1);
      frame.chosen_word = lexeme.word;
      break;
    case Operation::kNameSource:
      frame.source[frame.sources++] = {lexeme.word, frame.chosen};
      break;
    case Operation::kPlainSource:
      frame.source[frame.sources++] = {narrow(own_name(frame)), frame.chosen};
      break;
    case Operation::kClose:
      close(frame);
      break;
    case Operation::kClause:
      frame.clause = static_cast<uint8_t>(op.argument);
      break;
    case Operation::kNextPart:
      next_part(frame);
      break;
    case Operation::kEnterGathering:
      frame.in_gathering = true;
      break;
    case Operation::kLeaveGathering:
      frame.in_gathering = false;
      if (sees(frame, Frame::kItems)) frame.gathering = frame.item_gathers = true;
      break;
    case Operation::kCompose:
      frame.item_composed = true;
      break;
    case Operation::kOuterJoin:
      frame.left_only = op.argument != 0;
      break;
    case Operation::kGrouped:
      frame.grouped = true;
      break;
    default:
      break;
  }
}

}  // namespace sqltune
