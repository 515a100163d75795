#include "binding/channel.h"

namespace sqltune {

std::shared_ptr<Channel> Channel::open(Napi::Env env) {
  std::shared_ptr<Channel> channel(new Channel);
  const napi_value name = Napi::String::New(env, "sqltune");
  const napi_status status = napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr,
                                                             nullptr, &Channel::deliver, &channel->function_);
  if (status != napi_ok) throw Napi::Error::New(env, "sqltune: the thread-safe function cannot be created");
  napi_unref_threadsafe_function(env, channel->function_);
  return channel;
}

bool Channel::post(Task task) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!alive_) return false;
  auto* boxed = new Task(std::move(task));
  if (napi_call_threadsafe_function(function_, boxed, napi_tsfn_nonblocking) == napi_ok) return true;
  delete boxed;
  return false;
}

void Channel::deliver(napi_env env, napi_value, void*, void* data) {
  const std::unique_ptr<Task> task(static_cast<Task*>(data));
  if (env == nullptr) return;  // the environment is being torn down
  const Napi::HandleScope scope(env);
  try {
    (*task)(env);
  } catch (const Napi::Error& error) {
    // Settling a promise only fails when JavaScript may no longer run (process.exit() or terminate() in this tick).
    napi_value ignored;
    napi_get_and_clear_last_exception(env, &ignored);
  }
}

void Channel::hold(Napi::Env env) {
  if (held_++ == 0) napi_ref_threadsafe_function(env, function_);
}

void Channel::release(Napi::Env env) {
  if (--held_ == 0) napi_unref_threadsafe_function(env, function_);
}

void Channel::close() {
  const std::lock_guard<std::mutex> lock(mutex_);
  alive_ = false;
}

}  // namespace sqltune
