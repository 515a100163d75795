#include "generate/automaton_scope.h"

#include <algorithm>

namespace sqltune {
namespace {

/// A search that has not ended after so many steps counts as without a solution: less is admitted then, never too much.
constexpr int kSteps = 4000;
constexpr size_t kMemo = 1 << 16;

void mix(uint64_t& hash, uint64_t value) {
  hash ^= value + 0x9e3779b97f4a7c15ULL + (hash << 6) + (hash >> 2);
  hash *= 0xff51afd7ed558ccdULL;
  hash ^= hash >> 29;
}

}  // namespace

/// Looks for sources that bring all uses together: first a provider for each name that is used and not yet given, then
/// providers for what is still without one.
struct ScopeSolver::Search {
  struct Group {
    int16_t name;
    std::vector<int16_t> members;
    int fixed = -1;  // the provider whose own name this is
  };
  const AutomatonTables& tables;
  std::vector<int16_t> loose;  // unqualified members, 64 at most
  uint64_t optional = 0, given = 0;
  std::vector<Group> groups;
  int room = 0, steps = 0;
  int missing_width = -1;  // -1: any

  uint64_t loose_of(int provider) const {
    uint64_t mask = 0;
    for (size_t i = 0; i < loose.size(); i++) {
      if (tables.providers[provider][loose[i]]) mask |= 1ULL << i;
    }
    return mask;
  }

  bool group(size_t at, uint64_t now, int used, int width) {
    if (at == groups.size()) return rest(now, used, width);
    if (used >= room) return false;
    const Group& next = groups[at];
    for (int p = 0; p < static_cast<int>(tables.providers.size()); p++) {
      if (next.fixed >= 0 && p != next.fixed) continue;
      if (!take(p, now, width)) continue;
      const auto& has = tables.providers[p];
      if (!std::all_of(next.members.begin(), next.members.end(), [&](int m) { return has[m]; })) continue;
      if (++steps > kSteps) return false;
      if (group(at + 1, now | loose_of(p), used + 1, width - tables.provider_widths[p])) return true;
    }
    return false;
  }

  bool rest(uint64_t now, int used, int width) {
    const uint64_t all = loose.size() == 64 ? ~0ULL : (1ULL << loose.size()) - 1;
    const uint64_t open = all & ~now & ~optional;
    if (open == 0 && (missing_width < 0 || width == 0)) return true;
    if (used >= room) return false;
    const auto try_provider = [&](int p) {
      if (!take(p, now, width) || ++steps > kSteps) return false;
      return rest(now | loose_of(p), used + 1, width - tables.provider_widths[p]);
    };
    if (open != 0) {
      const auto& candidates = tables.member_providers[loose[__builtin_ctzll(open)]];
      return std::any_of(candidates.begin(), candidates.end(), try_provider);
    }
    for (int p = 0; p < static_cast<int>(tables.providers.size()); p++) {
      if (try_provider(p)) return true;
    }
    return false;
  }

