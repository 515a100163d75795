#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace sqltune {

/// A parsed JSON value (RFC 8259), as much as the header of a safetensors file needs. Numbers are doubles: exact for
/// file offsets below 2^53.
struct Json {
  using Array = std::vector<Json>;
  using Object = std::vector<std::pair<std::string, Json>>;
  std::variant<std::nullptr_t, bool, double, std::string, Array, Object> value = nullptr;

  /// The member of an object, or null when this is no object or has no such member.
  const Json* find(std::string_view key) const;
  const Object* object() const { return std::get_if<Object>(&value); }
  const Array* array() const { return std::get_if<Array>(&value); }
  const std::string* string() const { return std::get_if<std::string>(&value); }
  const double* number() const { return std::get_if<double>(&value); }
};

/// Throws std::runtime_error with the byte position and what was expected there.
Json parse_json(std::string_view text);

/// `text` in double quotes, escaped.
std::string quote_json(std::string_view text);

}  // namespace sqltune
