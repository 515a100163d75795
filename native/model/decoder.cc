#include "model/decoder.h"

#include <ATen/ATen.h>

#include <cmath>
#include <numeric>

#include "errors.h"
#include "model/ops.h"

namespace sqltune {

namespace {

/// Reads tensors and collects what is wrong with them, so that all of it is said at once.
class Loader {
 public:
  Loader(const TensorSource& source, const at::Device& device, at::ScalarType dtype, at::ScalarType compute)
      : source_(source), device_(device), dtype_(dtype), compute_(compute) {}

  at::Tensor read(const std::string& name, at::IntArrayRef shape, at::ScalarType dtype) {
    if (!source_.has(name)) {
      problem(name + " is missing");
      return {};
    }
    const at::Tensor found = source_.read(name);
    if (found.sizes() != shape) {
      problem(name + " has shape " + c10::str(found.sizes()) + ", expected " + c10::str(shape));
      return {};
    }
    count_ += found.numel();
    return found.to(device_, dtype);
  }

  /// A small tensor used in the compute precision (norms, biases).
  at::Tensor vector(const std::string& name, int64_t size) { return read(name, {size}, compute_); }

  Linear linear(const std::string& name, int64_t out, int64_t in, bool bias) {
    Linear linear;
    linear.name = name;
    linear.weight = std::make_shared<DenseWeight>(read(name + ".weight", {out, in}, held()), compute_);
    if (bias) linear.bias = vector(name + ".bias", out);
    return linear;
  }

  /// Linears that read the same input: their weights, and their biases, are copied next to each other, so that they
  /// can be computed as one product (see LinearGroup).
  void side_by_side(const std::vector<std::pair<Linear*, std::string>>& linears, const std::vector<int64_t>& outs,
                    int64_t in, bool bias) {
    const int64_t total = std::accumulate(outs.begin(), outs.end(), int64_t{0});
    const at::Tensor weights = at::empty({total, in}, at::TensorOptions().device(device_).dtype(held()));
    const at::Tensor biases =
        bias ? at::empty({total}, at::TensorOptions().device(device_).dtype(compute_)) : at::Tensor();
    int64_t row = 0;
    for (size_t i = 0; i < linears.size(); row += outs[i++]) {
      auto& [linear, name] = linears[i];
      linear->name = name;
      const at::Tensor own = weights.narrow(0, row, outs[i]);
      copy(name + ".weight", own);
      linear->weight = std::make_shared<DenseWeight>(own, compute_, /*writable=*/true);
      if (!bias) continue;
      linear->bias = biases.narrow(0, row, outs[i]);
      copy(name + ".bias", linear->bias);
    }
  }

  /// What weights are held in. float16 weights that are computed in bfloat16 are rounded once here instead of at
  /// every use: the products are the same.
  at::ScalarType held() const { return dtype_ == at::kHalf && compute_ == at::kBFloat16 ? at::kBFloat16 : dtype_; }

  void problem(const std::string& what) {
    if (++problems_ <= 10) text_ += "\n  " + what;
  }
  void finish() const {
    if (problems_ == 0) return;
    const std::string more = problems_ > 10 ? "\n  and " + std::to_string(problems_ - 10) + " more" : "";
    throw WeightsError("the weights do not fit the model's config:" + text_ + more);
  }
  int64_t count() const { return count_; }

 private:
  void copy(const std::string& name, at::Tensor to) {
    const at::Tensor found = read(name, to.sizes(), to.scalar_type());
    if (found.defined()) to.copy_(found);
  }

