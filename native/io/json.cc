#include "io/json.h"

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <stdexcept>

namespace sqltune {
namespace {

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Json document() {
    Json value = parse_value(0);
    skip_space();
    if (at_ != text_.size()) fail("the end of the text");
    return value;
  }

 private:
  // A header nests three deep; the limit keeps a hostile file from exhausting the stack.
  static constexpr int kMaxDepth = 64;

  [[noreturn]] void fail(const std::string& expected) const {
    throw std::runtime_error("JSON, byte " + std::to_string(at_) + ": expected " + expected);
  }
  void skip_space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r')) {
      ++at_;
    }
  }
  char peek() {
    skip_space();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void need(char c) {
    if (!take(c)) fail(std::string("'") + c + "'");
  }
  bool take_word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  Json parse_value(int depth) {
    if (depth > kMaxDepth) fail("at most 64 levels of nesting");
    switch (peek()) {
      case '{':
        return parse_object(depth);
      case '[':
        return parse_array(depth);
      case '"':
        return {parse_string()};
      default:
        if (take_word("true")) return {true};
        if (take_word("false")) return {false};
        if (take_word("null")) return {nullptr};
        return {parse_number()};
    }
  }

  Json parse_object(int depth) {
    Json::Object object;
    need('{');
    if (!take('}')) {
      do {
        if (peek() != '"') fail("a key in quotes");
        std::string key = parse_string();
        need(':');
        object.emplace_back(std::move(key), parse_value(depth + 1));
      } while (take(','));
      need('}');
    }
    return {std::move(object)};
  }

  Json parse_array(int depth) {
    Json::Array array;
    need('[');
    if (!take(']')) {
      do {
        array.push_back(parse_value(depth + 1));
      } while (take(','));
      need(']');
    }
    return {std::move(array)};
  }

  double parse_number() {
    double number = 0;
    // std::from_chars for doubles is missing from Apple's older standard libraries; a header only holds integers, and
    // a fraction or exponent is read by the C function.
    size_t end = at_;
    while (end < text_.size() && std::string_view("+-.eE0123456789").find(text_[end]) != std::string_view::npos) ++end;
    const std::string digits(text_.substr(at_, end - at_));
    char* stop = nullptr;
    number = std::strtod(digits.c_str(), &stop);
    if (digits.empty() || stop != digits.c_str() + digits.size()) fail("a value");
    at_ = end;
    return number;
  }

  uint32_t parse_hex4() {
    uint32_t code = 0;
    if (at_ + 4 > text_.size()) fail("four hexadecimal digits");
    const char* begin = text_.data() + at_;
    const auto result = std::from_chars(begin, begin + 4, code, 16);
    if (result.ptr != begin + 4) fail("four hexadecimal digits");
    at_ += 4;
    return code;
  }

  static void append_utf8(std::string& out, uint32_t code) {
    if (code < 0x80) {
      out += static_cast<char>(code);
    } else if (code < 0x800) {
      out += static_cast<char>(0xC0 | (code >> 6));
      out += static_cast<char>(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
      out += static_cast<char>(0xE0 | (code >> 12));
      out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
      out += static_cast<char>(0x80 | (code & 0x3F));
    } else {
      out += static_cast<char>(0xF0 | (code >> 18));
      out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
      out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
      out += static_cast<char>(0x80 | (code & 0x3F));
    }
  }

  std::string parse_string() {
    std::string out;
    need('"');
    while (at_ < text_.size() && text_[at_] != '"') {
      const char c = text_[at_++];
      if (static_cast<unsigned char>(c) < 0x20) fail("no control character in a string");
      if (c != '\\') {
        out += c;
        continue;
      }
      const char escape = at_ < text_.size() ? text_[at_++] : '\0';
      switch (escape) {
        case '"':
        case '\\':
        case '/':
          out += escape;
          break;
        case 'b':
          out += '\b';
          break;
        case 'f':
          out += '\f';
          break;
        case 'n':
          out += '\n';
          break;
        case 'r':
          out += '\r';
          break;
        case 't':
          out += '\t';
          break;
        case 'u': {
          uint32_t code = parse_hex4();
          if (code >= 0xD800 && code < 0xDC00) {
            if (!take_word("\\u")) fail("the second half of a surrogate pair");
            const uint32_t low = parse_hex4();
            if (low < 0xDC00 || low > 0xDFFF) fail("the second half of a surrogate pair");
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
          }
          append_utf8(out, code);
          break;
        }
        default:
          fail("an escape");
      }
    }
    if (at_ >= text_.size()) fail("a closing quote");
    ++at_;
    return out;
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

const Json* Json::find(std::string_view key) const {
  if (const Object* members = object()) {
    for (const auto& [name, member] : *members) {
      if (name == key) return &member;
    }
  }
  return nullptr;
}

Json parse_json(std::string_view text) { return Parser(text).document(); }

std::string quote_json(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(static_cast<unsigned char>(c)));
      out += escaped;
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace sqltune
