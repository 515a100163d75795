#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

#include "model/attention.h"
#include "model/config.h"
#include "model/linear.h"
#include "model/ops.h"

namespace sqltune {

/// Computes q, k, v -> attention output for one layer: packed attention in training, the KV cache in generation.
using AttentionFn = std::function<at::Tensor(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v)>;

/// What the forward of a block leaves for its backward.
enum class Checkpointing {
  kNone,       ///< all that the backward reads
  kSelective,  ///< not the MLP's wide activations: gate and up are computed again
  kBlock,      ///< the block's input alone: the block is computed again
};

/// The tensors that a block's backward reads.
struct BlockTape {
  at::Tensor x;              ///< [tokens, hidden]
  at::Tensor input_rstd;     ///< of the first norm
  at::Tensor qkv;            ///< [tokens, (heads + 2 kv_heads) * head_dim], after RoPE
  at::Tensor attended;       ///< [tokens, heads * head_dim]
  AttentionSaved attention;  ///< of packed_attention
  at::Tensor middle;         ///< after the attention's residual, [rows, hidden]
  at::Tensor middle_rstd;    ///< of the second norm
  at::Tensor gate_up;        ///< [rows, 2 * intermediate]; undefined with kSelective
  std::vector<at::Tensor> qkv_saved, o_saved, gate_up_saved, down_saved;  ///< of the adapters
};

/// What all blocks of one micro-step share.
struct PackedPass {
  const DecoderConfig& config;
  const RopeTables& rope;
  const PackedLayout& layout;
  AttentionOptions attention;
  CallContext context;
};

/// One pre-norm decoder block: x + o(attention(norm x)), then x + down(silu(gate) * up).
struct Block {
  at::Tensor input_norm;           ///< [hidden]
  at::Tensor post_attention_norm;  ///< [hidden]
  Linear q, k, v, o, gate, up, down;

  /// x [tokens, hidden] -> [tokens, hidden] without autograd; for generation and scoring.
  at::Tensor infer(const at::Tensor& x, const DecoderConfig& config, const RopeTables& rope,
                   const AttentionFn& attention) const;

  /// The same over a packed batch, keeping in `tape` what backward reads. `rows` (int64, may repeat) asks for the
  /// output of these tokens alone, as the last block's labelled ones: attention's keys come from all tokens.
  at::Tensor forward(const at::Tensor& x, const PackedPass& pass, const at::Tensor& rows, Checkpointing checkpointing,
                     BlockTape& tape) const;
  /// Gradient of x given that of the output, by hand: frozen weights get none, cheap values are computed again, and
  /// the tape is used up. Returns an undefined tensor unless `need_dx`.
  at::Tensor backward(const at::Tensor& grad, const PackedPass& pass, const at::Tensor& rows, bool need_dx,
                      BlockTape& tape, Gradients& gradients) const;
  /// Whether forward and backward above exist for every adapter here.
  bool has_explicit_passes() const;

  /// The same block by differentiable operators alone: what the explicit passes are compared with, and what trains
  /// adapters that lack them.
  at::Tensor reference(const at::Tensor& x, const PackedPass& pass, const at::Tensor& rows) const;

  std::vector<const Linear*> linears() const { return {&q, &k, &v, &o, &gate, &up, &down}; }
};

}  // namespace sqltune
