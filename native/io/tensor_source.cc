#include "io/tensor_source.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <cstring>

#include "errors.h"
#include "io/ggml_types.h"
#include "io/gguf.h"
#include "io/safetensors.h"
#include "runtime/parallel.h"

namespace sqltune {
namespace {

class SafetensorsSource : public TensorSource {
 public:
  explicit SafetensorsSource(const std::vector<std::string>& paths) {
    for (const auto& path : paths) {
      files_.push_back(std::make_unique<SafetensorsFile>(path));
      for (const auto& name : files_.back()->names()) {
        const auto [first, is_new] = where_.emplace(name, files_.back().get());
        if (!is_new) throw WeightsError(path + ": tensor " + name + " stands in " + first->second->path() + " too.");
      }
    }
  }

  bool has(const std::string& name) const override { return where_.count(name) != 0; }
  std::vector<std::string> names() const override {
    std::vector<std::string> names;
    for (const auto& entry : where_) names.push_back(entry.first);
    return names;
  }
  at::Tensor read(const std::string& name) const override {
    const auto found = where_.find(name);
    if (found != where_.end()) return found->second->view(name);
    std::string searched;
    for (const auto& file : files_) searched += (searched.empty() ? "" : ", ") + file->path();
    throw WeightsError("tensor " + name + " is missing from " + searched +
                       ": the folder lacks a shard, or config.json describes another model.");
  }

