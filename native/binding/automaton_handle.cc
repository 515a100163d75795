#include "binding/automaton_handle.h"

#include <string>
#include <vector>

#include "binding/environment.h"
#include "errors.h"

namespace sqltune {
namespace {

constexpr napi_type_tag kVocabularyTag = {0x1b7d0c6fa3e94d52ULL, 0x8e2f5a9c71d3406bULL};
constexpr napi_type_tag kAutomatonTag = {0x4f0e92d7c85b4a13ULL, 0xb36a1d8e5f7c4209ULL};

[[noreturn]] void refuse(const std::string& path, const char* wanted) {
  throw InvalidArgument(path + " is something else, expected " + wanted);
}

/// The elements of a typed array of that element type.
template <typename T>
std::vector<T> elements(const Napi::Value& value, napi_typedarray_type type, const std::string& path,
                        const char* wanted) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != type) refuse(path, wanted);
  const auto array = value.As<Napi::TypedArrayOf<T>>();
  return std::vector<T>(array.Data(), array.Data() + array.ElementLength());
}

/// The fields of the tables, each by its name.
class TableFields {
 public:
  explicit TableFields(const Napi::Value& value) {
    if (!value.IsObject()) refuse("createAutomaton: tables", "an object of AutomatonTables");
    object_ = value.As<Napi::Object>();
  }
  std::vector<int32_t> integers(const char* name) const {
    return elements<int32_t>(object_.Get(name), napi_int32_array, path(name), "an Int32Array");
  }
  std::vector<int16_t> shorts(const char* name) const {
    return elements<int16_t>(object_.Get(name), napi_int16_array, path(name), "an Int16Array");
  }
  int32_t integer(const char* name) const {
    if (!object_.Get(name).IsNumber()) refuse(path(name), "a whole number");
    return object_.Get(name).As<Napi::Number>().Int32Value();
  }
  bool boolean(const char* name) const {
    if (!object_.Get(name).IsBoolean()) refuse(path(name), "true or false");
    return object_.Get(name).As<Napi::Boolean>().Value();
  }
  std::vector<std::string> texts(const char* name) const {
    if (!object_.Get(name).IsArray()) refuse(path(name), "an array of strings");
    const auto array = object_.Get(name).As<Napi::Array>();
    std::vector<std::string> texts;
    for (uint32_t i = 0; i < array.Length(); i++) {
      const Napi::Value text = array.Get(i);
      if (!text.IsString()) refuse(path(name), "an array of strings");
      texts.push_back(text.As<Napi::String>().Utf8Value());
    }
    return texts;
  }

 private:
  static std::string path(const char* name) { return std::string("createAutomaton: tables.") + name; }
  Napi::Object object_;
};

void read_providers(const TableFields& fields, AutomatonTables& tables) {
  const auto offsets = fields.integers("providerOffsets"), members = fields.integers("providerMembers");
  if (offsets.empty()) refuse("createAutomaton: tables.providerOffsets", "one entry more than there are providers");
  for (size_t p = 0; p + 1 < offsets.size(); p++) {
    auto& set = tables.providers.emplace_back();
    const int32_t from = offsets[p], to = offsets[p + 1];
    if (from < 0 || to < from || to > static_cast<int32_t>(members.size())) {
      refuse("createAutomaton: tables.providerOffsets", "offsets that rise within providerMembers");
    }
    for (int32_t i = from; i < to; i++) {
      if (members[i] < 0 || members[i] >= AutomatonTables::kMembers) {
        refuse("createAutomaton: tables.providerMembers", "members that there are");
      }
      set.set(members[i]);
    }
    tables.provider_widths.push_back(to - from);
  }
}

AutomatonTables to_tables(const Napi::Value& value) {
  const TableFields fields(value);
  AutomatonTables tables;
  tables.lexer = fields.shorts("lexer");
  tables.lexer_accept = fields.integers("lexerAccept");
  tables.class_kinds = fields.integers("classKinds");
  tables.end_class = fields.integer("endClass");
  tables.words = fields.texts("words");
  tables.word_flags = fields.integers("wordFlags");
  tables.word_keywords = fields.integers("wordKeywords");
  tables.word_members = fields.integers("wordMembers");
  tables.word_providers = fields.integers("wordProviders");
  tables.word_functions = fields.integers("wordFunctions");
  tables.member_count = fields.integer("memberCount");
  read_providers(fields, tables);
  tables.provider_words = fields.integers("providerWords");
  tables.open = fields.boolean("open");
  tables.first_gathering_function = fields.integer("firstGatheringFunction");
  tables.state_arcs = fields.integers("stateArcs");
  tables.start = fields.integer("start");
  const auto arcs = fields.integers("arcs"), operations = fields.integers("operations");
  for (size_t i = 0; i + 6 < arcs.size(); i += 7) {
    tables.arcs.push_back({arcs[i], arcs[i + 1], arcs[i + 2], arcs[i + 3], arcs[i + 4], arcs[i + 5], arcs[i + 6]});
  }
  for (size_t i = 0; i + 1 < operations.size(); i += 2) tables.ops.push_back({operations[i], operations[i + 1]});
  return tables;
}

