#include "binding/results.h"

#include <cstring>

#include "io/ggml_types.h"

namespace sqltune {
namespace {

Napi::Number number(Napi::Env env, double value) { return Napi::Number::New(env, value); }
Napi::Number number(Napi::Env env, int64_t value) { return Napi::Number::New(env, static_cast<double>(value)); }

Napi::Value to_value(Napi::Env env, const GgufValue& metadata) {
  struct Visitor {
    Napi::Env env;
    Napi::Value operator()(bool value) const { return Napi::Boolean::New(env, value); }
    Napi::Value operator()(int64_t value) const { return number(env, value); }
    Napi::Value operator()(uint64_t value) const { return number(env, static_cast<double>(value)); }
    Napi::Value operator()(double value) const { return number(env, value); }
    Napi::Value operator()(const std::string& value) const { return Napi::String::New(env, value); }
    Napi::Value operator()(const GgufValue::Array& values) const {
      const auto array = Napi::Array::New(env, values.size());
      for (size_t i = 0; i < values.size(); ++i) {
        const Napi::HandleScope scope(env);  // a vocabulary has 150,000 entries
        array.Set(static_cast<uint32_t>(i), to_value(env, values[i]));
      }
      return array;
    }
  };
  return std::visit(Visitor{env}, metadata.value);
}

}  // namespace

Napi::Float32Array to_float32_array(Napi::Env env, const FloatBlock& block) {
  // V8 wants no external buffer of length 0.
  if (block.size == 0) return Napi::Float32Array::New(env, 0);
  auto* owner = new std::shared_ptr<void>(block.owner);
  const auto free_block = [](Napi::Env, void*, std::shared_ptr<void>* held) { delete held; };
  const auto buffer = Napi::ArrayBuffer::New(env, block.data, block.size * sizeof(float), free_block, owner);
  return Napi::Float32Array::New(env, block.size, buffer, 0);
}

Napi::Float32Array to_float32_array(Napi::Env env, const std::vector<float>& values) {
  auto array = Napi::Float32Array::New(env, values.size());
  if (!values.empty()) std::memcpy(array.Data(), values.data(), values.size() * sizeof(float));
  return array;
}

Napi::Object to_object(Napi::Env env, const std::map<std::string, FloatBlock>& blocks) {
  const auto object = Napi::Object::New(env);
  for (const auto& [name, block] : blocks) object.Set(name, to_float32_array(env, block));
  return object;
}

Napi::Object to_object(Napi::Env env, const LossResult& result) {
  const auto object = Napi::Object::New(env);
  object.Set("lossSum", number(env, result.loss_sum));
  object.Set("tokens", number(env, result.tokens));
  object.Set("correct", number(env, result.correct));
  object.Set("branchLoss", to_float32_array(env, result.branch_loss));
  return object;
}

Napi::Object to_object(Napi::Env env, const StepResult& result) {
  const auto object = Napi::Object::New(env);
  object.Set("gradNorm", number(env, result.grad_norm));
  object.Set("skipped", Napi::Boolean::New(env, result.skipped));
  return object;
}

Napi::Object to_object(Napi::Env env, const PrefixCacheState& state) {
  const auto object = Napi::Object::New(env);
  object.Set("bytes", number(env, state.bytes));
  object.Set("limitBytes", number(env, state.limit_bytes));
  object.Set("entries", number(env, state.entries));
  object.Set("hits", number(env, state.hits));
  object.Set("misses", number(env, state.misses));
  return object;
}

Napi::Array to_array(Napi::Env env, const std::vector<GeneratedRow>& rows) {
  const auto array = Napi::Array::New(env, rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    const GeneratedRow& row = rows[i];
    auto tokens = Napi::Int32Array::New(env, row.tokens.size());
    for (size_t k = 0; k < row.tokens.size(); ++k) tokens[k] = static_cast<int32_t>(row.tokens[k]);
    const auto object = Napi::Object::New(env);
    object.Set("tokens", tokens);
    object.Set("probabilities", to_float32_array(env, row.probabilities));
    object.Set("finishReason", Napi::String::New(env, row.finish_reason));
    object.Set("cachedTokens", number(env, row.cached_tokens));
    array.Set(static_cast<uint32_t>(i), object);
  }
  return array;
}

Napi::Object to_object(Napi::Env env, const GgufFile& file) {
  const auto metadata = Napi::Object::New(env);
  for (const auto& [key, value] : file.metadata()) metadata.Set(key, to_value(env, value));
  const auto tensors = Napi::Array::New(env, file.tensors().size());
  for (size_t i = 0; i < file.tensors().size(); ++i) {
    const GgufTensor& tensor = file.tensors()[i];
    const auto shape = Napi::Array::New(env, tensor.shape.size());
    for (size_t k = 0; k < tensor.shape.size(); ++k) shape.Set(static_cast<uint32_t>(k), number(env, tensor.shape[k]));
    const auto object = Napi::Object::New(env);
    object.Set("name", Napi::String::New(env, tensor.name));
    object.Set("type", Napi::String::New(env, ggml_type_name(tensor.type)));
    object.Set("shape", shape);
    tensors.Set(static_cast<uint32_t>(i), object);
  }
  const auto object = Napi::Object::New(env);
  object.Set("metadata", metadata);
  object.Set("tensors", tensors);
  return object;
}

}  // namespace sqltune