 private:
  std::vector<std::unique_ptr<SafetensorsFile>> files_;
  std::map<std::string, const SafetensorsFile*> where_;
};

/// llama.cpp's tensor name -> HuggingFace's; a name without a counterpart (rope_freqs.weight) stays as it is.
std::string hf_name(const std::string& name) {
  static const std::map<std::string, std::string> kTop = {{"token_embd.weight", "model.embed_tokens.weight"},
                                                          {"output_norm.weight", "model.norm.weight"},
                                                          {"output.weight", "lm_head.weight"}};
  static const std::map<std::string, std::string> kParts = {
      {"attn_norm", "input_layernorm"}, {"ffn_norm", "post_attention_layernorm"},
      {"attn_q", "self_attn.q_proj"},   {"attn_k", "self_attn.k_proj"},
      {"attn_v", "self_attn.v_proj"},   {"attn_output", "self_attn.o_proj"},
      {"ffn_gate", "mlp.gate_proj"},    {"ffn_up", "mlp.up_proj"},
      {"ffn_down", "mlp.down_proj"}};
  if (const auto top = kTop.find(name); top != kTop.end()) return top->second;
  const size_t layer_end = name.find('.', 4), part_end = name.rfind('.');
  if (name.rfind("blk.", 0) != 0 || layer_end == std::string::npos || part_end <= layer_end) return name;
  const auto part = kParts.find(name.substr(layer_end + 1, part_end - layer_end - 1));
  if (part == kParts.end()) return name;
  return "model.layers." + name.substr(4, layer_end - 4) + "." + part->second + name.substr(part_end);
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

class GgufSource : public TensorSource {
 public:
  GgufSource(const std::string& path, const std::string& architecture, int64_t num_heads, int64_t num_kv_heads)
      : gguf_(path), num_heads_(num_heads), num_kv_heads_(num_kv_heads) {
    const std::string found = gguf_.text("general.architecture");
    // llama.cpp has no "mistral": its converter writes one as a llama, rows permuted likewise.
    const std::string expected = architecture == "mistral" ? "llama" : architecture;
    if (found != expected) {
      throw WeightsError(path + ": general.architecture is \"" + found + "\", expected \"" + expected + "\".");
    }
    permuted_ = found == "llama";
    for (const auto& tensor : gguf_.tensors()) {
      if (!by_name_.emplace(hf_name(tensor.name), &tensor).second) {
        throw WeightsError(path + ": tensor " + tensor.name + " stands in the file twice.");
      }
    }
  }

  bool has(const std::string& name) const override { return by_name_.count(name) != 0; }
  std::vector<std::string> names() const override {
    std::vector<std::string> names;
    for (const auto& entry : by_name_) names.push_back(entry.first);
    return names;
  }

  at::Tensor read(const std::string& name) const override {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) {
      throw WeightsError("tensor " + name + " is missing from " + gguf_.file()->path() +
                         ": the file is damaged, or of another model than its metadata says.");
    }
    const at::Tensor tensor = load(*found->second);
    if (!permuted_) return tensor;
    if (name.find("self_attn.q_proj.") != std::string::npos) return unpermute(tensor, num_heads_, name);
    if (name.find("self_attn.k_proj.") != std::string::npos) return unpermute(tensor, num_kv_heads_, name);
    return tensor;
  }

 private:
  at::Tensor load(const GgufTensor& tensor) const {
    auto* data = const_cast<uint8_t*>(gguf_.file()->data()) + tensor.begin;  // writable: copy-on-write
    const auto view = [&](at::ScalarType dtype) {
      return at::from_blob(data, tensor.shape, [file = gguf_.file()](void*) {}, at::TensorOptions(dtype));
    };
    const bool aligned = reinterpret_cast<uintptr_t>(data) % sizeof(float) == 0;
    if (aligned && tensor.type == ggml::kF32) return view(at::kFloat);
    if (aligned && tensor.type == ggml::kF16) return view(at::kHalf);
    if (aligned && tensor.type == ggml::kBF16) return view(at::kBFloat16);

    at::Tensor out = at::empty(tensor.shape, at::kFloat);
    const GgmlType& type = *find_ggml_type(tensor.type);
    const int64_t blocks = out.numel() / type.block_elements;
    auto* floats = out.data_ptr<float>();
    parallel_for(0, blocks, 1024, [&](int64_t begin, int64_t end) {
      dequantize(tensor.type, data + begin * type.block_bytes, floats + begin * type.block_elements,
                 (end - begin) * type.block_elements);
    });
    return out;
  }

  /// llama.cpp stores each head's rows with the two rotary halves interleaved; HuggingFace keeps them apart.
  at::Tensor unpermute(const at::Tensor& tensor, int64_t heads, const std::string& name) const {
    const int64_t rows = tensor.size(0);
    if (heads <= 0 || rows % (2 * heads) != 0) {
      throw WeightsError(gguf_.file()->path() + ": tensor " + name + " has " + std::to_string(rows) +
                         " rows, expected a multiple of twice its " + std::to_string(heads) + " heads.");
    }
    return tensor.reshape({heads, rows / heads / 2, 2, -1}).transpose(1, 2).contiguous().view(tensor.sizes());
  }

  GgufFile gguf_;
  int64_t num_heads_, num_kv_heads_;
  bool permuted_ = false;
  std::map<std::string, const GgufTensor*> by_name_;
};

}  // namespace

std::shared_ptr<TensorSource> open_tensors(const std::vector<std::string>& files, const std::string& architecture,
                                           int64_t num_heads, int64_t num_kv_heads) {
  if (files.empty()) throw WeightsError("no weight file was given; expected safetensors files or one .gguf.");
  const auto first = MappedFile::open(files.front());
  const bool gguf = first->size() >= 4 && std::memcmp(first->data(), "GGUF", 4) == 0;
  if (!gguf && ends_with(files.front(), ".gguf")) {
    throw WeightsError(files.front() + ": does not start with \"GGUF\": it is truncated or no GGUF file.");
  }
  if (!gguf) return std::make_shared<SafetensorsSource>(files);
  if (files.size() != 1) {
    throw WeightsError(files.front() + ": a GGUF model is one file, but " + std::to_string(files.size()) +
                       " files were given. Merge its parts with llama.cpp's gguf-split --merge.");
  }
  return std::make_shared<GgufSource>(files.front(), architecture, num_heads, num_kv_heads);
}

}  // namespace sqltune
