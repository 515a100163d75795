#include "binding/arguments.h"

#include <cmath>

#include "binding/abort_handle.h"
#include "binding/automaton_handle.h"
#include "errors.h"

namespace sqltune {
namespace {

/// A short picture of a value for messages.
std::string show(const Napi::Value& value) {
  switch (value.Type()) {
    case napi_undefined:
      return "undefined";
    case napi_null:
      return "null";
    case napi_boolean:
      return value.As<Napi::Boolean>().Value() ? "true" : "false";
    case napi_number: {
      const std::string text = value.ToString().Utf8Value();
      return text;
    }
    case napi_string: {
      std::string text = value.As<Napi::String>().Utf8Value();
      if (text.size() > 60) text = text.substr(0, 57) + "...";
      return '"' + text + '"';
    }
    case napi_function:
      return "a function";
    case napi_object:
      return value.IsArray() ? "an array" : value.IsTypedArray() ? "a typed array of another kind" : "an object";
    default:
      return "of another type";
  }
}

[[noreturn]] void expected(const Napi::Value& value, const std::string& path, const std::string& what) {
  throw InvalidArgument(path + " is " + show(value) + ", expected " + what + ".");
}

Napi::Object to_object(const Napi::Value& value, const std::string& path) {
  if (value.Type() != napi_object || value.IsArray()) expected(value, path, "an object");
  return value.As<Napi::Object>();
}

Napi::Array to_array(const Napi::Value& value, const std::string& path) {
  if (!value.IsArray()) expected(value, path, "an array");
  return value.As<Napi::Array>();
}

double at_least(const Napi::Value& value, const std::string& path, double least, bool strictly) {
  const double number = to_number(value, path);
  if (number < least || (strictly && number == least)) {
    expected(value, path, std::string("a number ") + (strictly ? "above " : "of at least ") + std::to_string(least));
  }
  return number;
}

/// Members of one object, by name.
struct Fields {
  Napi::Object object;
  std::string path;

  Fields(const Napi::Value& value, std::string where) : object(to_object(value, where)), path(std::move(where)) {}
  Napi::Value get(const char* name) const { return object.Get(name); }
  std::string at(const char* name) const { return path + "." + name; }
  int64_t integer(const char* name, int64_t least) const { return to_integer(get(name), at(name), least); }
  double number(const char* name, double least, bool strictly = false) const {
    return at_least(get(name), at(name), least, strictly);
  }
  bool boolean(const char* name) const { return to_boolean(get(name), at(name)); }
  std::string choice(const char* name, std::initializer_list<const char*> allowed) const {
    return to_choice(get(name), at(name), allowed);
  }
  std::vector<int64_t> tokens(const char* name) const { return to_tokens(get(name), at(name)); }
};

RopeScaling to_rope_scaling(const Napi::Value& value, const std::string& path) {
  RopeScaling scaling;
  if (value.IsNull() || value.IsUndefined()) return scaling;
  const Fields fields(value, path);
  const bool llama3 = fields.choice("type", {"linear", "llama3"}) == "llama3";
  scaling.kind = llama3 ? RopeScaling::Kind::kLlama3 : RopeScaling::Kind::kLinear;
  scaling.factor = fields.number("factor", 0, true);
  if (llama3) {
    scaling.low_freq_factor = fields.number("lowFreqFactor", 0, true);
    scaling.high_freq_factor = fields.number("highFreqFactor", 0, true);
    scaling.original_max_position_embeddings = fields.integer("originalMaxPositionEmbeddings", 1);
  }
  return scaling;
}

DecoderConfig to_config(const Napi::Value& value, const std::string& path) {
  const Fields fields(value, path);
  DecoderConfig config;
  config.architecture = fields.choice("architecture", {"llama", "mistral", "qwen2"});
  config.vocab_size = fields.integer("vocabSize", 1);
  config.hidden_size = fields.integer("hiddenSize", 1);
  config.intermediate_size = fields.integer("intermediateSize", 1);
  config.num_layers = fields.integer("numLayers", 1);
  config.num_heads = fields.integer("numHeads", 1);
  config.num_kv_heads = fields.integer("numKvHeads", 1);
  config.head_dim = fields.integer("headDim", 2);
  if (config.num_heads % config.num_kv_heads != 0) {
    expected(fields.get("numKvHeads"), fields.at("numKvHeads"),
             "a divisor of numHeads, which is " + std::to_string(config.num_heads));
  }
  if (config.head_dim % 2 != 0) expected(fields.get("headDim"), fields.at("headDim"), "an even number");
  config.rms_norm_eps = fields.number("rmsNormEps", 0);
  config.rope_theta = fields.number("ropeTheta", 0, true);
  config.rope_scaling = to_rope_scaling(fields.get("ropeScaling"), fields.at("ropeScaling"));
  config.max_position_embeddings = fields.integer("maxPositionEmbeddings", 1);
  const Napi::Value window = fields.get("slidingWindow");
  if (!window.IsNull() && !window.IsUndefined()) config.sliding_window = fields.integer("slidingWindow", 1);
  config.tie_word_embeddings = fields.boolean("tieWordEmbeddings");
  config.qkv_bias = fields.boolean("qkvBias");
  config.output_bias = fields.boolean("outputBias");
  config.mlp_bias = fields.boolean("mlpBias");
  return config;
}

}  // namespace

double to_number(const Napi::Value& value, const std::string& path) {
  if (!value.IsNumber() || !std::isfinite(value.As<Napi::Number>().DoubleValue())) {
    expected(value, path, "a finite number");
  }
  return value.As<Napi::Number>().DoubleValue();
}

int64_t to_integer(const Napi::Value& value, const std::string& path, int64_t least, int64_t most) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : std::nan("");
  if (!(number >= static_cast<double>(least) && number <= static_cast<double>(most)) || std::floor(number) != number) {
    expected(value, path, "a whole number of at least " + std::to_string(least));
  }
  return static_cast<int64_t>(number);
}

