#pragma once

#include <napi.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "abort_flag.h"
#include "session.h"

namespace sqltune {

// JavaScript values to the core's plain structs. Each throws InvalidArgument with the value's path, what was found and
// what was expected ("loadModel: spec.config.hiddenSize is undefined, expected a whole number of at least 1").

ModelSpec to_model_spec(const Napi::Value& value);
LoraSpec to_lora_spec(const Napi::Value& value);
OptimizerSpec to_optimizer_spec(const Napi::Value& value);
SamplingSpec to_sampling_spec(const Napi::Value& value);
/// `labels` is read only when asked for.
PackedBatch to_packed_batch(const Napi::Value& value, const std::string& path, bool with_labels);
std::vector<int64_t> to_tokens(const Napi::Value& value, const std::string& path);
std::string to_path(const Napi::Value& value, const std::string& path);
double to_number(const Napi::Value& value, const std::string& path);
/// One of the words; anything else is refused with the list of them.
std::string to_choice(const Napi::Value& value, const std::string& path, std::initializer_list<const char*> allowed);
bool to_boolean(const Napi::Value& value, const std::string& path);
/// A whole number in [least, most].
int64_t to_integer(const Napi::Value& value, const std::string& path, int64_t least, int64_t most = 9007199254740991);
/// Null for undefined and null.
std::shared_ptr<AbortFlag> to_abort(const Napi::Value& value, const std::string& path);

}  // namespace sqltune
