#pragma once

#include <napi.h>

#include <memory>

#include "abort_flag.h"

namespace sqltune {

/// JavaScript's NativeAbort: `abort()` sets a flag that a running call asks between layers.
class AbortHandle : public Napi::ObjectWrap<AbortHandle> {
 public:
  static Napi::Function define(Napi::Env env);
  static Napi::Object create(Napi::Env env);
  /// Null when the value is not an AbortHandle (told by its type tag).
  static std::shared_ptr<AbortFlag> flag_of(const Napi::Value& value);

  explicit AbortHandle(const Napi::CallbackInfo& info);

 private:
  Napi::Value abort(const Napi::CallbackInfo& info);
  std::shared_ptr<AbortFlag> flag_ = std::make_shared<AbortFlag>();
};

}  // namespace sqltune