bool to_boolean(const Napi::Value& value, const std::string& path) {
  if (!value.IsBoolean()) expected(value, path, "true or false");
  return value.As<Napi::Boolean>().Value();
}

std::string to_choice(const Napi::Value& value, const std::string& path, std::initializer_list<const char*> allowed) {
  std::string list;
  for (const char* word : allowed) {
    if (value.IsString() && value.As<Napi::String>().Utf8Value() == word) return word;
    list += (list.empty() ? "\"" : ", \"") + std::string(word) + "\"";
  }
  expected(value, path, "one of " + list);
}

std::string to_path(const Napi::Value& value, const std::string& path) {
  if (!value.IsString() || value.As<Napi::String>().Utf8Value().empty()) expected(value, path, "a file's path");
  return value.As<Napi::String>().Utf8Value();
}

std::vector<int64_t> to_tokens(const Napi::Value& value, const std::string& path) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_int32_array) {
    expected(value, path, "an Int32Array");
  }
  const auto array = value.As<Napi::Int32Array>();
  return {array.Data(), array.Data() + array.ElementLength()};
}

std::shared_ptr<AbortFlag> to_abort(const Napi::Value& value, const std::string& path) {
  if (value.IsUndefined() || value.IsNull()) return nullptr;
  auto flag = AbortHandle::flag_of(value);
  if (!flag) expected(value, path, "an object made by createAbort()");
  return flag;
}

ModelSpec to_model_spec(const Napi::Value& value) {
  const Fields fields(value, "loadModel: spec");
  ModelSpec spec;
  spec.config = to_config(fields.get("config"), fields.at("config"));
  const Napi::Array files = to_array(fields.get("files"), fields.at("files"));
  for (uint32_t i = 0; i < files.Length(); ++i) {
    spec.files.push_back(to_path(files.Get(i), fields.at("files") + "[" + std::to_string(i) + "]"));
  }
  if (spec.files.empty()) throw InvalidArgument(fields.at("files") + " is empty, expected at least one weight file.");
  spec.device = fields.choice("device", {"cpu", "cuda", "mps"});
  spec.dtype = fields.choice("dtype", {"float32", "bfloat16", "float16"});
  spec.compute_dtype = spec.device == "cpu" ? fields.choice("computeDtype", {"float32", "bfloat16"})
                                            : fields.choice("computeDtype", {"float32", "bfloat16", "float16"});
  return spec;
}

