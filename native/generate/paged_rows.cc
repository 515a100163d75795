#include "generate/paged_rows.h"

#include <algorithm>

#include "runtime/machine.h"

namespace sqltune {

namespace {

// Tokens of a pass: enough for products at full speed, few enough that buffers stay small and others wait little.
constexpr int64_t kPassTokens = 2048;

int64_t pages_for(int64_t tokens) { return (tokens + kPageTokens - 1) / kPageTokens; }

}  // namespace

PagedRows::PagedRows(StepModel& model, PrefixCache& prefixes, const DecoderConfig& config)
    : model_(model), prefixes_(prefixes), config_(config) {}

/// One row alone always has room.
bool PagedRows::has_room(const RunningCall& call, size_t row) const {
  if (slots_.empty()) return true;
  const PromptRow& prompt = call.prompts.rows[row];
  int64_t bytes = bytes_of(call, row) + prefix_bytes(static_cast<int64_t>(call.prompts.prefixes[prompt.group].size()));
  const Prefix* before = nullptr;
  for (const auto& slot : slots_) {
    bytes += bytes_of(*slot.row->call, slot.row->row);
    if (slot.prefix && slot.prefix.get() != before) bytes += prefix_bytes(slot.prefix->length());
    before = slot.prefix.get();
  }
  return bytes <= most_bytes_;
}

int64_t PagedRows::bytes_of(const RunningCall& call, size_t row) const {
  const int64_t longest =
      call.prompts.rows[row].length + token_limit(call.call.sampling, call.prompts.whole_length(row), config_);
  return pages_for(longest) * model_.pages()->shape().page_bytes();
}

int64_t PagedRows::prefix_bytes(int64_t tokens) const {
  return pages_for(tokens) * model_.pages()->shape().page_bytes();
}

int64_t PagedRows::add(LiveRow& row) {
  // Half of what is free when the first comes: the other half is for whatever else runs.
  if (slots_.empty()) {
    const auto available = available_memory();
    most_bytes_ = available ? *available / 2 : std::numeric_limits<int64_t>::max();
  }
  Slot slot;
  slot.row = &row;
  int64_t saved = 0;
  if (!row.prefix().empty()) slot.prefix = prefix_of(row, saved);
  slot.own = std::make_unique<Sequence>(model_.pages(), static_cast<int64_t>(row.prefix().size()));
  auto place = slots_.end();
  if (slot.prefix) {
    const auto like =
        std::find_if(slots_.rbegin(), slots_.rend(), [&](const Slot& other) { return other.prefix == slot.prefix; });
    if (like != slots_.rend()) place = like.base();
  }
  slots_.insert(place, std::move(slot));
  return saved;
}

/// The prefix of a new row: one that is in use, one that is kept, or one that is to be computed.
std::shared_ptr<PagedRows::Prefix> PagedRows::prefix_of(LiveRow& row, int64_t& saved) {
  const auto& tokens = row.prefix();
  const std::string& key = row.call->call.sampling.cache_key;
  const auto whole = static_cast<int64_t>(tokens.size());
  const auto is_it = [&](const std::shared_ptr<Prefix>& p) { return p && p->key == key && p->tokens == tokens; };

  // The group's rows before it held on to it.
  const bool first = row.row == 0 || row.call->prompts.rows[row.row - 1].group != row.prompt().group;
  auto prefix = first ? nullptr : std::static_pointer_cast<Prefix>(row.call->kept);
  for (auto slot = slots_.begin(); slot != slots_.end() && !prefix; ++slot) {
    if (is_it(slot->prefix)) prefix = slot->prefix;
  }
  if (prefix) {
    saved = whole;
  } else {
    prefix = std::make_shared<Prefix>();
    prefix->key = key;
    prefix->tokens = tokens;
    auto found = prefixes_.find(key, tokens);
    saved = found.tokens;
    for (const auto& slot : slots_) {
      if (!slot.prefix || slot.prefix->key != key || !slot.prefix->filling) continue;
      const int64_t common = common_tokens(slot.prefix->tokens, tokens);
      if (common <= saved || (common < whole && common < kLeastShared)) continue;
      saved = common;
      prefix->begins_like = slot.prefix;
      prefix->common = common;
    }
    if (found.tokens == whole && found.sequence->length() == whole) {
      prefix->sequence = std::move(found.sequence);
    } else if (!prefix->begins_like) {
      prefix->filling = found.sequence ? std::make_shared<Sequence>(*found.sequence, found.tokens)
                                       : std::make_shared<Sequence>(model_.pages(), 0);
      prefix->sequence = prefix->filling;
      prefix->computed = found.tokens;
    } else {
      prefix->filling = std::make_shared<Sequence>(model_.pages(), 0);
      prefix->sequence = prefix->filling;
    }
  }
  if (first) prefixes_.count(saved > 0);
  row.call->kept = prefix;
  return prefix;
}

void PagedRows::remove(const LiveRow& row) {
  slots_.erase(std::find_if(slots_.begin(), slots_.end(), [&](const Slot& slot) { return slot.row == &row; }));
}

void PagedRows::rest() { model_.pages()->shrink(); }

/// What goes through the model in the next pass.
void PagedRows::plan() {
  segments_.clear();
  speaking_.clear();
  advancing_.clear();
  int64_t budget = kPassTokens;
  const auto wants = [](const LiveRow& row) { return row.sampler ? Wants::kLogits : Wants::kLikeliest; };
  for (auto& slot : slots_) {
    if (slot.prompt_done < slot.row->prompt().length) continue;
    slot.own->grow(1);
    segments_.push_back(
        {slot.own.get(), slot.prefix ? slot.prefix->sequence.get() : nullptr, &slot.row->next, 1, wants(*slot.row)});
    speaking_.push_back(slot.row);
    --budget;
  }
  for (auto& slot : slots_) {
    const PromptRow& prompt = slot.row->prompt();
    if (slot.prompt_done == prompt.length) continue;
    if (budget <= 0) break;
    if (slot.prefix && slot.prefix->filling) {
      budget -= advance(*slot.prefix, budget, slot.prefix->length());
      if (slot.prefix->in_pass) advancing_.push_back(slot.prefix);
      if (slot.prefix->sequence->length() < slot.prefix->length()) continue;
    }
    const int64_t count = std::min(budget, prompt.length - slot.prompt_done);
    if (count == 0) break;
    const bool whole = slot.prompt_done + count == prompt.length;
    slot.own->grow(count);
    segments_.push_back({slot.own.get(), slot.prefix ? slot.prefix->sequence.get() : nullptr,
                         prompt.tokens + slot.prompt_done, count, whole ? wants(*slot.row) : Wants::kNothing});
    if (whole) speaking_.push_back(slot.row);
    slot.prompt_done += count;
    budget -= count;
  }
}

/// Puts more of a prefix into the pass, up to `until` tokens of it; returns what this takes of the budget.
int64_t PagedRows::advance(Prefix& prefix, int64_t budget, int64_t until) {
  if (prefix.in_pass) return 0;
  if (prefix.begins_like) {
    Prefix& other = *prefix.begins_like;
    if (other.computed < prefix.common) {
      // Its own row may have left.
      const int64_t taken = other.filling ? advance(other, budget, prefix.common) : 0;
      if (taken > 0) advancing_.push_back(prefix.begins_like);
      return taken;
    }
    prefix.filling = std::make_shared<Sequence>(*other.sequence, prefix.common);
    prefix.sequence = prefix.filling;
    prefix.computed = prefix.common;
    prefix.begins_like = nullptr;
  }
  const int64_t done = prefix.filling->length();
  const int64_t count = std::min(budget, until - done);
  if (count <= 0) return 0;
  prefix.filling->grow(count);
  prefix.in_pass = true;
  segments_.push_back({prefix.filling.get(), nullptr, prefix.tokens.data() + done, count, Wants::kNothing});
  return count;
}

void PagedRows::run(const std::function<void()>& check, std::vector<SpeakingRow>& speaking) {
  plan();
  model_.run(segments_, check, likeliest_, logits_);
  for (const auto& prefix : advancing_) {
    prefix->in_pass = false;
    prefix->computed = prefix->filling->length();
  }
  for (const auto& slot : slots_) {
    if (!slot.prefix || !slot.prefix->filling || slot.prefix->computed < slot.prefix->length()) continue;
    slot.prefix->filling = nullptr;
    prefixes_.keep(slot.prefix->key, slot.prefix->tokens, slot.prefix->sequence);
  }
  speaking.clear();
  float* logits = logits_.data();
  for (size_t i = 0; i < speaking_.size(); ++i) {
    speaking.push_back({speaking_[i], likeliest_[i], nullptr});
    if (!speaking_[i]->sampler) continue;
    speaking.back().logits = logits;
    logits += config_.vocab_size;
  }
}

std::vector<Likeliest> PagedRows::likeliest_among(const std::vector<int64_t>& places,
                                                  const std::vector<std::vector<uint32_t>>& masks) {
  return model_.likeliest_among(places, masks);
}

}  // namespace sqltune
