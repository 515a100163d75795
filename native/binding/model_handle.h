#pragma once

#include <napi.h>

#include <memory>
#include <string>

#include "binding/environment.h"

namespace sqltune {

class Session;

/// JavaScript's NativeModel: checks arguments, queues the session's methods on its device's executor.
class ModelHandle : public Napi::ObjectWrap<ModelHandle> {
 public:
  static Napi::Function define(Napi::Env env);
  /// `loadModel(spec)`: a promise of a NativeModel.
  static Napi::Value load(const Napi::CallbackInfo& info);

  explicit ModelHandle(const Napi::CallbackInfo& info);
  ~ModelHandle() override;

 private:
  struct Loaded {
    std::shared_ptr<Session> session;
    std::string device;
    double parameter_count, weight_bytes;
  };
  Napi::Value forward(const Napi::CallbackInfo& info);
  Napi::Value add_lora(const Napi::CallbackInfo& info);
  Napi::Value remove_lora(const Napi::CallbackInfo& info);
  Napi::Value save_lora(const Napi::CallbackInfo& info);
  Napi::Value load_lora(const Napi::CallbackInfo& info);
  Napi::Value merge_lora(const Napi::CallbackInfo& info);
  Napi::Value begin_training(const Napi::CallbackInfo& info);
  Napi::Value forward_backward(const Napi::CallbackInfo& info);
  Napi::Value evaluate(const Napi::CallbackInfo& info);
  Napi::Value step(const Napi::CallbackInfo& info);
  Napi::Value zero_grad(const Napi::CallbackInfo& info);
  Napi::Value gradients(const Napi::CallbackInfo& info);
  Napi::Value save_optimizer(const Napi::CallbackInfo& info);
  Napi::Value load_optimizer(const Napi::CallbackInfo& info);
  Napi::Value generate(const Napi::CallbackInfo& info);
  Napi::Value prefix_cache(const Napi::CallbackInfo& info);
  Napi::Value set_prefix_cache_limit(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);
  Napi::Value parameter_count(const Napi::CallbackInfo& info);
  Napi::Value weight_bytes(const Napi::CallbackInfo& info);
  Napi::Value device(const Napi::CallbackInfo& info);

  /// The session, for a job to hold. Throws InvalidArgument after dispose().
  std::shared_ptr<Session> session() const;
  /// Queues `work`, which holds the session itself.
  Napi::Value queue(Napi::Env env, Environment::Work work, std::shared_ptr<AbortFlag> abort = nullptr);
  /// Queues a method without a result.
  Napi::Value queue_void(Napi::Env env, std::function<void(Session&)> work);
  /// Hands the session to the executor to be freed there, after the queued work.
  void release();

  Loaded loaded_;
};

}  // namespace sqltune
