#pragma once

#include <napi.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "abort_flag.h"
#include "binding/channel.h"
#include "runtime/failure.h"

namespace sqltune {

/// The addon's state in one Node environment (the main thread or a worker): no globals. Lives on its JavaScript thread.
class Environment {
 public:
  explicit Environment(Napi::Env env);
  static Environment& of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }

  /// Makes the JavaScript value of a finished job; runs on the JavaScript thread.
  using Convert = std::function<Napi::Value(Napi::Env)>;
  /// Runs on the executor and returns how its result becomes a value. A throw rejects the promise.
  using Work = std::function<Convert(const AbortFlag&)>;

  /// Ends a call: with its result, or, if `convert` is empty, with the failure. Once, from the executor.
  using Settle = std::function<void(Convert, std::optional<Failure>)>;
  /// Runs on the executor, and may settle after it returned. Must not throw.
  using Start = std::function<void(std::shared_ptr<const AbortFlag>, Settle)>;

  struct Call {
    std::string device = "cpu";
    Work work;
    Start start;                       // instead of `work`
    const void* lane = nullptr;        // see Executor::post
    std::shared_ptr<AbortFlag> abort;  // made when null
    Napi::FunctionReference on_token;  // may be empty
  };
  /// Queues the work and returns the promise of its result. `id` names the call to stream_token.
  Napi::Promise submit(Napi::Env env, Call call, uint64_t id);
  uint64_t next_id() { return ++last_id_; }

  /// From the executor thread: calls the pending call's onToken(row, token, probability, finish). What it throws aborts
  /// the call and rejects its promise.
  static std::function<void(int64_t, int64_t, float, const char*)> token_stream(Napi::Env env, uint64_t id);

  Napi::FunctionReference model_class, abort_class, vocabulary_class, automaton_class, constraint_class;

 private:
  struct Pending {
    Napi::Promise::Deferred deferred;
    std::shared_ptr<AbortFlag> abort;
    Napi::FunctionReference on_token;
    Napi::Reference<Napi::Value> thrown;  // by onToken
    bool threw = false;
  };
  void settle(Napi::Env env, uint64_t id, const Convert& convert, const Failure* failure);
  void tear_down();

  std::shared_ptr<Channel> channel_;
  std::map<uint64_t, Pending> pending_;
  uint64_t last_id_ = 0;
};

/// A JavaScript Error with `code` and, when there is one, `nativeStack`.
Napi::Value to_error(Napi::Env env, const Failure& failure);
/// Runs a synchronous function's body; C++ exceptions become JavaScript ones with a code.
Napi::Value guarded(Napi::Env env, const std::function<Napi::Value()>& body);
/// Runs the synchronous part of an asynchronous function (argument checks, queuing); what it throws rejects.
Napi::Value rejecting(Napi::Env env, const std::function<Napi::Value()>& body);

}  // namespace sqltune
