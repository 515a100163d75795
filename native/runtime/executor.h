#pragma once

#include <pthread.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace sqltune {

/// One thread that runs jobs in order. Not libuv's pool: torch's modes (gradients, random state, OpenMP threads) belong
/// to a thread, and two calls on one model must not overlap.
class Executor {
 public:
  Executor();
  /// Stops and joins.
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  /// Queues a job, which must not throw. False when the executor has stopped: the job was not taken. A running job can
  /// take in the next ones of its `lane`, if it has one.
  bool post(std::function<void()> job, const void* lane = nullptr);
  /// From a running job: the next in the queue if it is of this lane, else null. Jobs stay in order: one of another
  /// lane waits for the running job alone, and those behind it wait for both.
  std::function<void()> take(const void* lane);
  /// Drops queued jobs, waits for the running one (its abort flag makes that short) and joins the thread.
  void stop();

 private:
  static void* run(void* self);
  void loop();

  std::mutex mutex_;
  std::condition_variable wake_;
  struct Job {
    std::function<void()> run;
    const void* lane;
  };
  std::deque<Job> jobs_;
  bool stopping_ = false;
  bool joined_ = false;
  pthread_t thread_{};
};

/// The process's executors, one a device name, shared by all Node environments (the main thread and workers).
class Executors {
 public:
  static Executors& instance();
  /// The device's executor, started on first use. Null once the process is exiting.
  std::shared_ptr<Executor> get(const std::string& device);

  /// Environments that use the addon. When the last one leaves, the executors stop, so that no thread is inside
  /// libtorch while its static destructors run; a later environment starts them again.
  void environment_enters();
  void environment_leaves();
  /// The process exits: stops all for good. Running calls end at their next check of the abort flag.
  void shutdown();

 private:
  struct All;
  Executors();
  void stop_all();
  All* all_;  // never destroyed: a static destructor would race with threads at exit
};

}  // namespace sqltune