int64_t token_of(const Napi::CallbackInfo& info, const char* path) {
  if (!info[0].IsNumber()) refuse(path, "a token's number");
  return info[0].As<Napi::Number>().Int64Value();
}

}  // namespace

Napi::Function VocabularyHandle::define(Napi::Env env) {
  return DefineClass(env, "NativeVocabulary", {InstanceAccessor<&VocabularyHandle::size>("size")});
}

VocabularyHandle::VocabularyHandle(const Napi::CallbackInfo& info) : Napi::ObjectWrap<VocabularyHandle>(info) {
  info.This().As<Napi::Object>().TypeTag(&kVocabularyTag);
}

Napi::Value VocabularyHandle::create(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const auto bytes = elements<uint8_t>(info[0], napi_uint8_array, "createTokenVocabulary: bytes", "a Uint8Array");
    const auto offsets =
        elements<int32_t>(info[1], napi_int32_array, "createTokenVocabulary: offsets", "an Int32Array");
    auto vocabulary = std::make_shared<const TokenVocabulary>(bytes.data(), bytes.size(), offsets);
    const Napi::Object object = Environment::of(info.Env()).vocabulary_class.New({});
    Unwrap(object)->vocabulary_ = std::move(vocabulary);
    return object;
  });
}

std::shared_ptr<const TokenVocabulary> VocabularyHandle::vocabulary_of(const Napi::Value& value) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&kVocabularyTag)) return nullptr;
  return Unwrap(value.As<Napi::Object>())->vocabulary_;
}

Napi::Value VocabularyHandle::size(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), vocabulary_ ? static_cast<double>(vocabulary_->size()) : 0);
}

Napi::Function AutomatonHandle::define(Napi::Env env) {
  return DefineClass(
      env, "NativeAutomaton",
      {InstanceAccessor<&AutomatonHandle::bytes>("bytes"), InstanceMethod<&AutomatonHandle::begin>("begin")});
}

AutomatonHandle::AutomatonHandle(const Napi::CallbackInfo& info) : Napi::ObjectWrap<AutomatonHandle>(info) {
  info.This().As<Napi::Object>().TypeTag(&kAutomatonTag);
}

Napi::Value AutomatonHandle::create(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    auto vocabulary = VocabularyHandle::vocabulary_of(info[0]);
    if (!vocabulary) refuse("createAutomaton: vocabulary", "an object made by createTokenVocabulary()");
    auto tables = to_tables(info[1]);
    auto stops = elements<int32_t>(info[2], napi_int32_array, "createAutomaton: stopIds", "an Int32Array");
    auto automaton = std::make_shared<const Automaton>(std::move(vocabulary), std::move(tables), std::move(stops));
    const Napi::Object object = Environment::of(info.Env()).automaton_class.New({});
    Unwrap(object)->automaton_ = std::move(automaton);
    return object;
  });
}

std::shared_ptr<const ConstraintFactory> AutomatonHandle::automaton_of(const Napi::Value& value) {
  if (!value.IsObject() || !value.As<Napi::Object>().CheckTypeTag(&kAutomatonTag)) return nullptr;
  return Unwrap(value.As<Napi::Object>())->automaton_;
}

Napi::Value AutomatonHandle::bytes(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), automaton_ ? static_cast<double>(automaton_->bytes()) : 0);
}

Napi::Value AutomatonHandle::begin(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    if (!automaton_) refuse("begin: this", "an object made by createAutomaton()");
    const Napi::Object object = Environment::of(info.Env()).constraint_class.New({});
    auto* handle = ConstraintHandle::Unwrap(object);
    handle->constraint_ = automaton_->begin();
    handle->vocabulary_ = automaton_->vocabulary().size();
    return object;
  });
}

Napi::Function ConstraintHandle::define(Napi::Env env) {
  return DefineClass(
      env, "NativeConstraint",
      {InstanceMethod<&ConstraintHandle::admits>("admits"), InstanceMethod<&ConstraintHandle::mask>("mask"),
       InstanceMethod<&ConstraintHandle::accept>("accept")});
}

ConstraintHandle::ConstraintHandle(const Napi::CallbackInfo& info) : Napi::ObjectWrap<ConstraintHandle>(info) {}

Napi::Value ConstraintHandle::admits(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    return Napi::Boolean::New(info.Env(), constraint_ && constraint_->admits(token_of(info, "admits: token")));
  });
}

Napi::Value ConstraintHandle::mask(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    std::vector<uint32_t> bits = token_bits(vocabulary_);
    if (constraint_) constraint_->mask(bits);
    auto array = Napi::Uint32Array::New(info.Env(), bits.size());
    std::copy(bits.begin(), bits.end(), array.Data());
    return array;
  });
}

Napi::Value ConstraintHandle::accept(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    if (constraint_) constraint_->accept(token_of(info, "accept: token"));
    return info.Env().Undefined();
  });
}

}  // namespace sqltune
