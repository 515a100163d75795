#include "generate/automaton_reader.h"

#include <algorithm>

namespace sqltune {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_plain(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

/// Letters, digits and _, no digit first: what a new name is made of where no quotes stand around it.
bool is_plain_name(std::string_view name) {
  return !name.empty() && (name[0] < '0' || name[0] > '9') && std::all_of(name.begin(), name.end(), is_plain);
}

/// What can stand between quotes of any kind.
bool is_quotable(char c) {
  return static_cast<uint8_t>(c) >= 0x20 && std::string_view("\"'`[]").find(c) == std::string_view::npos;
}

bool is_quotable_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), is_quotable);
}

}  // namespace

const std::vector<Configuration>& Boundary::chain() {
  if (chain_.empty()) chain_ = parser_.closure(start_);
  return chain_;
}

const AutomatonTables::Arc* Boundary::find(const Lexeme& lexeme, const Configuration** at) {
  const AutomatonTables& tables = parser_.tables;
  for (const Configuration& configuration : chain()) {
    for (int i = tables.state_arcs[configuration.state]; i < tables.state_arcs[configuration.state + 1]; i++) {
      const auto& arc = tables.arcs[i];
      if (arc.match == AutomatonTables::kEmpty || arc.match == AutomatonTables::kReturn) continue;
      if (parser_.admits(configuration, arc, lexeme)) {
        *at = &configuration;
        return &arc;
      }
    }
  }
  return nullptr;
}

bool Boundary::admits(const Lexeme& lexeme) {
  const Configuration* at;
  return find(lexeme, &at) != nullptr;
}

bool Boundary::admits_class(int kind) {
  int8_t& known = classes_[kind];
  if (known == 0) known = admits({static_cast<int16_t>(kind), -1, false}) ? 1 : -1;
  return known > 0;
}

bool Boundary::admits_word(int word, bool in_quotes) {
  const size_t statics = parser_.tables.words.size();
  if (word >= static_cast<int>(statics)) return admits({-1, static_cast<int16_t>(word), in_quotes});
  auto& words = words_[in_quotes];
  if (words.empty()) words.assign(statics, 0);
  if (words[word] == 0) words[word] = admits({-1, static_cast<int16_t>(word), in_quotes}) ? 1 : -1;
  return words[word] > 0;
}

bool Boundary::admits_new(bool in_quotes) {
  int8_t& known = new_names_[in_quotes];
  if (known == 0) known = admits({-1, AutomatonParser::kUnknownWord, in_quotes}) ? 1 : -1;
  return known > 0;
}

bool Boundary::admits_skipped() {
  if (skipped_ == 0) {
    const auto& tables = parser_.tables;
    const int known = static_cast<int>(tables.words.size() + parser_.names.names().size());
    const auto any_name = [&](bool in_quotes) {
      if (admits_new(in_quotes)) return true;
      for (int word = 0; word < known; word++) {
        if (admits_word(word, in_quotes)) return true;
      }
      return false;
    };
    skipped_ = -1;
    // The first words and marks that are found say yes: what is most often there is asked first.
    for (const bool names : {false, true}) {
      for (uint64_t rest = tables.after_skipped; rest != 0 && skipped_ < 0; rest &= rest - 1) {
        const int kind = __builtin_ctzll(rest);
        const bool is_name =
            tables.class_kinds[kind] == AutomatonTables::kWord || tables.class_kinds[kind] == AutomatonTables::kQuoted;
        if (tables.class_kinds[kind] == AutomatonTables::kSkipped || (is_name && !names)) continue;
        if (names ? is_name && any_name(tables.class_kinds[kind] == AutomatonTables::kQuoted) : admits_class(kind))
          skipped_ = 1;
      }
    }
  }
  return skipped_ > 0;
}

Boundary* Boundary::next(const Lexeme& lexeme) {
  const uint64_t key =
      static_cast<uint64_t>(lexeme.kind + 1) << 32 | static_cast<uint64_t>(lexeme.word + 4) << 1 | lexeme.in_quotes;
  const auto known = next_.find(key);
  if (known != next_.end()) return known->second.get();
  const Configuration* at;
  const auto* arc = find(lexeme, &at);
  std::unique_ptr<Boundary> after;
  if (arc) {
    after = std::make_unique<Boundary>(parser_, parser_.follow(*at, *arc, lexeme));
    after->parent_ = this;
    after->key_ = key;
  }
  return (next_[key] = std::move(after)).get();
}

std::unique_ptr<Boundary> Boundary::detach() {
  if (!parent_) return nullptr;
  std::unique_ptr<Boundary> self = std::move(parent_->next_[key_]);
  parent_ = nullptr;
  return self;
}

Reading AutomatonReader::begin(Boundary* at) const {
  Reading reading;
  reading.at = at;
  return reading;
}

bool AutomatonReader::read(Reading& reading, const std::string& text, int position, int said) const {
  const AutomatonTables& tables = parser_.tables;
  const auto byte = static_cast<uint8_t>(text[position]);
  int next = tables.lexer[reading.state * 256 + byte];
  if (next == AutomatonTables::kComplete) {
    Boundary* after = complete(reading, text, position, said);
    if (!after) return false;
    reading = begin(after);
    reading.start = position;
    next = tables.lexer[byte];
  }
  if (next < 0) return false;
  const bool same = next == reading.state;
  reading.state = next;
  const int kind = tables.reach[next] ? tables.class_kinds[__builtin_ctzll(tables.reach[next])] : -1;
  return kind >= 0 && ((same && kind == AutomatonTables::kPlain) || viable(reading, text, position, said));
}

