#include "generation_batches.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include "check.h"

namespace sqltune::test {

ModelSpec kernel_model(const std::string& architecture, const std::string& dtype) {
  ModelSpec spec = tiny_model(architecture, dtype, 16);
  spec.config.max_position_embeddings = 8192;
  return spec;
}

PackedBatch batch_of(const std::vector<int64_t>& prefixes, const std::vector<int64_t>& counts,
                     const std::vector<int64_t>& lengths, uint64_t seed) {
  PackedBatch batch;
  batch.prefix_lengths = prefixes;
  batch.branch_counts = counts;
  batch.branch_lengths = lengths;
  int64_t total = 0;
  for (const auto* part : {&prefixes, &lengths})
    for (const int64_t n : *part) total += n;
  at::Generator generator = at::detail::createCPUGenerator(seed);
  const at::Tensor ids = at::randint(0, 61, {total}, generator, at::kLong);
  batch.tokens.assign(ids.const_data_ptr<int64_t>(), ids.const_data_ptr<int64_t>() + total);
  batch.labels.assign(total, kIgnoreIndex);
  return batch;
}

PackedBatch varied_batch() { return batch_of({70, 0, 3}, {3, 1, 2}, {7, 64, 12, 50, 6, 1}); }

std::vector<std::vector<int64_t>> rows_of(const PackedBatch& batch) {
  const PackedBatch rows = unshared(batch);
  std::vector<std::vector<int64_t>> out;
  auto token = rows.tokens.begin();
  for (const int64_t length : rows.branch_lengths) {
    out.emplace_back(token, token + length);
    token += length;
  }
  return out;
}

PackedBatch group_of(const std::vector<int64_t>& prefix, const std::vector<std::vector<int64_t>>& branches) {
  PackedBatch batch{prefix, {}, {static_cast<int64_t>(prefix.size())}, {static_cast<int64_t>(branches.size())}, {}};
  for (const auto& branch : branches) {
    batch.tokens.insert(batch.tokens.end(), branch.begin(), branch.end());
    batch.branch_lengths.push_back(static_cast<int64_t>(branch.size()));
  }
  return batch;
}

void run_overlapping(Session& session, std::vector<OverlappingCall>& calls) {
  int ended = 0;
  size_t pass = 0;
  std::function<void()> between;
  const auto start = [&](OverlappingCall& call) {
    session.generate({call.batch, call.sampling, call.on_token, call.abort,
                      [&](std::vector<GeneratedRow> rows) {
                        EXPECT_EQ(call.ended, -1);
                        call.rows = std::move(rows);
                        call.ended = ended++;
                      },
                      [&](const std::exception_ptr& error) {
                        EXPECT_EQ(call.ended, -1);
                        call.failure = error;
                        call.ended = ended++;
                      }},
                     between);
  };
  // The first call begins; the others join it from between its passes.
  between = [&] {
    for (size_t i = 1; i < calls.size(); ++i) {
      if (calls[i].first_pass == pass) start(calls[i]);
    }
    ++pass;
  };
  start(calls[0]);
  for (const auto& call : calls) EXPECT(call.ended >= 0);
}

}  // namespace sqltune::test
