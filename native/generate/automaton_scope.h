#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "generate/automaton_tables.h"

namespace sqltune {

/// A use of a member: of the provider called `qualifier`, or (-1) of the one provider that has it.
struct Reference {
  int16_t qualifier = -1;
  int16_t member = -1;    // -1: of all its members
  bool optional = false;  // one provider or none
  bool operator==(const Reference&) const = default;
};

/// A provider that is part of a frame, under a name.
struct Source {
  static constexpr int16_t kNested = -2, kFreshName = -3, kNameless = -5;
  int16_t name = -1;
  int16_t provider = -1;  // kNested: what a nested query gives
};

/// A named item of a frame's list.
struct ItemName {
  int16_t word = -1;
  bool gathers = false;
};

/// What is known of one query: its items, its sources, and the members it uses before the sources are known.
struct Frame {
  static constexpr int kReferences = 48, kSources = 10, kItemNames = 16;
  enum Kind : uint8_t { kTop = 0, kList = 1, kValue = 2, kTest = 3, kProviding = 4 };
  enum Clause : uint8_t {
    kGathers = 1,
    kGathersIfGrouped = 2,
    kNests = 4,
    kItemNamesSeen = 8,
    kGatheringNamesSeen = 16,
    kItems = 32
  };

  uint8_t kind = kTop, clause = 0, parts = 0;
  bool closed = false, gathering = false, in_gathering = false, grouped = false, left_only = false;
  bool item_gathers = false, item_composed = false, all = false, all_of = false;
  int16_t item_member = -1, item_qualifier = -1;
  int16_t required = -1;    // items that the list must have; -1: any number
  int16_t width = 0;        // items so far, those of * left out
  int16_t first_width = 0;  // of the first part of a compound, * included
  int16_t nested_width = 0;
  int16_t chosen = -1, chosen_word = -1;  // provider that is being named, and the word for it
  uint32_t item_lexemes = 0;              // lexemes before the item
  uint8_t references = 0, sources = 0, item_names = 0;
  std::array<Reference, kReferences> reference;
  std::array<Source, kSources> source;
  std::array<ItemName, kItemNames> item_name;
  AutomatonTables::Members nested;   // members of the nested source
  AutomatonTables::Members output;   // names of the items
  AutomatonTables::Members ordered;  // names by which a compound can be ordered
  std::array<int16_t, 16> all_of_names{};
  uint8_t all_ofs = 0;
};

/// Answers whether a frame's uses and sources can still be brought together; remembers what it found.
class ScopeSolver {
 public:
  explicit ScopeSolver(const AutomatonTables& tables) : tables_(tables) {}

  bool provides(const Frame& frame, const Source& source, int member) const;
  /// Sources of the frame that give the member under the qualifier.
  int count(const Frame& frame, int qualifier, int member) const;
  bool has_source(const Frame& frame, int name) const;
  int sources_width(const Frame& frame) const;

  /// Whether sources can be added (none is allowed too) so that each use has exactly one provider.
  bool completable(const Frame& frame) const;
  bool completable_with(const Frame& frame, const Reference& extra) const;
  bool completable_with(const Frame& frame, const Source& extra) const;
  /// Whether the provider can become the next source under some name.
  bool can_add(const Frame& frame, int provider) const;
  bool can_add_any(const Frame& frame) const;
  /// Whether the sources are complete as they are.
  bool satisfied(const Frame& frame) const;

 private:
  struct Search;
  bool solve(const Frame& frame, const Reference* reference, const Source* source) const;

  const AutomatonTables& tables_;
  mutable std::unordered_map<uint64_t, bool> memo_;
};

}  // namespace sqltune