  const TensorSource& source_;
  at::Device device_;
  at::ScalarType dtype_;
  at::ScalarType compute_;
  int64_t problems_ = 0;
  int64_t count_ = 0;
  std::string text_;
};

}  // namespace

Decoder::Decoder(const DecoderConfig& config, const TensorSource& source, const at::Device& device,
                 at::ScalarType dtype, at::ScalarType compute)
    : config_(config), device_(device), compute_(compute) {
  Loader loader(source, device, dtype, compute);
  const int64_t hidden = config.hidden_size;
  const int64_t q_size = config.num_heads * config.head_dim;
  const int64_t kv_size = config.num_kv_heads * config.head_dim;

  // Some published models with tied embeddings store the shared matrix only as lm_head.weight.
  tied_ = config.tie_word_embeddings;
  const bool only_head = tied_ && !source.has("model.embed_tokens.weight") && source.has("lm_head.weight");
  embedding_ = loader.read(only_head ? "lm_head.weight" : "model.embed_tokens.weight", {config.vocab_size, hidden},
                           loader.held());
  for (int64_t i = 0; i < config.num_layers; ++i) {
    const std::string layer = "model.layers." + std::to_string(i) + ".";
    const std::string attention = layer + "self_attn.";
    const std::string mlp = layer + "mlp.";
    blocks_.push_back({loader.vector(layer + "input_layernorm.weight", hidden),
                       loader.vector(layer + "post_attention_layernorm.weight", hidden)});
    Block& block = blocks_.back();
    loader.side_by_side(
        {{&block.q, attention + "q_proj"}, {&block.k, attention + "k_proj"}, {&block.v, attention + "v_proj"}},
        {q_size, kv_size, kv_size}, hidden, config.qkv_bias);
    block.o = loader.linear(attention + "o_proj", hidden, q_size, config.output_bias);
    loader.side_by_side({{&block.gate, mlp + "gate_proj"}, {&block.up, mlp + "up_proj"}},
                        {config.intermediate_size, config.intermediate_size}, hidden, config.mlp_bias);
    block.down = loader.linear(mlp + "down_proj", hidden, config.intermediate_size, config.mlp_bias);
  }
  norm_ = loader.vector("model.norm.weight", hidden);
  if (tied_) {
    lm_head_.name = "lm_head";
    lm_head_.weight = std::make_shared<DenseWeight>(embedding_, compute);
  } else {
    lm_head_ = loader.linear("lm_head", config.vocab_size, hidden, false);
  }
  loader.finish();
  parameter_count_ = loader.count();
}

int64_t Decoder::weight_bytes() const {
  int64_t bytes = static_cast<int64_t>(embedding_.nbytes() + norm_.nbytes());
  if (!tied_) bytes += lm_head_.weight->bytes();
  for (const auto& block : blocks_) {
    bytes += static_cast<int64_t>(block.input_norm.nbytes() + block.post_attention_norm.nbytes());
    for (const auto* linear : block.linears()) {
      bytes += linear->weight->bytes() + (linear->bias.defined() ? static_cast<int64_t>(linear->bias.nbytes()) : 0);
    }
  }
  return bytes;
}

at::Tensor Decoder::embed(const at::Tensor& ids) const { return embedding_.index_select(0, ids).to(compute_); }

Normed Decoder::final_norm(const at::Tensor& x) const { return rms_norm(x, norm_, config_.rms_norm_eps); }

at::Tensor Decoder::logits(const at::Tensor& hidden) const {
  const LinearGroup head({&lm_head_});
  return head.forward(final_norm(hidden).y, {}, nullptr).to(at::kCPU, at::kFloat).contiguous();
}

at::Tensor Decoder::final_norm_backward(const at::Tensor& grad, const at::Tensor& x, const at::Tensor& rstd) const {
  return rms_norm_backward(grad, x, norm_, rstd, at::Tensor());
}

at::Tensor Decoder::final_norm_reference(const at::Tensor& x) const {
  return rms_norm_reference(x, norm_, config_.rms_norm_eps);
}

AttentionOptions Decoder::attention_options() const {
  return {1.0 / std::sqrt(static_cast<double>(config_.head_dim)), config_.sliding_window, std::nullopt};
}

std::map<std::string, Linear*> Decoder::linears() {
  std::map<std::string, Linear*> all{{lm_head_.name, &lm_head_}};
  for (auto& block : blocks_) {
    for (auto* linear : {&block.q, &block.k, &block.v, &block.o, &block.gate, &block.up, &block.down}) {
      all[linear->name] = linear;
    }
  }
  return all;
}

}  // namespace sqltune
