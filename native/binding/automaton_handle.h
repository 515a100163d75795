#pragma once

#include <napi.h>

#include <memory>

#include "generate/automaton.h"

namespace sqltune {

/// JavaScript's NativeVocabulary.
class VocabularyHandle : public Napi::ObjectWrap<VocabularyHandle> {
 public:
  static Napi::Function define(Napi::Env env);
  /// createTokenVocabulary(bytes, offsets)
  static Napi::Value create(const Napi::CallbackInfo& info);
  /// Null when the value is not a VocabularyHandle (told by its type tag).
  static std::shared_ptr<const TokenVocabulary> vocabulary_of(const Napi::Value& value);

  explicit VocabularyHandle(const Napi::CallbackInfo& info);

 private:
  Napi::Value size(const Napi::CallbackInfo& info);
  std::shared_ptr<const TokenVocabulary> vocabulary_;
};

/// JavaScript's NativeAutomaton.
class AutomatonHandle : public Napi::ObjectWrap<AutomatonHandle> {
 public:
  static Napi::Function define(Napi::Env env);
  /// createAutomaton(vocabulary, tables, stopIds)
  static Napi::Value create(const Napi::CallbackInfo& info);
  /// Null when the value is not an AutomatonHandle (told by its type tag).
  static std::shared_ptr<const ConstraintFactory> automaton_of(const Napi::Value& value);

  explicit AutomatonHandle(const Napi::CallbackInfo& info);

 private:
  Napi::Value bytes(const Napi::CallbackInfo& info);
  Napi::Value begin(const Napi::CallbackInfo& info);
  std::shared_ptr<const Automaton> automaton_;
};

/// JavaScript's NativeConstraint.
class ConstraintHandle : public Napi::ObjectWrap<ConstraintHandle> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit ConstraintHandle(const Napi::CallbackInfo& info);

 private:
  friend class AutomatonHandle;
  Napi::Value admits(const Napi::CallbackInfo& info);
  Napi::Value mask(const Napi::CallbackInfo& info);
  Napi::Value accept(const Napi::CallbackInfo& info);
  std::unique_ptr<TokenConstraint> constraint_;
  int64_t vocabulary_ = 0;
};

}  // namespace sqltune
