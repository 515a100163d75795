#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>
#include <vector>

#include "abort_flag.h"
#include "io/tensor_source.h"
#include "model/attention.h"
#include "model/block.h"
#include "model/config.h"
#include "model/linear.h"
#include "model/ops.h"
#include "model/packed_layout.h"

namespace sqltune {

/// A Llama-like decoder described by its config: Llama, Mistral and Qwen2 differ in numbers and biases alone. Weights
/// are frozen. The caller runs the layers one by one, which lets it stop, checkpoint or cache between them.
class Decoder {
 public:
  /// Reads the weights; throws WeightsError naming every missing or misshapen tensor.
  Decoder(const DecoderConfig& config, const TensorSource& source, const at::Device& device, at::ScalarType dtype,
          at::ScalarType compute);
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  const DecoderConfig& config() const { return config_; }
  const at::Device& device() const { return device_; }
  at::ScalarType compute() const { return compute_; }
  int64_t parameter_count() const { return parameter_count_; }
  int64_t weight_bytes() const;

  /// Token ids int64 [tokens] on the device -> [tokens, hidden] in the compute precision.
  at::Tensor embed(const at::Tensor& ids) const;
  const std::vector<Block>& blocks() const { return blocks_; }
  Normed final_norm(const at::Tensor& x) const;
  const at::Tensor& final_norm_weight() const { return norm_; }
  at::Tensor final_norm_backward(const at::Tensor& grad, const at::Tensor& x, const at::Tensor& rstd) const;
  at::Tensor final_norm_reference(const at::Tensor& x) const;
  const Linear& lm_head() const { return lm_head_; }
  /// hidden [rows, hidden] after the last block -> logits [rows, vocab], float32 on the CPU.
  at::Tensor logits(const at::Tensor& hidden) const;
  /// `length`: tokens of the longest row, for scalings that depend on it.
  RopeTables rope_tables(const at::Tensor& positions, int64_t length) const;
  AttentionOptions attention_options() const;
  /// Every linear by its module name.
  std::map<std::string, Linear*> linears();

 private:
  DecoderConfig config_;
  at::Device device_;
  at::ScalarType compute_;
  int64_t parameter_count_ = 0;
  at::Tensor embedding_;
  std::vector<Block> blocks_;
  at::Tensor norm_;
  Linear lm_head_;
  bool tied_ = false;
};

}  // namespace sqltune
