#pragma once

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <vector>

#include "model/linear.h"

namespace sqltune {

/// Outputs of a panel.
inline constexpr int64_t kPanel = 64;

/// Frozen linears that read the same input, laid out for products with few rows: outputs are cut into panels of 64, a
/// panel's weights lie depth by depth, [in / pair][64] words (see model/avx512.h). An element of a product is summed in
/// the order of the depth, whatever the number of rows: a row's outputs do not depend on the batch it is in.
class PackedLinear {
 public:
  /// kSideBySide: the linears' outputs one after the other. kGated: of two linears of one width, 32 outputs of the
  /// first and the same 32 of the second make a panel, so that silu(gate) * up is known where a panel is done.
  enum class Order { kSideBySide, kGated };

  /// `type`: float32 or bfloat16, the products' elements. Throws nothing that the loader has not checked.
  PackedLinear(const std::vector<const Linear*>& linears, Order order, at::ScalarType type);

  /// Takes up the linears' adapters as they are now; their values are copied.
  void read_adapters();

  int64_t in() const { return in_; }
  int64_t out() const { return out_; }
  int64_t panels() const { return panels_; }
  int64_t bytes() const { return static_cast<int64_t>(words_.nbytes()); }
  /// Columns of a side-by-side panel that are outputs; the rest is padding.
  int64_t columns(int64_t panel) const { return std::min(kPanel, out_ - panel * kPanel); }

  const char* words(int64_t panel) const {
    return static_cast<const char*>(words_.const_data_ptr()) + panel * panel_bytes_;
  }
  /// Of the panel's 64 columns; null without a bias.
  const float* bias(int64_t panel) const { return bias_.empty() ? nullptr : bias_.data() + panel * kPanel; }

  /// One adapter's B, scaled and transposed: it adds low[:, at .. at + rank] times b [rank][panels * 64].
  struct Delta {
    int64_t rank = 0;
    int64_t at = 0;
    int64_t first_panel = 0, last_panel = 0;
    at::Tensor b;
  };
  const std::vector<Delta>& deltas() const { return deltas_; }
  /// A of all adapters, transposed, float32 [in, low_width]; each adapter's columns are padded to 16 by zeros.
  const at::Tensor& a() const { return a_; }
  int64_t low_width() const { return low_width_; }

 private:
  int64_t place(size_t linear, int64_t row) const;
  void pack(size_t linear, const at::Tensor& weight, int64_t element_bytes);

  std::vector<const Linear*> linears_;
  Order order_;
  int64_t in_ = 0, out_ = 0, panels_ = 0, panel_bytes_ = 0;
  std::vector<int64_t> begins_;  ///< first output of each linear
  at::Tensor words_;
  std::vector<float> bias_;
  std::vector<Delta> deltas_;
  at::Tensor a_;
  int64_t low_width_ = 0;
};

}  // namespace sqltune
