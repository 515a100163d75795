#pragma once

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sqltune {

/// What an automaton is compiled to: a lexer, a list of words, providers with members, and a grammar of numbered
/// states. A word may name several things at once (a keyword, a member, a provider, a function). The same fields as
/// `AutomatonTables` in src/native/types.ts.
struct AutomatonTables {
  static constexpr int kMembers = 1024;  // with those that a text brings along
  static constexpr int kProviders = 512;
  using Members = std::bitset<kMembers>;

  /// Next state of the lexer by state * 256 + byte: kComplete ends the lexeme before this byte, kRefuse admits no such
  /// byte.
  static constexpr int16_t kComplete = -1, kRefuse = -2;
  std::vector<int16_t> lexer;
  /// Class of the lexeme that may end in a state; -1 where none may.
  std::vector<int32_t> lexer_accept;

  enum ClassKind { kPlain = 0, kWord = 1, kQuoted = 2, kSkipped = 3 };
  std::vector<int32_t> class_kinds;
  int32_t end_class = 0;  // what the end of the text counts as

  /// Words in lower case, sorted by bytes.
  std::vector<std::string> words;
  enum WordFlag {
    kName = 1,          // may stand bare wherever a name may
    kProviderName = 2,  // may stand bare where a provider is named
    kReserved = 4,      // is no new name
    kShortName = 8,     // may be used as a provider's name before one is called so
  };
  std::vector<int32_t> word_flags, word_keywords, word_members, word_providers, word_functions;

  int32_t member_count = 0;
  std::vector<Members> providers;
  std::vector<int32_t> provider_widths;
  std::vector<int32_t> provider_words;
  /// Names are free: none is looked up.
  bool open = false;

  /// Functions whose number is at least this gather rows: only where a clause allows them, and not within each other.
  int32_t first_gathering_function = 0;

  struct Op {
    int32_t code, argument;
  };
  enum Match { kEmpty = 0, kClass = 1, kKeyword = 2, kNamed = 3, kReturn = 4 };
  enum NameFlag { kBare = 1, kBareProvider = 2, kInQuotes = 4, kFresh = 8 };
  struct Arc {
    int32_t match, argument, call, next, first_op, guard_end, op_end;
  };
  std::vector<Arc> arcs;
  std::vector<Op> ops;
  std::vector<int32_t> state_arcs;  // state i has arcs [state_arcs[i], state_arcs[i + 1])
  int32_t start = 0;

  // Made by `prepare`.
  std::vector<uint64_t> reach;  // classes that a lexer state can still become
  uint64_t after_skipped = 0;   // classes that may follow a skipped lexeme
  std::vector<std::vector<int32_t>> member_providers;

  /// Checks the tables and fills what follows from them. Throws InvalidArgument.
  void prepare();
};

/// Codes of guards, which look, and of effects, which change. src/sql/grammar/operations.ts has the same numbers.
enum class Operation : int32_t {
  // guards
  kOperand = 0,
  kFunction,
  kQualifier,
  kMember,
  kQualifiedMember,
  kQualifiedAll,
  kAll,
  kTextOrMember,
  kProvider,
  kSourceName,
  kNoSourceName,
  kNestedSource,
  kMoreSources,
  kFreshName,
  kMoreItems,
  kListDone,
  kNoSources,
  kCanClose,
  kCanNest,
  kDepth,
  kMoreParts,
  kIsCompound,
  kOutputName,
  kPosition,
  kBudget,
  kItemRoom,
  kPlainItem,
  // effects
  kFirstEffect = 64,
  kPush = 64,
  kPop,
  kRemember,
  kRefer,
  kReferQualified,
  kTakeAllOf,
  kTakeAll,
  kReferText,
  kItemStart,
  kItemEnd,
  kItemPlain,
  kItemName,
  kChooseProvider,
  kNameSource,
  kPlainSource,
  kClose,
  kClause,
  kNextPart,
  kEnterGathering,
  kLeaveGathering,
  kCompose,
  kOuterJoin,
  kSpend,
  kGrouped,
};

}  // namespace sqltune
