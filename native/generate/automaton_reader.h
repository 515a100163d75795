#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "generate/automaton_parser.h"

namespace sqltune {

/// A place between two lexemes, and what was found out about it. Successors are kept: a token that is tried, refused or
/// accepted goes through the same places.
class Boundary {
 public:
  Boundary(AutomatonParser& parser, Configuration at) : parser_(parser), start_(std::move(at)) {}

  /// Whether a lexeme of this class, which is no name, may come.
  bool admits_class(int kind);
  /// Whether a word of the tables may come.
  bool admits_word(int word, bool in_quotes);
  /// Whether a name that was never seen may come.
  bool admits_new(bool in_quotes);
  /// Whether anything may come that a skipped lexeme may stand before.
  bool admits_skipped();
  bool admits(const Lexeme& lexeme);
  /// Null where it may not come.
  Boundary* next(const Lexeme& lexeme);
  /// Takes the place out of the tree that it stands in; null for a root.
  std::unique_ptr<Boundary> detach();

 private:
  const std::vector<Configuration>& chain();
  const AutomatonTables::Arc* find(const Lexeme& lexeme, const Configuration** at);

  AutomatonParser& parser_;
  Configuration start_;
  Boundary* parent_ = nullptr;
  uint64_t key_ = 0;
  std::vector<Configuration> chain_;
  std::array<int8_t, 64> classes_{};  // 0: not known yet, 1: admitted, -1: not
  std::array<int8_t, 2> new_names_{};
  int8_t skipped_ = 0;
  std::array<std::vector<int8_t>, 2> words_;
  std::map<uint64_t, std::unique_ptr<Boundary>> next_;
};

/// Reads bytes: a state of the lexer, the bytes of the lexeme so far, and the place where it began. Small, since a walk
/// over the vocabulary keeps one for each byte of the path.
struct Reading {
  Boundary* at = nullptr;
  int32_t state = 0;
  int32_t start = 0;          // of the lexeme, in the text that the bytes are part of
  int32_t low = 0, high = 0;  // words that begin as the lexeme does
  bool new_name = false;      // it is the beginning of a name that may be new
};

class AutomatonReader {
 public:
  explicit AutomatonReader(AutomatonParser& parser) : parser_(parser) {}

  Reading begin(Boundary* at) const;
  /// Reads the byte text[position]; text holds all bytes from the lexeme's first on. False where it is not admitted.
  /// The first `said` bytes are those of accepted tokens: a name that is new ends at the border of a token, so that
  /// those of tokens that are only tried need not be kept.
  bool read(Reading& reading, const std::string& text, int position, int said) const;
  /// The place after the lexeme, when it ends before `end`; null when it may not end there.
  Boundary* complete(const Reading& reading, const std::string& text, int end, int said) const;

 private:
  bool viable(Reading& reading, const std::string& text, int position, int said) const;
  bool any_word(const Reading& reading, bool in_quotes) const;
  bool any_brought(const Reading& reading, std::string_view prefix, bool in_quotes) const;
  Lexeme lexeme(const Reading& reading, const std::string& text, int end, int said) const;

  AutomatonParser& parser_;
};

}  // namespace sqltune