Lexeme AutomatonReader::lexeme(const Reading& reading, const std::string& text, int end, int said) const {
  const AutomatonTables& tables = parser_.tables;
  Lexeme lexeme;
  lexeme.kind = static_cast<int16_t>(tables.lexer_accept[reading.state]);
  const int kind = tables.class_kinds[lexeme.kind];
  if (kind != AutomatonTables::kWord && kind != AutomatonTables::kQuoted) return lexeme;
  lexeme.in_quotes = kind == AutomatonTables::kQuoted;
  std::string name = lexeme.in_quotes ? text.substr(reading.start + 1, end - reading.start - 2)
                                      : text.substr(reading.start, end - reading.start);
  std::transform(name.begin(), name.end(), name.begin(), lower);
  const auto found = std::lower_bound(tables.words.begin(), tables.words.end(), name);
  if (found != tables.words.end() && *found == name) {
    lexeme.word = static_cast<int16_t>(found - tables.words.begin());
  } else if (const int known = parser_.names.find(name); known >= 0) {
    lexeme.word = static_cast<int16_t>(known);
  } else {
    const bool at_border = end - (lexeme.in_quotes ? 1 : 0) == said;
    const bool may_be_new = at_border && (lexeme.in_quotes ? is_quotable_name(name) : is_plain_name(name)) &&
                            reading.at->admits_new(lexeme.in_quotes);
    const int number = may_be_new ? parser_.names.add(name) : -1;
    lexeme.word = number >= 0 ? static_cast<int16_t>(number) : AutomatonParser::kUnknownWord;
  }
  if (!lexeme.in_quotes) lexeme.kind = -1;
  return lexeme;
}

Boundary* AutomatonReader::complete(const Reading& reading, const std::string& text, int end, int said) const {
  const AutomatonTables& tables = parser_.tables;
  if (reading.state == 0) return reading.at;
  const int kind = tables.lexer_accept[reading.state];
  if (kind < 0) return nullptr;
  if (tables.class_kinds[kind] == AutomatonTables::kSkipped) return reading.at;
  const Lexeme read = lexeme(reading, text, end, said);
  if (read.word == AutomatonParser::kUnknownWord && !read.in_quotes) return nullptr;
  return reading.at->next(read);
}

bool AutomatonReader::any_word(const Reading& reading, bool in_quotes) const {
  for (int word = reading.low; word < reading.high; word++) {
    if (reading.at->admits_word(word, in_quotes)) return true;
  }
  return false;
}

bool AutomatonReader::any_brought(const Reading& reading, std::string_view prefix, bool in_quotes) const {
  const auto& names = parser_.names.names();
  const int statics = static_cast<int>(parser_.tables.words.size());
  for (size_t i = 0; i < names.size(); i++) {
    const bool begins = names[i].size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), names[i].begin(),
                                                                       [](char a, char b) { return lower(a) == b; });
    if (begins && (in_quotes || is_plain_name(names[i])) &&
        reading.at->admits_word(statics + static_cast<int>(i), in_quotes))
      return true;
  }
  return false;
}

bool AutomatonReader::viable(Reading& reading, const std::string& text, int position, int said) const {
  const AutomatonTables& tables = parser_.tables;
  uint64_t classes = tables.reach[reading.state];
  const int first = __builtin_ctzll(classes);
  const int kind = tables.class_kinds[first];
  if (kind == AutomatonTables::kSkipped) return reading.at->admits_skipped();
  if (kind == AutomatonTables::kPlain) {
    for (; classes != 0; classes &= classes - 1) {
      if (reading.at->admits_class(__builtin_ctzll(classes))) return true;
    }
    return false;
  }
  const bool in_quotes = kind == AutomatonTables::kQuoted;
  const int offset = position - reading.start - (in_quotes ? 1 : 0);
  if (offset <= 0) {
    reading.low = 0;
    reading.high = static_cast<int32_t>(tables.words.size());
    if (offset < 0) {
      return reading.at->admits_class(first) || reading.at->admits_new(true) || any_word(reading, true) ||
             any_brought(reading, {}, true);
    }
  }
  if (in_quotes && tables.lexer_accept[reading.state] >= 0)
    return complete(reading, text, position + 1, said) != nullptr;
  const auto byte = static_cast<uint8_t>(lower(text[position]));
  // Words before `low` that are as short as the lexeme was do not go on: they come first among those that begin so.
  while (reading.low < reading.high && static_cast<int>(tables.words[reading.low].size()) <= offset) reading.low++;
  const auto words = tables.words.begin();
  const auto byte_at = [&](const std::string& word) { return static_cast<uint8_t>(word[offset]); };
  const auto low =
      std::partition_point(words + reading.low, words + reading.high, [&](const auto& w) { return byte_at(w) < byte; });
  const auto high = std::partition_point(low, words + reading.high, [&](const auto& w) { return byte_at(w) <= byte; });
  reading.low = static_cast<int32_t>(low - words);
  reading.high = static_cast<int32_t>(high - words);
  if (in_quotes && reading.at->admits_class(first)) return true;
  const bool goes_on = offset == 0 || reading.new_name;
  reading.new_name = goes_on &&
                     (in_quotes ? is_quotable(text[position])
                                : (is_plain(text[position]) && (offset > 0 || byte < '0' || byte > '9'))) &&
                     reading.at->admits_new(in_quotes);
  if (reading.new_name) return true;
  const int begin = reading.start + (in_quotes ? 1 : 0);
  return any_word(reading, in_quotes) ||
         any_brought(reading, std::string_view(text).substr(begin, position + 1 - begin), in_quotes);
}

}  // namespace sqltune
