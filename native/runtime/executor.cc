#include "runtime/executor.h"

#include <csignal>
#include <map>
#include <stdexcept>
#include <vector>

#include "abort_flag.h"

namespace sqltune {

Executor::Executor() {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  // macOS gives a secondary thread 512 KB, too little for autograd's recursion; Linux's usual 8 MB is enough.
  pthread_attr_setstacksize(&attributes, size_t{8} << 20);
  // Signals stay with Node's own threads; OpenMP's threads inherit the mask.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const int failed = pthread_create(&thread_, &attributes, &Executor::run, this);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  if (failed != 0) throw std::runtime_error("the executor thread cannot be started");
}

Executor::~Executor() { stop(); }

void* Executor::run(void* self) {
  static_cast<Executor*>(self)->loop();
  return nullptr;
}

void Executor::loop() {
  for (;;) {
    std::function<void()> job;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      if (stopping_) return;
      job = std::move(jobs_.front().run);
      jobs_.pop_front();
    }
    job();
    job = nullptr;  // frees what it captured (perhaps the last owner of a model) here, outside the lock
  }
}

bool Executor::post(std::function<void()> job, const void* lane) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (stopping_) return false;
    jobs_.push_back({std::move(job), lane});
  }
  wake_.notify_one();
  return true;
}

std::function<void()> Executor::take(const void* lane) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (stopping_ || jobs_.empty() || jobs_.front().lane != lane) return nullptr;
  std::function<void()> job = std::move(jobs_.front().run);
  jobs_.pop_front();
  return job;
}

void Executor::stop() {
  std::deque<Job> dropped;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    dropped.swap(jobs_);
    if (joined_) return;
    joined_ = true;
  }
  wake_.notify_all();
  pthread_join(thread_, nullptr);
}

struct Executors::All {
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<Executor>> by_device;
  int environments = 0;
  bool exiting = false;
};

Executors::Executors() : all_(new All) {}

Executors& Executors::instance() {
  static Executors* executors = new Executors;
  return *executors;
}

std::shared_ptr<Executor> Executors::get(const std::string& device) {
  const std::lock_guard<std::mutex> lock(all_->mutex);
  if (all_->exiting) return nullptr;
  auto& executor = all_->by_device[device];
  if (!executor) executor = std::make_shared<Executor>();
  return executor;
}

void Executors::environment_enters() {
  const std::lock_guard<std::mutex> lock(all_->mutex);
  if (all_->environments++ == 0 && !all_->exiting) AbortFlag::stopping().store(false);
}

void Executors::environment_leaves() {
  {
    const std::lock_guard<std::mutex> lock(all_->mutex);
    if (--all_->environments > 0) return;
  }
  stop_all();
}

void Executors::shutdown() {
  {
    const std::lock_guard<std::mutex> lock(all_->mutex);
    all_->exiting = true;
  }
  stop_all();
}

void Executors::stop_all() {
  std::vector<std::shared_ptr<Executor>> running;
  {
    const std::lock_guard<std::mutex> lock(all_->mutex);
    AbortFlag::stopping().store(true);
    for (auto& [device, executor] : all_->by_device) running.push_back(std::move(executor));
    all_->by_device.clear();
  }
  for (const auto& executor : running) executor->stop();
}

}  // namespace sqltune