LoraSpec to_lora_spec(const Napi::Value& value) {
  const Fields fields(value, "addLora: spec");
  LoraSpec spec;
  const Napi::Array modules = to_array(fields.get("modules"), fields.at("modules"));
  for (uint32_t i = 0; i < modules.Length(); ++i) {
    const Fields module(modules.Get(i), fields.at("modules") + "[" + std::to_string(i) + "]");
    if (!module.get("name").IsString()) expected(module.get("name"), module.at("name"), "a module's name");
    spec.modules.push_back({module.get("name").As<Napi::String>().Utf8Value(), module.integer("r", 1),
                            to_number(module.get("scaling"), module.at("scaling"))});
  }
  if (spec.modules.empty()) throw InvalidArgument(fields.at("modules") + " is empty, expected at least one linear.");
  spec.dropout = fields.number("dropout", 0);
  if (spec.dropout >= 1) expected(fields.get("dropout"), fields.at("dropout"), "a number in [0, 1)");
  spec.seed = static_cast<uint64_t>(fields.integer("seed", 0));
  return spec;
}

OptimizerSpec to_optimizer_spec(const Napi::Value& value) {
  const Fields fields(value, "beginTraining: spec");
  OptimizerSpec spec;
  spec.beta1 = fields.number("beta1", 0);
  spec.beta2 = fields.number("beta2", 0);
  if (spec.beta1 >= 1) expected(fields.get("beta1"), fields.at("beta1"), "a number in [0, 1)");
  if (spec.beta2 >= 1) expected(fields.get("beta2"), fields.at("beta2"), "a number in [0, 1)");
  spec.eps = fields.number("eps", 0);
  spec.weight_decay = fields.number("weightDecay", 0);
  spec.max_grad_norm = fields.number("maxGradNorm", 0);
  return spec;
}

std::vector<std::shared_ptr<const ConstraintFactory>> to_constraints(const Napi::Value& value,
                                                                     const std::string& path) {
  const Napi::Array array = to_array(value, path);
  std::vector<std::shared_ptr<const ConstraintFactory>> constraints;
  for (uint32_t i = 0; i < array.Length(); ++i) {
    const Napi::Value one = array.Get(i);
    constraints.push_back(one.IsNull() ? nullptr : AutomatonHandle::automaton_of(one));
    if (!one.IsNull() && !constraints.back()) {
      expected(one, path + "[" + std::to_string(i) + "]", "null or an object made by createAutomaton()");
    }
  }
  return constraints;
}

SamplingSpec to_sampling_spec(const Napi::Value& value) {
  const Fields fields(value, "generate: sampling");
  SamplingSpec spec;
  spec.max_new_tokens = fields.integer("maxNewTokens", 1);
  spec.temperature = fields.number("temperature", 0);
  spec.top_p = fields.number("topP", 0, true);
  if (spec.top_p > 1) expected(fields.get("topP"), fields.at("topP"), "a number in (0, 1]");
  spec.repetition_penalty = fields.number("repetitionPenalty", 0, true);
  spec.seed = static_cast<uint64_t>(fields.integer("seed", 0));
  spec.stop_ids = fields.tokens("stopIds");
  if (!fields.get("maxRows").IsUndefined()) spec.max_rows = fields.integer("maxRows", 1);
  const Napi::Value key = fields.get("cacheKey");
  if (!key.IsUndefined()) {
    if (!key.IsString()) expected(key, fields.at("cacheKey"), "a string");
    spec.cache_key = key.As<Napi::String>().Utf8Value();
  }
  const Napi::Value constraints = fields.get("constraints");
  if (!constraints.IsUndefined()) spec.constraints = to_constraints(constraints, fields.at("constraints"));
  return spec;
}

PackedBatch to_packed_batch(const Napi::Value& value, const std::string& path, bool with_labels) {
  const Fields fields(value, path);
  PackedBatch batch;
  batch.tokens = fields.tokens("tokens");
  if (with_labels) batch.labels = fields.tokens("labels");
  batch.prefix_lengths = fields.tokens("prefixLengths");
  batch.branch_counts = fields.tokens("branchCounts");
  batch.branch_lengths = fields.tokens("branchLengths");
  return batch;
}

}  // namespace sqltune
