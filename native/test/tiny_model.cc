#include "tiny_model.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <map>

#include "io/tensor_source.h"
#include "scratch_file.h"

namespace sqltune::test {

ModelSpec tiny_model(const std::string& architecture, const std::string& compute_dtype, int64_t head_dim) {
  ModelSpec spec;
  DecoderConfig& c = spec.config;
  c.architecture = architecture;
  c.vocab_size = 61;
  c.hidden_size = 4 * head_dim;
  c.intermediate_size = 6 * head_dim;
  c.num_layers = 2;
  c.num_heads = 4;
  c.num_kv_heads = 2;
  c.head_dim = head_dim;
  c.max_position_embeddings = 256;
  c.tie_word_embeddings = architecture != "mistral";
  c.qkv_bias = architecture == "qwen2";

  at::Generator generator = at::detail::createCPUGenerator(7);
  NamedTensors tensors;
  const auto add = [&](const std::string& name, std::vector<int64_t> shape, double scale, double mean = 0.0) {
    tensors.emplace_back(name, at::randn(shape, generator, at::kFloat).mul_(scale).add_(mean));
  };
  add("model.embed_tokens.weight", {c.vocab_size, c.hidden_size}, 0.5);
  for (int64_t i = 0; i < c.num_layers; ++i) {
    const std::string layer = "model.layers." + std::to_string(i) + ".";
    add(layer + "input_layernorm.weight", {c.hidden_size}, 0.1, 1.0);
    add(layer + "post_attention_layernorm.weight", {c.hidden_size}, 0.1, 1.0);
    const int64_t q = c.num_heads * c.head_dim;
    const int64_t kv = c.num_kv_heads * c.head_dim;
    for (const auto& [name, size] : {std::pair{"q", q}, std::pair{"k", kv}, std::pair{"v", kv}}) {
      add(layer + "self_attn." + name + "_proj.weight", {size, c.hidden_size}, 0.3);
      if (c.qkv_bias) add(layer + "self_attn." + name + "_proj.bias", {size}, 0.2);
    }
    add(layer + "self_attn.o_proj.weight", {c.hidden_size, q}, 0.3);
    add(layer + "mlp.gate_proj.weight", {c.intermediate_size, c.hidden_size}, 0.3);
    add(layer + "mlp.up_proj.weight", {c.intermediate_size, c.hidden_size}, 0.3);
    add(layer + "mlp.down_proj.weight", {c.hidden_size, c.intermediate_size}, 0.3);
  }
  add("model.norm.weight", {c.hidden_size}, 0.1, 1.0);
  if (!c.tie_word_embeddings) add("lm_head.weight", {c.vocab_size, c.hidden_size}, 0.3);

  // Kept to the end of the process: sessions are made from a spec at any time.
  static std::map<std::string, ScratchFile> files;
  const std::string& path =
      files.try_emplace(architecture + std::to_string(head_dim), ".safetensors").first->second.path();
  write_safetensors(path, tensors, {{"format", "pt"}});
  spec.files = {path};
  spec.device = "cpu";
  spec.dtype = compute_dtype;
  spec.compute_dtype = compute_dtype;
  return spec;
}

PackedBatch tiny_batch() {
  PackedBatch batch;
  batch.prefix_lengths = {9, 0, 5};
  batch.branch_counts = {3, 1, 2};
  batch.branch_lengths = {7, 4, 12, 50, 6, 6};
  at::Generator generator = at::detail::createCPUGenerator(11);
  int64_t total = 0;
  for (const int64_t n : batch.prefix_lengths) total += n;
  for (const int64_t n : batch.branch_lengths) total += n;
  const at::Tensor ids = at::randint(0, 61, {total}, generator, at::kLong);
  batch.tokens.assign(ids.const_data_ptr<int64_t>(), ids.const_data_ptr<int64_t>() + total);
  batch.labels.assign(total, kIgnoreIndex);
  size_t branch = 0;
  int64_t at_token = 0;
  for (size_t g = 0; g < batch.prefix_lengths.size(); ++g) {
    at_token += batch.prefix_lengths[g];
    for (int64_t b = 0; b < batch.branch_counts[g]; ++b, ++branch) {
      const int64_t length = batch.branch_lengths[branch];
      // The first branch is labelled from its first token on: that one is predicted by the prefix.
      for (int64_t i = branch == 0 ? 0 : length / 2; i < length; ++i)
        batch.labels[at_token + i] = batch.tokens[at_token + i];
      at_token += length;
    }
  }
  return batch;
}

PackedBatch unshared(const PackedBatch& batch) {
  PackedBatch rows;
  size_t branch = 0;
  int64_t at_token = 0;
  for (size_t g = 0; g < batch.prefix_lengths.size(); ++g) {
    const int64_t start = at_token;
    const int64_t prefix = batch.prefix_lengths[g];
    at_token += prefix;
    for (int64_t b = 0; b < batch.branch_counts[g]; ++b, ++branch) {
      const int64_t length = batch.branch_lengths[branch];
      for (const auto& [from, count] : {std::pair{start, prefix}, std::pair{at_token, length}}) {
        rows.tokens.insert(rows.tokens.end(), batch.tokens.begin() + from, batch.tokens.begin() + from + count);
        rows.labels.insert(rows.labels.end(), batch.labels.begin() + from, batch.labels.begin() + from + count);
      }
      rows.prefix_lengths.push_back(0);
      rows.branch_counts.push_back(1);
      rows.branch_lengths.push_back(prefix + length);
      at_token += length;
    }
  }
  return rows;
}

void add_trained_lora(Session& session, double dropout, const std::vector<std::string>& targets) {
  LoraSpec spec;
  spec.dropout = dropout;
  spec.seed = 3;
  const std::vector<std::string> all{"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
                                     "mlp.gate_proj",    "mlp.up_proj",      "mlp.down_proj",    "lm_head"};
  for (const auto& name : targets.empty() ? all : targets) {
    for (int layer = targets.empty() ? 0 : 1; layer < 2 && name != "lm_head"; ++layer) {
      spec.modules.push_back({"model.layers." + std::to_string(layer) + "." + name, 3, 1.5});
    }
    if (name == "lm_head") spec.modules.push_back({name, 3, 1.5});
  }
  session.add_lora(spec);

  // B starts at zero, where A has no gradient: give it values through the adapter's own file format.
  const ScratchFile file(".safetensors");
  const std::string& path = file.path();
  session.save_lora(path);
  at::Generator generator = at::detail::createCPUGenerator(5);
  NamedTensors filled;
  for (auto& [name, tensor] : read_safetensors(path)) {
    const bool is_b = name.find("lora_B") != std::string::npos;
    filled.emplace_back(name,
                        is_b ? at::randn(tensor.sizes(), generator, at::kFloat).mul_(0.2) : tensor.to(at::kFloat));
  }
  write_safetensors(path, filled, {});
  session.load_lora(path);
}

}  // namespace sqltune::test
