#include "generate/prefix_cache.h"

#include "check.h"
#include "generation_batches.h"

using namespace sqltune;
using namespace sqltune::test;

namespace {

const AbortFlag kNoAbort;
const PageShape kShape{1, 1, 16, 4};

std::vector<int64_t> counting(int64_t from, int64_t count) {
  std::vector<int64_t> out;
  for (int64_t i = 0; i < count; ++i) out.push_back((from + i) % 61);
  return out;
}

std::shared_ptr<Sequence> sequence_of(const std::shared_ptr<PagePool>& pool, int64_t tokens) {
  auto sequence = std::make_shared<Sequence>(pool, 0);
  sequence->grow(tokens);
  return sequence;
}

/// A session whose kernels keep prefixes; skips where there are none.
std::unique_ptr<Session> caching_session() {
  auto session = std::make_unique<Session>(kernel_model("llama", "float32"));
  SamplingSpec sampling;
  sampling.max_new_tokens = 1;
  session->generate(batch_of({2}, {1}, {1}), sampling, nullptr, kNoAbort);
  if (session->prefix_cache().entries == 0) SKIP("no kernels here, or SQLTUNE_WITHOUT names them");
  return session;
}

std::vector<int64_t> joined(std::vector<int64_t> a, const std::vector<int64_t>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace

TEST("prefix cache: the longest beginning is found, of its key alone") {
  const auto pool = std::make_shared<PagePool>(kShape);
  PrefixCache cache(int64_t{1} << 30);
  const auto schema = counting(0, 100);
  cache.keep("a", schema, sequence_of(pool, 100));
  cache.keep("a", joined(schema, {60, 60, 60}), sequence_of(pool, 103));
  EXPECT_EQ(cache.find("a", schema).tokens, 100);
  EXPECT_EQ(cache.find("a", joined(schema, {60, 60, 1})).tokens, 102);
  EXPECT_EQ(cache.find("a", counting(0, 50)).tokens, 50);
  EXPECT(cache.find("b", schema).sequence == nullptr);
  EXPECT(cache.find("a", joined(counting(0, 15), {60, 60})).sequence == nullptr);
  EXPECT_EQ(cache.find("a", joined(counting(0, 16), {60, 60})).tokens, 16);
}

TEST("prefix cache: shared pages count once, and the least recently used goes first") {
  const auto pool = std::make_shared<PagePool>(kShape);
  const int64_t page = kShape.page_bytes();
  PrefixCache cache(5 * page);
  const auto schema = counting(0, 130);
  const auto whole = sequence_of(pool, 130);
  cache.keep("", schema, whole);
  EXPECT_EQ(cache.state().bytes, 3 * page);
  const auto longer = std::make_shared<Sequence>(*whole, 130);
  longer->grow(3);
  cache.keep("", joined(schema, {60, 60, 60}), longer);
  EXPECT_EQ(cache.state().bytes, 4 * page);
  cache.keep("", counting(9, 64), sequence_of(pool, 64));
  EXPECT_EQ(cache.state().bytes, 5 * page);
  cache.find("", schema);
  cache.keep("", counting(20, 10), sequence_of(pool, 10));  // the longer one goes; what the schema holds stays
  EXPECT_EQ(cache.state().bytes, 5 * page);
  EXPECT_EQ(cache.state().entries, 3);
  EXPECT_EQ(cache.find("", joined(schema, {60, 60, 60})).tokens, 130);
  cache.set_limit(page);
  cache.trim();
  EXPECT_EQ(cache.state().entries, 0);  // the schema was used last, and is too large
  cache.keep("", schema, whole);
  EXPECT_EQ(cache.state().bytes, 0);
}

TEST("a sequence that goes on from another one has its tokens and leaves it alone") {
  const auto pool = std::make_shared<PagePool>(kShape);
  Sequence first(pool, 0);
  first.grow(70);
  first.keys(0, 0, 0)[5] = 1;
  first.keys(1, 0, 0)[5] = 2;
  {
    Sequence second(first, 66);
    EXPECT(second.keys(0, 0, 0) == std::as_const(first).keys(0, 0, 0));
    EXPECT_EQ(static_cast<int>(second.keys(1, 0, 0)[5]), 2);
    second.keys(1, 0, 0)[5] = 3;
    second.grow(100);
    EXPECT_EQ(second.length(), 166);
  }
  EXPECT_EQ(static_cast<int>(first.keys(0, 0, 0)[5]), 1);
  EXPECT_EQ(static_cast<int>(first.keys(1, 0, 0)[5]), 2);
}

TEST("a prefix that goes on from a kept one gives what it gives when computed whole") {
  const auto session = caching_session();
  const auto schema = counting(3, 150);
  const std::vector<int64_t> question{7, 1, 7, 40, 2};
  SamplingSpec sampling;
  sampling.max_new_tokens = 12;
  session->generate(group_of(schema, {{5, 6}}), sampling, nullptr, kNoAbort);
  const auto before = session->prefix_cache();
  const PackedBatch batch = group_of(joined(schema, question), {{9}, {9}, {10}});
  const auto on = session->generate(batch, sampling, nullptr, kNoAbort);
  const auto after = session->prefix_cache();
  EXPECT_EQ(on[0].cached_tokens, 150);
  EXPECT_EQ(on[1].cached_tokens, 155);  // with the row before it
  EXPECT_EQ(after.hits, before.hits + 1);
  EXPECT_EQ(after.misses, before.misses);
  EXPECT_EQ(after.entries, before.entries + 1);
  sampling.cache_key = "another";
  const auto whole = session->generate(batch, sampling, nullptr, kNoAbort);
  EXPECT_EQ(whole[0].cached_tokens, 0);
  EXPECT_EQ(session->prefix_cache().misses, after.misses + 1);
  for (size_t r = 0; r < whole.size(); ++r) {
    EXPECT(on[r].tokens == whole[r].tokens);
    EXPECT(on[r].probabilities == whole[r].probabilities);
  }
  // A kept one is also cut short.
  sampling.cache_key = "";
  const PackedBatch part = group_of(counting(3, 100), {{9}});
  const auto cut = session->generate(part, sampling, nullptr, kNoAbort);
  EXPECT_EQ(cut[0].cached_tokens, 100);
  sampling.cache_key = "third";
  EXPECT(session->generate(part, sampling, nullptr, kNoAbort)[0].probabilities == cut[0].probabilities);
}

TEST("calls that come together compute their common prefix once") {
  const auto session = caching_session();
  const auto schema = counting(3, 150);
  std::vector<OverlappingCall> calls(4);
  calls[0].batch = group_of(joined(schema, {1, 2, 3}), {{9}});
  calls[1].batch = group_of(joined(schema, {4, 5}), {{9}});
  calls[2].batch = group_of(joined(schema, {1, 2, 3}), {{9}});
  calls[3].batch = group_of(schema, {{9, 8}});
  for (auto& call : calls) call.sampling.max_new_tokens = 5;
  run_overlapping(*session, calls);
  const std::vector<int64_t> cached{0, 150, 153, 150};
  for (size_t i = 0; i < calls.size(); ++i) {
    EXPECT_EQ(calls[i].rows[0].cached_tokens, cached[i]);
    calls[i].sampling.cache_key = "apart";
    EXPECT(session->generate(calls[i].batch, calls[i].sampling, nullptr, kNoAbort)[0].probabilities ==
           calls[i].rows[0].probabilities);
  }
}

TEST("a prefix that another call waits for is computed although its own call is aborted") {
  const auto session = caching_session();
  session->set_prefix_cache_limit(0);
  const auto schema = counting(3, 5000);
  std::vector<OverlappingCall> calls(3);
  calls[0].batch = group_of({}, {{9}});
  calls[1].batch = group_of(joined(schema, {1, 2, 3}), {{9}});
  calls[2].batch = group_of(joined(schema, {4, 5}), {{9}});
  for (auto& call : calls) call.sampling.max_new_tokens = 5;
  // With the first pass, which has room for 2048 tokens.
  calls[0].on_token = [&](int64_t, int64_t, float, const char*) { calls[1].abort->set(); };
  run_overlapping(*session, calls);
  EXPECT_EQ(calls[1].rows[0].finish_reason, std::string("abort"));
  EXPECT_EQ(calls[2].rows[0].cached_tokens, 5000);
  const auto alone = session->generate(calls[2].batch, calls[2].sampling, nullptr, kNoAbort);
  EXPECT_EQ(alone[0].cached_tokens, 0);
  EXPECT(alone[0].probabilities == calls[2].rows[0].probabilities);
}

TEST("without memory for prefixes the rows of a group still share theirs") {
  const auto session = caching_session();
  session->set_prefix_cache_limit(0);
  SamplingSpec sampling;
  sampling.max_new_tokens = 4;
  sampling.max_rows = 1;
  const PackedBatch batch = group_of(counting(0, 80), {{1}, {2}, {3}});
  const auto rows = session->generate(batch, sampling, nullptr, kNoAbort);
  EXPECT_EQ(rows[0].cached_tokens, 0);
  EXPECT_EQ(rows[1].cached_tokens, 80);
  EXPECT_EQ(rows[2].cached_tokens, 80);
  EXPECT_EQ(session->generate(batch, sampling, nullptr, kNoAbort)[0].cached_tokens, 0);
  EXPECT_EQ(session->prefix_cache().bytes, 0);
}