  /// Not one that gives what is given already, nor one too wide.
  bool take(int p, uint64_t now, int width) const {
    return (loose_of(p) & now) == 0 && (missing_width < 0 || tables.provider_widths[p] <= width);
  }
};

bool ScopeSolver::provides(const Frame& frame, const Source& source, int member) const {
  if (member < 0) return false;
  return source.provider >= 0 ? tables_.providers[source.provider][member]
                              : source.provider == Source::kNested && frame.nested[member];
}

int ScopeSolver::count(const Frame& frame, int qualifier, int member) const {
  int found = 0;
  for (int i = 0; i < frame.sources; i++) {
    const Source& source = frame.source[i];
    if ((qualifier < 0 || source.name == qualifier) && provides(frame, source, member)) found++;
  }
  return found;
}

bool ScopeSolver::has_source(const Frame& frame, int name) const {
  return std::any_of(frame.source.begin(), frame.source.begin() + frame.sources,
                     [&](const Source& source) { return source.name == name; });
}

int ScopeSolver::sources_width(const Frame& frame) const {
  int width = 0;
  for (int i = 0; i < frame.sources; i++) {
    const int p = frame.source[i].provider;
    width += p >= 0 ? tables_.provider_widths[p] : frame.nested_width;
  }
  return width;
}

bool ScopeSolver::completable(const Frame& frame) const { return solve(frame, nullptr, nullptr); }
bool ScopeSolver::completable_with(const Frame& frame, const Reference& extra) const {
  return solve(frame, &extra, nullptr);
}
bool ScopeSolver::completable_with(const Frame& frame, const Source& extra) const {
  return solve(frame, nullptr, &extra);
}

bool ScopeSolver::can_add(const Frame& frame, int provider) const {
  if (frame.sources >= Frame::kSources) return false;
  const auto fits = [&](int16_t name) { return completable_with(frame, Source{name, static_cast<int16_t>(provider)}); };
  if (fits(Source::kFreshName)) return true;
  for (int i = 0; i < frame.references; i++) {
    const int16_t name = frame.reference[i].qualifier;
    if (name >= 0 && !has_source(frame, name) && fits(name)) return true;
  }
  return false;
}

bool ScopeSolver::can_add_any(const Frame& frame) const {
  if (tables_.open) return frame.sources < Frame::kSources;
  for (int p = 0; p < static_cast<int>(tables_.providers.size()); p++) {
    if (can_add(frame, p)) return true;
  }
  return false;
}

bool ScopeSolver::satisfied(const Frame& frame) const {
  if (tables_.open) return true;
  for (int i = 0; i < frame.references; i++) {
    const Reference& use = frame.reference[i];
    if (use.member < 0) {
      if (!has_source(frame, use.qualifier)) return false;
      continue;
    }
    const int found = count(frame, use.qualifier, use.member);
    if (found > 1 || (found == 0 && !use.optional)) return false;
  }
  return frame.required < 0 || !frame.all || sources_width(frame) == frame.required;
}

bool ScopeSolver::solve(const Frame& frame, const Reference* reference, const Source* source) const {
  if (tables_.open) return true;
  uint64_t key = 1;
  const auto mix_use = [&](const Reference& use) {
    mix(key,
        static_cast<uint64_t>(use.qualifier + 4) << 32 | static_cast<uint64_t>(use.member + 4) << 1 | use.optional);
  };
  const auto mix_source = [&](const Source& s) {
    mix(key, 1ULL << 60 | static_cast<uint64_t>(s.name + 4) << 20 | static_cast<uint64_t>(s.provider + 4));
  };
  for (int i = 0; i < frame.references; i++) mix_use(frame.reference[i]);
  if (reference) mix_use(*reference);
  bool nested = false;
  for (int i = 0; i < frame.sources; i++) {
    mix_source(frame.source[i]);
    nested |= frame.source[i].provider == Source::kNested;
  }
  if (source) {
    mix_source(*source);
    nested |= source->provider == Source::kNested;
  }
  mix(key, frame.all ? frame.required + 2 : 1);
  if (nested) mix(key, std::hash<AutomatonTables::Members>()(frame.nested));
  if (const auto known = memo_.find(key); known != memo_.end()) return known->second;

  const auto found = [&] {
    Search search{tables_, {}, 0, 0, {}, 0, 0, -1};
    Frame all = frame;
    if (source) {
      if (all.sources >= Frame::kSources) return false;
      all.source[all.sources++] = *source;
    }
    const auto add = [&](const Reference& use) {
      if (use.qualifier >= 0 && has_source(all, use.qualifier)) {
        return use.member < 0 || count(all, use.qualifier, use.member) == 1;
      }
      if (use.qualifier >= 0) {
        auto group = std::find_if(search.groups.begin(), search.groups.end(),
                                  [&](const auto& g) { return g.name == use.qualifier; });
        if (group == search.groups.end()) {
          const bool is_static = use.qualifier < static_cast<int>(tables_.words.size());
          search.groups.push_back({use.qualifier, {}, is_static ? tables_.word_providers[use.qualifier] : -1});
          group = search.groups.end() - 1;
        }
        if (use.member >= 0) group->members.push_back(use.member);
        return true;
      }
      const int given = count(all, -1, use.member);
      if (given > 1 || search.loose.size() >= 64) return false;
      const uint64_t bit = 1ULL << search.loose.size();
      search.loose.push_back(use.member);
      if (given == 1) search.given |= bit;
      if (use.optional) search.optional |= bit;
      return true;
    };
    for (int i = 0; i < all.references; i++) {
      if (!add(all.reference[i])) return false;
    }
    if (reference && !add(*reference)) return false;
    search.room = Frame::kSources - all.sources;
    int width = 0;
    if (frame.all && frame.required >= 0) {
      width = frame.required - sources_width(all);
      if (width < 0) return false;
      search.missing_width = 1;
    }
    return search.group(0, search.given, 0, width);
  }();
  if (memo_.size() >= kMemo) memo_.clear();
  memo_.emplace(key, found);
  return found;
}

}  // namespace sqltune
