#include <napi.h>

#include "binding/abort_handle.h"
#include "binding/arguments.h"
#include "binding/automaton_handle.h"
#include "binding/environment.h"
#include "binding/model_handle.h"
#include "binding/results.h"
#include "io/gguf.h"
#include "runtime/executor.h"
#include "runtime/machine.h"

// The functions of `Addon` in src/native/types.ts.

namespace sqltune {
namespace {

Napi::Value info(const Napi::CallbackInfo& call) {
  const Napi::Env env = call.Env();
  return guarded(env, [&] {
    const MachineInfo machine = machine_info();
    const auto devices = Napi::Array::New(env, machine.cuda_devices.size());
    for (size_t i = 0; i < machine.cuda_devices.size(); ++i) {
      devices.Set(static_cast<uint32_t>(i), Napi::String::New(env, machine.cuda_devices[i]));
    }
    const auto cuda = Napi::Object::New(env), mps = Napi::Object::New(env), object = Napi::Object::New(env);
    cuda.Set("available", Napi::Boolean::New(env, machine.cuda));
    cuda.Set("devices", devices);
    mps.Set("available", Napi::Boolean::New(env, machine.mps));
    object.Set("torchBuilt", Napi::String::New(env, machine.torch_built));
    object.Set("torchRuntime", Napi::String::New(env, machine.torch_runtime));
    object.Set("cpuCapability", Napi::String::New(env, machine.cpu_capability));
    object.Set("fastBfloat16", Napi::Boolean::New(env, machine.fast_bfloat16));
    object.Set("threads", Napi::Number::New(env, machine.threads));
    object.Set("cuda", cuda);
    object.Set("mps", mps);
    return object;
  });
}

Napi::Value set_threads(const Napi::CallbackInfo& call) {
  return guarded(call.Env(), [&] {
    set_compute_threads(static_cast<int>(to_integer(call[0], "setThreads: threads", 0, 4096)));
    return call.Env().Undefined();
  });
}

Napi::Value read_gguf(const Napi::CallbackInfo& call) {
  return guarded(call.Env(), [&] {
    // Without the tensors' check: a model of an unsupported type can still be looked at.
    const GgufFile file(to_path(call[0], "readGguf: path"), false);
    return to_object(call.Env(), file);
  });
}

Napi::Value create_abort(const Napi::CallbackInfo& call) { return AbortHandle::create(call.Env()); }

Napi::Value peak_memory(const Napi::CallbackInfo& call) {
  return guarded(call.Env(), [&] {
    const auto object = Napi::Object::New(call.Env());
    object.Set("process", Napi::Number::New(call.Env(), static_cast<double>(peak_process_memory())));
    object.Set("device", Napi::Number::New(call.Env(), static_cast<double>(peak_device_memory())));
    return object;
  });
}

Napi::Value shutdown(const Napi::CallbackInfo& call) {
  Executors::instance().shutdown();
  return call.Env().Undefined();
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  auto* environment = new Environment(env);
  env.SetInstanceData<Environment>(environment);
  environment->model_class = Napi::Persistent(ModelHandle::define(env));
  environment->abort_class = Napi::Persistent(AbortHandle::define(env));
  environment->vocabulary_class = Napi::Persistent(VocabularyHandle::define(env));
  environment->automaton_class = Napi::Persistent(AutomatonHandle::define(env));
  environment->constraint_class = Napi::Persistent(ConstraintHandle::define(env));
  exports.Set("info", Napi::Function::New<info>(env, "info"));
  exports.Set("setThreads", Napi::Function::New<set_threads>(env, "setThreads"));
  exports.Set("loadModel", Napi::Function::New<ModelHandle::load>(env, "loadModel"));
  exports.Set("readGguf", Napi::Function::New<read_gguf>(env, "readGguf"));
  exports.Set("createAbort", Napi::Function::New<create_abort>(env, "createAbort"));
  exports.Set("createTokenVocabulary", Napi::Function::New<VocabularyHandle::create>(env, "createTokenVocabulary"));
  exports.Set("createAutomaton", Napi::Function::New<AutomatonHandle::create>(env, "createAutomaton"));
  exports.Set("peakMemory", Napi::Function::New<peak_memory>(env, "peakMemory"));
  exports.Set("shutdown", Napi::Function::New<shutdown>(env, "shutdown"));
  return exports;
}

}  // namespace
}  // namespace sqltune

static Napi::Object sqltune_init(Napi::Env env, Napi::Object exports) { return sqltune::init(env, exports); }
NODE_API_MODULE(sqltune, sqltune_init)
