#include <ATen/ATen.h>

#include <cstring>

#include "check.h"
#include "errors.h"
#include "io/json.h"
#include "io/tensor_source.h"
#include "scratch_file.h"

namespace sqltune {
namespace {

/// A safetensors file of a header and so many zero bytes.
std::string file_of(const std::string& header, size_t data_bytes) {
  std::string bytes(8, '\0');
  for (size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(header.size() >> (8 * i));
  return bytes + header + std::string(data_bytes, '\0');
}

std::shared_ptr<TensorSource> open_files(const std::vector<std::string>& paths) {
  return open_tensors(paths, "llama", 1, 1);
}

void refused(const std::string& header, size_t data_bytes, const char* why) {
  const test::ScratchFile file(".safetensors", file_of(header, data_bytes));
  EXPECT_THROWS(open_files({file.path()}), WeightsError, why);
}

NamedTensors some_tensors() {
  return {{"a.weight", at::arange(6, at::kFloat).view({2, 3})},
          {"h", at::arange(5, at::kHalf)},
          {"b \"quoted\"\n", at::arange(3, at::kFloat).to(at::kBFloat16)},
          {"step", at::full({}, 7, at::kLong)},
          {"empty", at::empty({0, 4})}};
}

}  // namespace

TEST("safetensors: what is written is read back, views and copies alike") {
  const test::ScratchFile file(".safetensors");
  write_safetensors(file.path(), some_tensors(), {{"format", "pt"}});
  const auto source = open_files({file.path()});
  const auto copies = read_safetensors(file.path());
  EXPECT_EQ(copies.size(), 5u);
  for (const auto& [name, tensor] : some_tensors()) {
    EXPECT(source->read(name).scalar_type() == tensor.scalar_type());
    EXPECT(source->read(name).sizes() == tensor.sizes());
    EXPECT(at::equal(source->read(name), tensor));
    EXPECT(at::equal(copies.at(name), tensor));
  }
}

TEST("safetensors: the header is what the reference implementation reads") {
  const test::ScratchFile file(".safetensors");
  write_safetensors(file.path(), {{"b", at::zeros({3}, at::kHalf)}, {"a", at::zeros({2, 2})}}, {{"format", "pt"}});
  const std::string bytes = test::read_file(file.path());
  const auto length = static_cast<size_t>(static_cast<unsigned char>(bytes[0]));
  EXPECT_EQ((8 + length) % 8, 0u);
  std::string header = bytes.substr(8, length);
  header.erase(header.find_last_not_of(' ') + 1);
  EXPECT_EQ(header, std::string(R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,2],"data_offsets":)"
                                R"([0,16]},"b":{"dtype":"F16","shape":[3],"data_offsets":[16,22]}})"));
  EXPECT_EQ(bytes.size(), 8 + length + 22);
}

TEST("safetensors: a view outlives its source and writing to it leaves the file alone") {
  const test::ScratchFile file(".safetensors");
  write_safetensors(file.path(), some_tensors(), {});
  const std::string before = test::read_file(file.path());
  at::Tensor view;
  {
    view = open_files({file.path()})->read("a.weight");
  }
  view.add_(1);
  EXPECT_NEAR(view.sum().item<double>(), 21, 0);
  EXPECT(test::read_file(file.path()) == before);
}

TEST("safetensors: misaligned data is copied") {
  const std::string header = R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
  for (size_t pad = 0; pad < 4; ++pad) {
    const test::ScratchFile file(".safetensors", file_of(header + std::string(pad, ' '), 8));
    EXPECT(at::equal(open_files({file.path()})->read("x"), at::zeros({2})));
  }
}

TEST("safetensors: shards are one source; a tensor in two of them is refused") {
  const test::ScratchFile one(".safetensors"), two(".safetensors");
  write_safetensors(one.path(), {{"a", at::ones({2})}}, {});
  write_safetensors(two.path(), {{"b", at::ones({3})}}, {});
  const auto source = open_files({one.path(), two.path()});
  EXPECT_EQ(source->names().size(), 2u);
  EXPECT_EQ(source->read("b").numel(), 3);
  EXPECT_THROWS(source->read("c"), WeightsError, "tensor c is missing from " + one.path() + ", " + two.path());
  EXPECT_THROWS(open_files({one.path(), one.path()}), WeightsError, "tensor a stands in");
}

