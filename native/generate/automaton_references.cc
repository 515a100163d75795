#include <algorithm>

#include "generate/automaton_parser.h"

// Where names are looked up: in the frame, among the names of its items, then in the frames around it.

namespace sqltune {
namespace {

int16_t narrow(int value) { return static_cast<int16_t>(value); }

bool noted(const Frame& frame, const Reference& use) {
  const auto end = frame.reference.begin() + frame.references;
  return std::find(frame.reference.begin(), end, use) != end;
}

/// Uses within such a frame are of its own sources alone.
bool is_closed_in(const Frame& frame) { return frame.in_gathering || frame.kind == Frame::kProviding; }

}  // namespace

bool AutomatonParser::function_allowed(const Frame& frame, int function) const {
  if (function < tables.first_gathering_function) return true;
  if (frame.in_gathering) return false;
  return (frame.clause & Frame::kGathers) ||
         ((frame.clause & Frame::kGathersIfGrouped) && (frame.gathering || frame.grouped));
}

bool AutomatonParser::refer(const std::vector<Frame>& frames, const Reference& use, std::vector<Frame>* record) const {
  if (frames.empty() || use.member < 0) return false;
  const Frame& frame = frames.back();
  const int given = scopes.count(frame, use.qualifier, use.member);
  if (!frame.closed) {
    if (noted(frame, use)) return !frame.left_only || given == 1;
    // One that the frames around it give asks for nothing: a source of that name may still come here, or not.
    if (use.qualifier >= 0 && given == 0 && !has_own(frame, use.qualifier) && given_outside(frames, use)) return true;
    if (frame.references >= Frame::kReferences || (frame.left_only && given != 1)) return false;
    if (!record) return scopes.completable_with(frame, use);
    Frame& open = record->back();
    open.reference[open.references++] = use;
    return true;
  }
  if (given != 0) return given == 1;
  const auto is_called_so = [&](const ItemName& item) { return names.member(item.word) == use.member; };
  if (use.qualifier < 0 &&
      std::any_of(frame.item_name.begin(), frame.item_name.begin() + frame.item_names, is_called_so)) {
    return false;  // the name of an item goes first: see names_item
  }
  return !is_closed_in(frame) && refer_outside(frames, use, record);
}

bool AutomatonParser::has_own(const Frame& frame, int qualifier) const {
  return scopes.has_source(frame, qualifier) ||
         std::any_of(frame.reference.begin(), frame.reference.begin() + frame.references,
                     [&](const Reference& use) { return use.qualifier == qualifier; });
}

bool AutomatonParser::given_outside(const std::vector<Frame>& frames, const Reference& use) const {
  const Frame& frame = frames.back();
  if (is_closed_in(frame) || frame.left_only) return false;
  for (int i = static_cast<int>(frames.size()) - 2; i >= 0; i--) {
    if (!frames[i].closed) return false;
    if (use.member < 0 ? scopes.has_source(frames[i], use.qualifier)
                       : scopes.count(frames[i], use.qualifier, use.member) == 1) {
      return true;
    }
    if (is_closed_in(frames[i])) return false;
  }
  return false;
}

bool AutomatonParser::refer_outside(const std::vector<Frame>& frames, const Reference& use,
                                    std::vector<Frame>* record) const {
  for (int i = static_cast<int>(frames.size()) - 2; i >= 0; i--) {
    const Frame& frame = frames[i];
    if (!frame.closed) {
      if (noted(frame, use)) return true;
      if (frame.references >= Frame::kReferences) return false;
      if (!record) return scopes.completable_with(frame, use);
      Frame& open = (*record)[i];
      open.reference[open.references++] = use;
      return true;
    }
    const int given = scopes.count(frame, use.qualifier, use.member);
    if (given != 0) return given == 1;
    for (int n = 0; n < frame.item_names; n++) {
      if (use.qualifier < 0 && names.member(frame.item_name[n].word) == use.member) return false;
    }
    if (is_closed_in(frame)) return false;
  }
  return false;
}

bool AutomatonParser::qualifier_allowed(const std::vector<Frame>& frames, const Lexeme& name) const {
  if (tables.open) return true;
  if (name.word < 0) return false;
  const int statics = static_cast<int>(tables.words.size());
  for (int i = static_cast<int>(frames.size()) - 1; i >= 0; i--) {
    const Frame& frame = frames[i];
    const auto end = frame.source.begin() + frame.sources;
    const auto source = std::find_if(frame.source.begin(), end, [&](const Source& s) { return s.name == name.word; });
    if (source != end) {
      if (source->provider == Source::kNested && frame.nested.none()) return false;
      return frame.closed || frame.references < Frame::kReferences;
    }
    if (!frame.closed) {
      if (i + 1 == static_cast<int>(frames.size()) && !has_own(frame, name.word) &&
          given_outside(frames, Reference{name.word, -1, false})) {
        return true;
      }
      const bool may_come = name.word < statics && ((tables.word_flags[name.word] & AutomatonTables::kShortName) ||
                                                    tables.word_providers[name.word] >= 0);
      return may_come && !frame.left_only && frame.references < Frame::kReferences &&
             scopes.completable_with(frame, Reference{name.word, -1, false});
    }
    if (is_closed_in(frame)) return false;
  }
  return false;
}

bool AutomatonParser::names_item(const Frame& frame, int word) const {
  if (!(frame.clause & Frame::kItemNamesSeen) || frame.in_gathering || !frame.closed || frame.parts > 0 || word < 0) {
    return false;
  }
  if (const int member = names.member(word); member >= 0 && scopes.count(frame, -1, member) != 0) return false;
  bool found = false;
  for (int i = 0; i < frame.item_names; i++) {
    if (frame.item_name[i].word != word) continue;
    if (frame.item_name[i].gathers && !(frame.clause & Frame::kGatheringNamesSeen)) return false;
    found = true;
  }
  return found;
}

bool AutomatonParser::text_allowed(const std::vector<Frame>& frames, int word) const {
  if (word < 0 || frames.empty() || tables.open) return true;
  for (const Frame& frame : frames) {
    for (int i = 0; i < frame.item_names; i++) {
      if (frame.item_name[i].word == word) return false;
    }
  }
  const int member = names.member(word);
  if (member < 0) return true;
  const Frame& frame = frames.back();
  for (size_t i = 0; i + 1 < frames.size(); i++) {
    const int given = frames[i].closed ? scopes.count(frames[i], -1, member) : 2;
    if (given > 1 || (given == 1 && frame.in_gathering)) return false;
  }
  const int given = scopes.count(frame, -1, member);
  if (frame.closed) return given <= 1;
  const Reference use{-1, narrow(member), true};
  if (frame.left_only) return given == 1 && (noted(frame, use) || frame.references < Frame::kReferences);
  return noted(frame, use) || (frame.references < Frame::kReferences && scopes.completable_with(frame, use));
}

bool AutomatonParser::source_name_allowed(const Frame& frame, const Lexeme& name) const {
  if (tables.open) return true;
  if (name.word >= 0 && scopes.has_source(frame, name.word)) return false;
  return scopes.completable_with(frame, Source{name.word >= 0 ? name.word : Source::kFreshName, frame.chosen});
}

bool AutomatonParser::is_expected_name(const Frame& frame, const Lexeme& name) const {
  if (name.word < 0 || name.word >= static_cast<int>(tables.words.size())) return false;
  if (tables.word_flags[name.word] & AutomatonTables::kShortName) return true;
  return std::any_of(frame.reference.begin(), frame.reference.begin() + frame.references,
                     [&](const Reference& use) { return use.qualifier == name.word; });
}

int AutomatonParser::own_name(const Frame& frame) const {
  if (frame.chosen == Source::kNested) return Source::kNameless;
  return frame.chosen >= 0 ? tables.provider_words[frame.chosen] : tables.open ? frame.chosen_word : -1;
}

bool AutomatonParser::list_done(const Frame& frame) const {
  if (frame.required >= 0) return frame.all || frame.width == frame.required;
  return frame.width > 0 || frame.all || frame.all_ofs > 0;
}

void AutomatonParser::close(Frame& frame) const {
  const auto take = [&](const Source& source) {
    const auto& members = source.provider >= 0 ? tables.providers[source.provider] : frame.nested;
    if (frame.parts == 0) {
      frame.output |= members;
    }
    return source.provider >= 0 ? tables.provider_widths[source.provider] : frame.nested_width;
  };
  int width = frame.width;
  for (int i = 0; i < frame.sources && !tables.open; i++) {
    const Source& source = frame.source[i];
    if (frame.all) width += take(source);
    for (int n = 0; n < frame.all_ofs; n++) {
      if (frame.all_of_names[n] == source.name) width += take(source);
    }
  }
  frame.width = narrow(std::max(width, 1));
  if (frame.parts == 0) frame.first_width = frame.width;
  frame.closed = true;
  frame.references = 0;
}

void AutomatonParser::next_part(Frame& frame) const {
  const bool unknown = tables.open && (frame.all || frame.all_ofs > 0);
  if (unknown)
    frame.required = -1;
  else if (frame.required < 0 && frame.parts == 0)
    frame.required = frame.first_width;
  frame.parts++;
  frame.closed = frame.gathering = frame.grouped = frame.all = frame.left_only = false;
  frame.sources = frame.references = frame.item_names = frame.all_ofs = 0;
  frame.width = 0;
  frame.nested.reset();
}

void AutomatonParser::pop(std::vector<Frame>& frames) const {
  const Frame inner = frames.back();
  frames.pop_back();
  if (frames.empty()) return;
  Frame& outer = frames.back();
  if (inner.kind == Frame::kProviding) {
    outer.nested = inner.output;
    outer.nested_width = inner.first_width;
    outer.chosen = Source::kNested;
  } else {
    outer.item_composed = true;
  }
}

}  // namespace sqltune
