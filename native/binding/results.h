#pragma once

#include <napi.h>

#include <map>
#include <string>
#include <vector>

#include "io/gguf.h"
#include "runtime/float_block.h"
#include "session.h"

namespace sqltune {

// The core's plain structs to JavaScript values, as src/native/types.ts declares them.

/// The block's own memory, freed when JavaScript drops the array.
Napi::Float32Array to_float32_array(Napi::Env env, const FloatBlock& block);
Napi::Float32Array to_float32_array(Napi::Env env, const std::vector<float>& values);
Napi::Object to_object(Napi::Env env, const std::map<std::string, FloatBlock>& blocks);
Napi::Object to_object(Napi::Env env, const LossResult& result);
Napi::Object to_object(Napi::Env env, const StepResult& result);
Napi::Object to_object(Napi::Env env, const PrefixCacheState& state);
Napi::Array to_array(Napi::Env env, const std::vector<GeneratedRow>& rows);
Napi::Object to_object(Napi::Env env, const GgufFile& file);

}  // namespace sqltune
