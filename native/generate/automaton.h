#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "generate/automaton_tables.h"
#include "generate/token_constraint.h"
#include "generate/token_vocabulary.h"

namespace sqltune {

/// What may be said, over a vocabulary's tokens. It does not change: constraints of many rows read one automaton.
class Automaton final : public ConstraintFactory, public std::enable_shared_from_this<Automaton> {
 public:
  /// `stops` are the tokens that end a text. Throws InvalidArgument where the tables do not fit together.
  Automaton(std::shared_ptr<const TokenVocabulary> vocabulary, AutomatonTables tables, std::vector<int32_t> stops);

  /// A row's own constraint, at the text's beginning.
  std::unique_ptr<TokenConstraint> begin() const override;

  const TokenVocabulary& vocabulary() const { return *vocabulary_; }
  const AutomatonTables& tables() const { return tables_; }
  const std::vector<int32_t>& stops() const { return stops_; }

  /// Tokens with which the lexer stays in one state, and the others: most tokens say nothing new inside a literal.
  struct Staying {
    std::vector<uint32_t> bits;
    TokenTrie leaving;
  };
  /// Null for states that few tokens stay in.
  const Staying* staying(int lexer_state) const { return staying_[lexer_state].get(); }
  /// Memory, that of the vocabulary left out.
  size_t bytes() const;

 private:
  std::shared_ptr<const TokenVocabulary> vocabulary_;
  AutomatonTables tables_;
  std::vector<int32_t> stops_;
  std::vector<std::unique_ptr<Staying>> staying_;
};

}  // namespace sqltune
