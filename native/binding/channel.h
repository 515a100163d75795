#pragma once

#include <napi.h>

#include <functional>
#include <memory>
#include <mutex>

namespace sqltune {

/// The way back from executor threads to one Node environment's JavaScript thread.
///
/// There is one thread-safe function an environment, not one a call: a worker that is terminated with calls in flight
/// would otherwise abort the process when a late call touches its freed function. The cleanup hook, which Node runs
/// before it frees the function, closes the channel under the mutex; what is posted later is dropped.
class Channel : public std::enable_shared_from_this<Channel> {
 public:
  using Task = std::function<void(Napi::Env)>;

  static std::shared_ptr<Channel> open(Napi::Env env);

  /// Runs `task` on the JavaScript thread, in order; from any thread. False when the environment has gone.
  bool post(Task task);
  /// Keeps the process alive while calls are pending, and no longer. On the JavaScript thread.
  void hold(Napi::Env env);
  void release(Napi::Env env);
  /// Drops everything posted from now on. On the JavaScript thread, before Node frees the function.
  void close();

 private:
  Channel() = default;
  static void deliver(napi_env env, napi_value callback, void* context, void* data);

  std::mutex mutex_;
  bool alive_ = true;
  napi_threadsafe_function function_ = nullptr;
  int held_ = 0;
};

}  // namespace sqltune
