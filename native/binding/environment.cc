#include "binding/environment.h"

#include <optional>

#include "errors.h"
#include "runtime/executor.h"
#include "runtime/machine.h"

namespace sqltune {

Environment::Environment(Napi::Env env) : channel_(Channel::open(env)) {
  Executors::instance().environment_enters();
  // Added after the channel's function was created: Node runs hooks last added first, so this one comes before the
  // function is freed.
  env.AddCleanupHook([this] { tear_down(); });
}

void Environment::tear_down() {
  channel_->close();
  for (auto& entry : pending_) entry.second.abort->set();
  pending_.clear();
  Executors::instance().environment_leaves();
}

Napi::Promise Environment::submit(Napi::Env env, Call call, uint64_t id) {
  const auto executor = Executors::instance().get(call.device);
  auto deferred = Napi::Promise::Deferred::New(env);
  const Napi::Promise promise = deferred.Promise();
  auto abort = call.abort ? std::move(call.abort) : std::make_shared<AbortFlag>();

  // The job holds nothing of JavaScript's: references may only be touched on this thread, by `id`.
  Settle settle_call = [this, channel = channel_, id](Convert convert, std::optional<Failure> failure) {
    channel->post([this, id, convert = std::move(convert), failure = std::move(failure)](Napi::Env env) {
      settle(env, id, convert, failure ? &*failure : nullptr);
    });
  };
  Start start = call.start
                    ? std::move(call.start)
                    : Start([work = std::move(call.work)](const auto& flag, const auto& end) mutable {
                        Convert convert;
                        std::optional<Failure> failure;
                        try {
                          convert = work(*flag);
                        } catch (...) {
                          failure = current_failure();
                        }
                        work = nullptr;  // what the job owned is freed on this thread, before the promise settles
                        end(std::move(convert), std::move(failure));
                      });
  auto job = [start = std::move(start), settle_call = std::move(settle_call), abort] {
    apply_compute_threads();
    start(abort, settle_call);
  };
  if (!executor || !executor->post(std::move(job), call.lane)) {
    deferred.Reject(to_error(env, {"ERR_SQLTUNE_NATIVE", "the native layer has been shut down", ""}));
    return promise;
  }
  pending_.emplace(id, Pending{deferred, std::move(abort), std::move(call.on_token), {}, false});
  channel_->hold(env);
  return promise;
}

void Environment::settle(Napi::Env env, uint64_t id, const Convert& convert, const Failure* failure) {
  const auto found = pending_.find(id);
  if (found == pending_.end()) return;
  const Pending call = std::move(found->second);
  pending_.erase(found);
  channel_->release(env);
  if (call.threw) {
    call.deferred.Reject(call.thrown.Value());
  } else if (failure) {
    call.deferred.Reject(to_error(env, *failure));
  } else {
    std::optional<Napi::Value> value;
    try {
      value = convert(env);
    } catch (const Napi::Error& error) {  // V8 could not allocate the result
      call.deferred.Reject(error.Value());
      return;
    }
    call.deferred.Resolve(*value);
  }
}

std::function<void(int64_t, int64_t, float, const char*)> Environment::token_stream(Napi::Env env, uint64_t id) {
  Environment* self = &of(env);
  return [self, channel = self->channel_, id](int64_t row, int64_t token, float probability, const char* finish) {
    channel->post([self, id, row, token, probability, finish](Napi::Env env) {
      const auto found = self->pending_.find(id);
      if (found == self->pending_.end() || found->second.threw) return;
      try {
        found->second.on_token.Call(
            {Napi::Number::New(env, static_cast<double>(row)), Napi::Number::New(env, static_cast<double>(token)),
             Napi::Number::New(env, probability), finish ? Napi::Value(Napi::String::New(env, finish)) : env.Null()});
      } catch (const Napi::Error& error) {
        found->second.threw = true;
        found->second.thrown = Napi::Persistent(Napi::Value(error.Value()));
        found->second.abort->set();
      }
    });
  };
}

Napi::Value to_error(Napi::Env env, const Failure& failure) {
  Napi::Error error = Napi::Error::New(env, failure.message);
  error.Set("code", Napi::String::New(env, failure.code));
  if (!failure.stack.empty()) error.Set("nativeStack", Napi::String::New(env, failure.stack));
  return error.Value();
}

Napi::Value guarded(Napi::Env env, const std::function<Napi::Value()>& body) {
  try {
    return body();
  } catch (const Napi::Error&) {
    throw;
  } catch (...) {
    throw Napi::Error(env, to_error(env, current_failure()));
  }
}

Napi::Value rejecting(Napi::Env env, const std::function<Napi::Value()>& body) {
  try {
    return body();
  } catch (const Napi::Error& error) {
    auto deferred = Napi::Promise::Deferred::New(env);
    deferred.Reject(error.Value());
    return deferred.Promise();
  } catch (...) {
    auto deferred = Napi::Promise::Deferred::New(env);
    deferred.Reject(to_error(env, current_failure()));
    return deferred.Promise();
  }
}

}  // namespace sqltune
