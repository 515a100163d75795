#include "binding/abort_handle.h"

#include "binding/environment.h"

namespace sqltune {
namespace {

constexpr napi_type_tag kTag = {0x6d1c0a5be2f34b8bULL, 0x9a1f6f2c7c5d4e01ULL};

}  // namespace

Napi::Function AbortHandle::define(Napi::Env env) {
  return DefineClass(env, "NativeAbort", {InstanceMethod<&AbortHandle::abort>("abort")});
}

Napi::Object AbortHandle::create(Napi::Env env) { return Environment::of(env).abort_class.New({}); }

AbortHandle::AbortHandle(const Napi::CallbackInfo& info) : Napi::ObjectWrap<AbortHandle>(info) {
  info.This().As<Napi::Object>().TypeTag(&kTag);
}

std::shared_ptr<AbortFlag> AbortHandle::flag_of(const Napi::Value& value) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&kTag)) return nullptr;
  return Unwrap(value.As<Napi::Object>())->flag_;
}

Napi::Value AbortHandle::abort(const Napi::CallbackInfo& info) {
  flag_->set();
  return info.Env().Undefined();
}

}  // namespace sqltune