TEST("safetensors: a file cut anywhere is refused by name") {
  const test::ScratchFile whole(".safetensors");
  write_safetensors(whole.path(), some_tensors(), {{"format", "pt"}});
  const std::string bytes = test::read_file(whole.path());
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    const test::ScratchFile file(".safetensors", bytes.substr(0, cut));
    EXPECT_THROWS(open_files({file.path()}), WeightsError, file.path());
  }
}

TEST("safetensors: wrong headers are refused with the reason") {
  refused("{", 0, "the header is damaged: JSON, byte 1");
  refused("[]", 0, "the header is no JSON object");
  refused(R"({"x":{"shape":[1]}})", 0, "tensor x: the header gives no dtype, shape and data_offsets");
  refused(R"({"x":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}})", 1,
          "tensor x: unknown dtype F8_E4M3, expected one of F64, F32");
  refused(R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4, "which need 8 bytes");
  refused(R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", 8, "do not fit its shape");
  refused(R"({"x":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", 8, "the shape is not a list of lengths");
  refused(R"({"x":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,0]}})", 0, "the shape");
  refused(R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 4, "truncated. Fetch it again");
  refused(R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 12, "damaged. Fetch it again");
  const test::ScratchFile huge(".safetensors", std::string(8, '\x7f') + "{}");
  EXPECT_THROWS(open_files({huge.path()}), WeightsError, "the header is said to have");
}

TEST("safetensors: missing and unwritable paths give the system's reason") {
  EXPECT_THROWS(open_files({"/no/such/file.safetensors"}), WeightsError, "cannot be opened: No such file");
  EXPECT_THROWS(open_files({"/"}), WeightsError, "is not a regular file");
  EXPECT_THROWS(write_safetensors("/no/such/folder/x", some_tensors(), {}), IoError, "cannot be written: No such file");
}

TEST("safetensors: a full disk is an error and leaves what stood there") {
  if (!std::filesystem::exists("/dev/full")) SKIP("/dev/full is Linux's");
  const test::ScratchFile file("", "the file of before");
  const std::string unfinished = file.path() + ".unfinished";
  std::filesystem::create_symlink("/dev/full", unfinished);
  EXPECT_THROWS(write_safetensors(file.path(), {{"a", at::ones({100000})}}, {}), IoError,
                "No space left on device; free some disk space");
  EXPECT_EQ(test::read_file(file.path()), std::string("the file of before"));
  EXPECT(!std::filesystem::exists(std::filesystem::symlink_status(unfinished)));
}

TEST("safetensors: writing replaces a file that is mapped, and leaves nothing beside it") {
  const test::ScratchFile file(".safetensors");
  write_safetensors(file.path(), {{"a", at::ones({3})}}, {});
  const at::Tensor before = open_files({file.path()})->read("a");
  write_safetensors(file.path(), {{"a", at::zeros({4})}}, {});
  EXPECT(at::equal(before, at::ones({3})));  // the mapping keeps the old file
  EXPECT(at::equal(read_safetensors(file.path()).at("a"), at::zeros({4})));
  EXPECT(!std::filesystem::exists(file.path() + ".unfinished"));
}

TEST("safetensors: a tensor that has no name in the format is refused") {
  const test::ScratchFile file(".safetensors");
  EXPECT_THROWS(write_safetensors(file.path(), {{"c", at::zeros({2}, at::kComplexFloat)}}, {}), InvalidArgument,
                "tensor c of type ComplexFloat on cpu cannot be written");
  EXPECT_THROWS(write_safetensors(file.path(), {{"t", at::zeros({2, 3}).t()}}, {}), InvalidArgument, "contiguous");
}

TEST("json: escapes, nesting and numbers") {
  const Json json = parse_json(R"( {"a":"\u00e9\ud83d\ude00\n\"\\","b":[1,-2.5e1,true,null]} )");
  EXPECT_EQ(*json.find("a")->string(), std::string("é😀\n\"\\"));
  EXPECT_EQ((*json.find("b")->array()).size(), 4u);
  EXPECT_EQ(*(*json.find("b")->array())[1].number(), -25.0);
  EXPECT(json.find("c") == nullptr);
  EXPECT_EQ(*parse_json(quote_json("a\"\\\n\x01é")).string(), std::string("a\"\\\n\x01é"));
  for (const char* wrong : {"", "{", "[1,]", "{\"a\"}", "\"\\q\"", "\"\\ud800\"", "01x", "\"a", "nul", "1 2"}) {
    EXPECT_THROWS(parse_json(wrong), std::runtime_error, "JSON, byte");
  }
  EXPECT_THROWS(parse_json(std::string(100000, '[')), std::runtime_error, "64 levels");
}

}  // namespace sqltune
