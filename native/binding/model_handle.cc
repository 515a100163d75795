#include "binding/model_handle.h"

#include "binding/arguments.h"
#include "binding/results.h"
#include "errors.h"
#include "runtime/executor.h"
#include "runtime/float_block.h"
#include "session.h"

namespace sqltune {
namespace {

constexpr napi_type_tag kTag = {0x2f7e41d09b6c4c0aULL, 0xb3d85a90e1f74c62ULL};

Environment::Convert undefined() {
  return [](Napi::Env env) { return env.Undefined(); };
}

}  // namespace

Napi::Function ModelHandle::define(Napi::Env env) {
  return DefineClass(env, "NativeModel",
                     {InstanceMethod<&ModelHandle::forward>("forward"),
                      InstanceMethod<&ModelHandle::add_lora>("addLora"),
                      InstanceMethod<&ModelHandle::remove_lora>("removeLora"),
                      InstanceMethod<&ModelHandle::save_lora>("saveLora"),
                      InstanceMethod<&ModelHandle::load_lora>("loadLora"),
                      InstanceMethod<&ModelHandle::merge_lora>("mergeLora"),
                      InstanceMethod<&ModelHandle::begin_training>("beginTraining"),
                      InstanceMethod<&ModelHandle::forward_backward>("forwardBackward"),
                      InstanceMethod<&ModelHandle::evaluate>("evaluate"),
                      InstanceMethod<&ModelHandle::step>("step"),
                      InstanceMethod<&ModelHandle::zero_grad>("zeroGrad"),
                      InstanceMethod<&ModelHandle::gradients>("gradients"),
                      InstanceMethod<&ModelHandle::save_optimizer>("saveOptimizer"),
                      InstanceMethod<&ModelHandle::load_optimizer>("loadOptimizer"),
                      InstanceMethod<&ModelHandle::generate>("generate"),
                      InstanceMethod<&ModelHandle::prefix_cache>("prefixCache"),
                      InstanceMethod<&ModelHandle::set_prefix_cache_limit>("setPrefixCacheLimit"),
                      InstanceMethod<&ModelHandle::dispose>("dispose"),
                      InstanceAccessor<&ModelHandle::parameter_count>("parameterCount"),
                      InstanceAccessor<&ModelHandle::weight_bytes>("weightBytes"),
                      InstanceAccessor<&ModelHandle::device>("device")});
}

Napi::Value ModelHandle::load(const Napi::CallbackInfo& info) {
  return rejecting(info.Env(), [&]() -> Napi::Value {
    Environment& environment = Environment::of(info.Env());
    const ModelSpec spec = to_model_spec(info[0]);
    Environment::Call call;
    call.device = spec.device;
    call.work = [spec](const AbortFlag&) -> Environment::Convert {
      auto session = std::make_shared<Session>(spec);
      const auto parameters = static_cast<double>(session->parameter_count());
      const auto bytes = static_cast<double>(session->weight_bytes());
      auto loaded = std::make_shared<Loaded>(Loaded{std::move(session), spec.device, parameters, bytes});
      return [loaded](Napi::Env env) -> Napi::Value {
        const auto box = Napi::External<Loaded>::New(env, loaded.get());
        return Environment::of(env).model_class.New({box});
      };
    };
    return environment.submit(info.Env(), std::move(call), environment.next_id());
  });
}

ModelHandle::ModelHandle(const Napi::CallbackInfo& info) : Napi::ObjectWrap<ModelHandle>(info) {
  if (!info[0].IsExternal()) {
    throw Napi::TypeError::New(info.Env(), "NativeModel is made by loadModel(), not by new.");
  }
  loaded_ = std::move(*info[0].As<Napi::External<Loaded>>().Data());
  info.This().As<Napi::Object>().TypeTag(&kTag);
}

ModelHandle::~ModelHandle() { release(); }

void ModelHandle::release() {
  if (!loaded_.session) return;
  const auto executor = Executors::instance().get(loaded_.device);
  auto session = std::move(loaded_.session);
  loaded_.session = nullptr;
  // Without an executor the process is exiting: no job runs any more, and the session is freed right here.
  if (executor) executor->post([held = std::move(session)]() mutable { held = nullptr; });
}

std::shared_ptr<Session> ModelHandle::session() const {
  if (!loaded_.session) throw InvalidArgument("the model was disposed; load it again with loadModel().");
  return loaded_.session;
}

Napi::Value ModelHandle::queue(Napi::Env env, Environment::Work work, std::shared_ptr<AbortFlag> abort) {
  Environment& environment = Environment::of(env);
  Environment::Call call;
  call.device = loaded_.device;
  call.work = std::move(work);
  call.abort = std::move(abort);
  return environment.submit(env, std::move(call), environment.next_id());
}

Napi::Value ModelHandle::queue_void(Napi::Env env, std::function<void(Session&)> work) {
  return queue(env, [session = session(), work = std::move(work)](const AbortFlag&) {
    work(*session);
    return undefined();
  });
}

Napi::Value ModelHandle::forward(const Napi::CallbackInfo& info) {
  return rejecting(info.Env(), [&] {
    auto tokens = to_tokens(info[0], "forward: tokens");
    auto abort = to_abort(info[1], "forward: abort");
    return queue(
        info.Env(),
        [session = session(), tokens = std::move(tokens)](const AbortFlag& flag) -> Environment::Convert {
          const FloatBlock logits = forward_floats(*session, tokens, flag);
          return [logits](Napi::Env env) { return to_float32_array(env, logits); };
        },
        std::move(abort));
  });
}

Napi::Value ModelHandle::add_lora(const Napi::CallbackInfo& info) {
  return rejecting(info.Env(), [&] {
    return queue(info.Env(),
                 [session = session(), spec = to_lora_spec(info[0])](const AbortFlag&) -> Environment::Convert {
                   const auto parameters = static_cast<double>(session->add_lora(spec));
                   return [parameters](Napi::Env env) {
                     const auto object = Napi::Object::New(env);
                     object.Set("trainableParameters", Napi::Number::New(env, parameters));
                     return object;
                   };
                 });
  });
}

Napi::Value ModelHandle::remove_lora(const Napi::CallbackInfo& info) {
  return rejecting(info.Env(), [&] { return queue_void(info.Env(), [](Session& s) { s.remove_lora(); }); });
}

Napi::Value ModelHandle::save_lora(const Napi::CallbackInfo& info) {
  return rejecting(info.Env(), [&] {
    return queue_void(info.Env(), [path = to_path(info[0], "saveLora: path")](Session& s) { s.save_lora(path); });
  });
}

Napi::Value ModelHandle::load_lora(const Napi::CallbackInfo& info) {
  return rejecting(info.Env(), [&] {
    return queue_void(info.Env(), [path = to_path(info[0], "loadLora: path")](Session& s) { s.load_lora(path); });
  });
}

Napi::Value ModelHandle::merge_lora(const Napi::CallbackInfo& info) {
  return rejecting(info.Env(), [&] { return queue_void(info.Env(), [](Session& s) { s.merge_lora(); }); });
}

Napi::Value ModelHandle::begin_training(const Napi::CallbackInfo& info) {
  return rejecting(info.Env(), [&] {
    const OptimizerSpec spec = to_optimizer_spec(info[0]);
    const std::string checkpointing =
        to_choice(info[1], "beginTraining: checkpointing", {"none", "selective", "block"});
    return queue_void(info.Env(), [spec, checkpointing](Session& s) { s.begin_training(spec, checkpointing); });
  });
}

Napi::Value ModelHandle::forward_backward(const Napi::CallbackInfo& info) {
  return rejecting(info.Env(), [&] {
    auto batch = to_packed_batch(info[0], "forwardBackward: batch", true);
    const auto seed = static_cast<uint64_t>(to_integer(info[1], "forwardBackward: seed", 0));
    auto abort = to_abort(info[2], "forwardBackward: abort");
    return queue(
        info.Env(),
        [session = session(), batch = std::move(batch), seed](const AbortFlag& flag) -> Environment::Convert {
          const LossResult result = session->forward_backward(batch, seed, flag);
          return [result](Napi::Env env) { return to_object(env, result); };
        },
        std::move(abort));
  });
}

Napi::Value ModelHandle::evaluate(const Napi::CallbackInfo& info) {
  return rejecting(info.Env(), [&] {
    auto batch = to_packed_batch(info[0], "evaluate: batch", true);
    auto abort = to_abort(info[1], "evaluate: abort");
    return queue(
        info.Env(),
        [session = session(), batch = std::move(batch)](const AbortFlag& flag) -> Environment::Convert {
          const LossResult result = session->evaluate(batch, flag);
          return [result](Napi::Env env) { return to_object(env, result); };
        },
        std::move(abort));
  });
}

Napi::Value ModelHandle::step(const Napi::CallbackInfo& info) {
  return rejecting(info.Env(), [&] {
    const double rate = to_number(info[0], "step: learningRate");
    return queue(info.Env(), [session = session(), rate](const AbortFlag&) -> Environment::Convert {
      const StepResult result = session->step(rate);
      return [result](Napi::Env env) { return to_object(env, result); };
    });
  });
}

Napi::Value ModelHandle::zero_grad(const Napi::CallbackInfo& info) {
  return rejecting(info.Env(), [&] { return queue_void(info.Env(), [](Session& s) { s.zero_grad(); }); });
}

Napi::Value ModelHandle::gradients(const Napi::CallbackInfo& info) {
  return rejecting(info.Env(), [&] {
    return queue(info.Env(), [session = session()](const AbortFlag&) -> Environment::Convert {
      const auto blocks = gradient_floats(*session);
      return [blocks](Napi::Env env) { return to_object(env, blocks); };
    });
  });
}

Napi::Value ModelHandle::save_optimizer(const Napi::CallbackInfo& info) {
  return rejecting(info.Env(), [&] {
    return queue_void(info.Env(),
                      [path = to_path(info[0], "saveOptimizer: path")](Session& s) { s.save_optimizer(path); });
  });
}

Napi::Value ModelHandle::load_optimizer(const Napi::CallbackInfo& info) {
  return rejecting(info.Env(), [&] {
    return queue_void(info.Env(),
                      [path = to_path(info[0], "loadOptimizer: path")](Session& s) { s.load_optimizer(path); });
  });
}

Napi::Value ModelHandle::generate(const Napi::CallbackInfo& info) {
  return rejecting(info.Env(), [&]() -> Napi::Value {
    Environment& environment = Environment::of(info.Env());
    const uint64_t id = environment.next_id();
    auto prompts = to_packed_batch(info[0], "generate: prompts", false);
    const SamplingSpec sampling = to_sampling_spec(info[1]);
    Environment::Call call;
    call.device = loaded_.device;
    call.abort = to_abort(info[3], "generate: abort");
    OnToken on_token;
    if (info[2].IsFunction()) {
      call.on_token = Napi::Persistent(info[2].As<Napi::Function>());
      on_token = Environment::token_stream(info.Env(), id);
    } else if (!info[2].IsUndefined() && !info[2].IsNull()) {
      throw InvalidArgument("generate: onToken must be a function or left out.");
    }
    call.lane = session().get();
    // The executor runs as long as one of its jobs does.
    Executor* const executor = Executors::instance().get(loaded_.device).get();
    call.start = [session = session(), executor, prompts = std::move(prompts), sampling,
                  on_token = std::move(on_token)](auto abort, const auto& settle) mutable {
      GenerateCall generation{std::move(prompts), sampling, std::move(on_token), std::move(abort), nullptr, nullptr};
      generation.done = [settle](std::vector<GeneratedRow> rows) {
        settle([rows = std::move(rows)](Napi::Env env) { return to_array(env, rows); }, std::nullopt);
      };
      generation.failed = [settle](const std::exception_ptr& error) { settle(nullptr, failure_of(error)); };
      session->generate(std::move(generation), [&] {
        while (const auto job = executor->take(session.get())) job();
      });
    };
    return environment.submit(info.Env(), std::move(call), id);
  });
}

Napi::Value ModelHandle::prefix_cache(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] { return to_object(info.Env(), session()->prefix_cache()); });
}

Napi::Value ModelHandle::set_prefix_cache_limit(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&] {
    auto held = session();
    held->set_prefix_cache_limit(to_integer(info[0], "setPrefixCacheLimit: bytes", 0));
    // Between two passes where generation runs.
    const auto executor = Executors::instance().get(loaded_.device);
    const void* lane = held.get();
    if (executor) executor->post([held = std::move(held)] { held->trim_prefixes(); }, lane);
    return info.Env().Undefined();
  });
}

Napi::Value ModelHandle::dispose(const Napi::CallbackInfo& info) {
  release();
  return info.Env().Undefined();
}

Napi::Value ModelHandle::parameter_count(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), loaded_.parameter_count);
}

Napi::Value ModelHandle::weight_bytes(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), loaded_.weight_bytes);
}

Napi::Value ModelHandle::device(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), loaded_.device);
}

}  // namespace sqltune
