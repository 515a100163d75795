#include "runtime/executor.h"

#include <ATen/ATen.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

#include "abort_flag.h"
#include "check.h"
#include "errors.h"
#include "runtime/failure.h"
#include "runtime/machine.h"

namespace sqltune {

TEST("executor: jobs run in order on one other thread") {
  std::vector<int> order;
  std::thread::id first, last;
  {
    Executor executor;
    std::atomic<bool> done{false};
    for (int i = 0; i < 100; ++i) {
      executor.post([&, i] {
        (i == 0 ? first : last) = std::this_thread::get_id();
        order.push_back(i);
        if (i == 99) done = true;
      });
    }
    while (!done) std::this_thread::yield();
  }
  EXPECT_EQ(order.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<size_t>(i)], i);
  EXPECT(first == last);
  EXPECT(first != std::this_thread::get_id());
}

TEST("executor: stop waits for the running job, drops the queue and takes no more") {
  std::atomic<bool> started{false}, finished{false}, dropped_ran{false};
  auto owned = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = owned;
  Executor executor;
  executor.post([&] {
    started = true;
    // Until it is being stopped, however busy the machine is.
    while (executor.post([] {})) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    finished = true;
  });
  executor.post([&, owned = std::move(owned)] { dropped_ran = true; });
  while (!started) std::this_thread::yield();
  executor.stop();
  EXPECT(finished);
  EXPECT(!dropped_ran);
  EXPECT(watched.expired());
  EXPECT(!executor.post([] {}));
  executor.stop();  // again is harmless
}

TEST("executor: a job takes in those of its lane that are next, and no others") {
  std::vector<int> order;
  const int lane = 0, other_lane = 0;
  {
    Executor executor;
    std::atomic<bool> queued{false}, done{false};
    executor.post(
        [&] {
          while (!queued) std::this_thread::yield();
          while (const auto job = executor.take(&lane)) job();
          order.push_back(0);
        },
        &lane);
    executor.post([&] { order.push_back(1); }, &lane);
    executor.post([&] { order.push_back(2); }, &lane);
    executor.post([&] { order.push_back(3); }, &other_lane);
    executor.post([&] { order.push_back(4); }, &lane);
    executor.post([&] { done = true; });
    queued = true;
    while (!done) std::this_thread::yield();
  }
  EXPECT(order == std::vector<int>({1, 2, 0, 3, 4}));
}

TEST("executors: the last environment's leaving stops the work, a new one starts again") {
  auto& executors = Executors::instance();
  executors.environment_enters();
  executors.environment_enters();
  std::atomic<int> ran{0};
  AbortFlag flag;
  executors.get("cpu")->post([&] {
    ++ran;
    while (!flag.is_set()) std::this_thread::yield();
  });
  while (ran == 0) std::this_thread::yield();
  executors.environment_leaves();
  EXPECT(!flag.is_set());
  executors.environment_leaves();  // joins, so it returns only because the flag became set
  EXPECT(flag.is_set());
  executors.environment_enters();
  EXPECT(!flag.is_set());
  executors.get("cpu")->post([&] { ++ran; });
  while (ran == 1) std::this_thread::yield();
}

TEST("failure: codes and messages without a backtrace") {
  const auto describe = [](auto thrower) {
    try {
      thrower();
    } catch (...) {
      return current_failure();
    }
    return Failure{};
  };
  EXPECT_EQ(describe([] { throw WeightsError("x"); }).code, std::string("ERR_SQLTUNE_WEIGHTS"));
  EXPECT_EQ(describe([] { throw Aborted(); }).code, std::string("ERR_SQLTUNE_ABORTED"));
  EXPECT_EQ(describe([] { throw std::bad_alloc(); }).code, std::string("ERR_SQLTUNE_OOM"));
  EXPECT_EQ(describe([] { throw std::runtime_error("y"); }).code, std::string("ERR_SQLTUNE_NATIVE"));
  const Failure oom = describe([] { at::empty({int64_t{1} << 50}); });
  EXPECT_EQ(oom.code, std::string("ERR_SQLTUNE_OOM"));
  EXPECT(oom.message.find("frame #") == std::string::npos);
  const Failure shape = describe([] { at::mm(at::zeros({2, 3}), at::zeros({2, 3})); });
  EXPECT_EQ(shape.code, std::string("ERR_SQLTUNE_NATIVE"));
  EXPECT(shape.message.find("shapes cannot be multiplied") != std::string::npos);
  EXPECT(shape.message.find("Exception raised from") == std::string::npos);
  EXPECT(shape.stack.find("Exception raised from") != std::string::npos);
}

TEST("machine: cores, threads and memory are sensible") {
  EXPECT(usable_cores() >= 1);
  EXPECT(usable_cores() <= static_cast<int>(std::thread::hardware_concurrency()));
  set_compute_threads(3);
  EXPECT_EQ(compute_threads(), 3);
  set_compute_threads(0);
  EXPECT(compute_threads() >= 1);
  EXPECT(peak_process_memory() > (int64_t{10} << 20));
  const MachineInfo info = machine_info();
  EXPECT_EQ(info.torch_built, info.torch_runtime);
  EXPECT(!info.cpu_capability.empty());
}

}  // namespace sqltune
