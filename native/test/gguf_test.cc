// The GGUF reader against the Python gguf package: scripts/parity/gguf_fixture.py writes both files.
#include "io/gguf.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstring>

#include "check.h"
#include "errors.h"
#include "io/tensor_source.h"
#include "scratch_file.h"

namespace sqltune {
namespace {

const std::string kFixture = std::string(SQLTUNE_TEST_DATA) + "/quantised.gguf";

std::shared_ptr<TensorSource> open_gguf(const std::string& path, const char* architecture = "llama") {
  return open_tensors({path}, architecture, 4, 2);
}

/// The place of `value` (little-endian) in the bytes after `key`, for damaging one field.
size_t find_after(const std::string& bytes, const std::string& key, const std::string& value) {
  const size_t at = bytes.find(key);
  const size_t found = at == std::string::npos ? at : bytes.find(value, at + key.size());
  if (found == std::string::npos) throw test::Failure("the fixture holds no " + key);
  return found;
}

}  // namespace

TEST("gguf: every type de-quantises to what the Python package gives, bit for bit") {
  const auto gguf = open_gguf(kFixture);
  const auto expected = read_safetensors(std::string(SQLTUNE_TEST_DATA) + "/quantised.safetensors");
  EXPECT_EQ(gguf->names().size(), expected.size());
  for (const auto& [name, tensor] : expected) {
    EXPECT(gguf->has(name));
    const at::Tensor found = gguf->read(name).to(at::kFloat);
    if (!at::equal(found, tensor)) test::fail(__FILE__, __LINE__, name, " differs");
  }
}

TEST("gguf: float32 and half tensors are views of the file, quantised ones float32") {
  const auto gguf = open_gguf(kFixture);
  EXPECT(gguf->read("model.norm.weight").scalar_type() == at::kFloat);
  EXPECT(gguf->read("model.layers.0.mlp.down_proj.weight").scalar_type() == at::kBFloat16);
  EXPECT(gguf->read("model.layers.1.mlp.down_proj.weight").scalar_type() == at::kHalf);
  EXPECT(gguf->read("model.layers.0.mlp.up_proj.weight").scalar_type() == at::kFloat);
  EXPECT(gguf->read("model.norm.weight").data_ptr() == gguf->read("model.norm.weight").data_ptr());
}

TEST("gguf: metadata of every kind is read") {
  const GgufFile file(kFixture);
  EXPECT_EQ(file.text("general.architecture"), std::string("llama"));
  EXPECT_EQ(file.text("no.such.key"), std::string());
  for (const auto& [key, entry] : file.metadata()) {
    if (key == "llama.attention.head_count") EXPECT_EQ(std::get<int64_t>(entry.value), 4);
    if (key == "llama.attention.layer_norm_rms_epsilon") EXPECT_EQ(std::get<double>(entry.value), double{1e-5f});
    if (key == "tokenizer.ggml.add_bos_token") EXPECT(std::get<bool>(entry.value));
    if (key == "tokenizer.ggml.tokens") {
      const auto& tokens = std::get<GgufValue::Array>(entry.value);
      EXPECT_EQ(tokens.size(), 6u);
      EXPECT_EQ(std::get<std::string>(tokens[4].value), std::string("é"));
    }
  }
}

TEST("gguf: a file cut at any byte of its header, and in its data, is refused by name") {
  const std::string whole = test::read_file(kFixture);
  const size_t data = GgufFile(kFixture).tensors().front().begin;
  std::vector<size_t> cuts{0, whole.size() - 1, whole.size() - 1000, data, data - 1};
  for (size_t cut = 1; cut < data; cut += 7) cuts.push_back(cut);
  for (const size_t cut : cuts) {
    const test::ScratchFile file(".gguf", whole.substr(0, cut));
    EXPECT_THROWS(open_gguf(file.path()), WeightsError, file.path());
  }
}

TEST("gguf: an unknown tensor type is named with those that are supported") {
  std::string bytes = test::read_file(kFixture);
  // The name is followed by 4 bytes of dimensions, 8 a dimension, then the type.
  const size_t name = bytes.find("blk.0.ffn_up.weight");
  bytes[name + std::strlen("blk.0.ffn_up.weight") + 4 + 16] = 10;  // Q2_K
  const test::ScratchFile file(".gguf", bytes);
  EXPECT_THROWS(open_gguf(file.path()), WeightsError,
                "tensor blk.0.ffn_up.weight: its type Q2_K is not supported; expected one of F32, F16, Q4_0");
  EXPECT_EQ(GgufFile(file.path(), false).tensors().size(), 13u);  // it can still be looked at
}

TEST("gguf: another version, a big-endian file and a wrong architecture are refused") {
  std::string bytes = test::read_file(kFixture);
  EXPECT_THROWS(open_gguf(kFixture, "qwen2"), WeightsError, "general.architecture is \"llama\", expected \"qwen2\"");
  bytes[4] = 1;
  EXPECT_THROWS(open_gguf(test::ScratchFile(".gguf", bytes).path()), WeightsError, "GGUF version 1, expected 2 or 3");
  bytes[4] = 0;
  bytes[7] = 3;
  EXPECT_THROWS(open_gguf(test::ScratchFile(".gguf", bytes).path()), WeightsError, "expected 2 or 3 (little-endian)");
}

TEST("gguf: a damaged count or length cannot ask for more memory than the file has") {
  std::string bytes = test::read_file(kFixture);
  const size_t type = find_after(bytes, "tokenizer.ggml.tokens", std::string("\x08\0\0\0", 4));  // an array of strings
  std::memset(&bytes[type + 4], 0x7F, 8);
  EXPECT_THROWS(open_gguf(test::ScratchFile(".gguf", bytes).path()), WeightsError, "tokenizer.ggml.tokens needs");
}

TEST("gguf: a mistral is stored as a llama") { EXPECT(open_gguf(kFixture, "mistral")->has("model.norm.weight")); }

}  // namespace sqltune
