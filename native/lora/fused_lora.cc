#include "lora/fused_lora.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "runtime/fast_paths.h"
#include "runtime/parallel.h"

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))

#include "model/avx512.h"

namespace sqltune::cpu {

namespace {

using avx512::DropoutMask;
using avx512::FloatDot;
using avx512::load16;
using avx512::product;
using avx512::Rows;
using avx512::rows_of;
using avx512::rows_out;
using avx512::scratch;
using avx512::store16;

constexpr int64_t kColumns = 128;         // columns of y or dx at a time
constexpr int64_t kTileElements = 32768;  // of the widened input: 128 kB
constexpr int64_t kParts = 16;            // runs of rows that sum gradients apart, whatever the number of threads
constexpr int64_t kLeastRowsOfPart = 96;

int64_t up16(int64_t n) { return (n + 15) & ~int64_t{15}; }

/// m [rows, columns], transposed if asked, with columns padded to a multiple of 16 by zeros.
at::Tensor padded(const at::Tensor& m, bool transposed) {
  const at::Tensor from = transposed ? m.detach().t() : m.detach();
  at::Tensor to = at::zeros({from.size(0), up16(from.size(1))}, m.options().requires_grad(false));
  to.narrow(1, 0, from.size(1)).copy_(from);
  return to;
}

const float* f32(const at::Tensor& t) { return t.const_data_ptr<float>(); }
float* f32_out(const at::Tensor& t) { return t.mutable_data_ptr<float>(); }

int64_t tile_rows(int64_t columns) { return std::clamp<int64_t>(kTileElements / columns / 12 * 12, 12, 48); }

template <class Element>
struct Lora {
  int64_t in, out, rank, width;  // width: rank padded to 16
  float scaling;
  DropoutMask mask;

  /// Rows of x as float32 with dropout applied, [count, in].
  void widen_x(Rows<const Element> x, int64_t t, int64_t count, float* to) const {
    for (int64_t r = 0; r < count; ++r) {
      for (int64_t i = 0; i < in; i += 16) {
        store16(to + r * in + i, mask.apply(load16(x.row(t + r) + i), (t + r) * in + i));
      }
    }
  }

  void forward_tile(Rows<const Element> x, int64_t t, int64_t count, const float* a_t, const float* b_t, float* low,
                    Rows<Element> y) const {
    float* wide = scratch<float, 40>(count * in);
    float* part = scratch<float, 41>(count * kColumns);
    widen_x(x, t, count, wide);
    product<FloatDot>(count, width, in, {wide, in, 1}, a_t, width, low + t * width, width, false);
    for (int64_t c = 0; c < out; c += kColumns) {
      const int64_t n = std::min(kColumns, out - c);
      product<FloatDot>(count, n, rank, {low + t * width, width, 1}, b_t + c, out, part, kColumns, false);
      for (int64_t r = 0; r < count; ++r) {
        Element* to = y.row(t + r) + c;
        for (int64_t i = 0; i < n; i += 16) {
          store16(to + i, _mm512_fmadd_ps(load16(part + r * kColumns + i), _mm512_set1_ps(scaling), load16(to + i)));
        }
      }
    }
  }

  /// Adds to da_t [in, width] and db [out, width].
  void backward_tile(Rows<const Element> grad, Rows<const Element> x, int64_t t, int64_t count, const float* low,
                     const float* a, const float* b, Rows<Element> dx, float* da_t, float* db) const {
    float* wide = scratch<float, 42>(count * std::max(in, out));
    float* dlow = scratch<float, 43>(count * width);
    float* part = scratch<float, 44>(count * kColumns);
    for (int64_t r = 0; r < count; ++r)
      for (int64_t o = 0; o < out; o += 16) {
        store16(wide + r * out + o, _mm512_mul_ps(load16(grad.row(t + r) + o), _mm512_set1_ps(scaling)));
      }
    product<FloatDot>(count, width, out, {wide, out, 1}, b, width, dlow, width, false);
    product<FloatDot>(out, width, count, {wide, 1, out}, low + t * width, width, db, width, true);
    widen_x(x, t, count, wide);
    product<FloatDot>(in, width, count, {wide, 1, in}, dlow, width, da_t, width, true);
    if (dx.data == nullptr) return;
    for (int64_t c = 0; c < in; c += kColumns) {
      const int64_t n = std::min(kColumns, in - c);
      product<FloatDot>(count, n, rank, {dlow, width, 1}, a + c, in, part, kColumns, false);
      for (int64_t r = 0; r < count; ++r) {
        Element* to = dx.row(t + r) + c;
        for (int64_t i = 0; i < n; i += 16) {
          const __m512 kept = mask.apply(load16(part + r * kColumns + i), (t + r) * in + c + i);
          store16(to + i, _mm512_add_ps(load16(to + i), kept));
        }
      }
    }
  }
};

template <class Element>
at::Tensor forward(const at::Tensor& x, const at::Tensor& a, const at::Tensor& b, double scaling, double p,
                   uint64_t seed, const at::Tensor& y) {
  const int64_t rows = x.size(0);
  const Lora<Element> lora{x.size(1),           y.size(1), a.size(0), up16(a.size(0)), static_cast<float>(scaling),
                           DropoutMask(p, seed)};
  const at::Tensor a_t = padded(a, true);
  const at::Tensor b_t = b.detach().t().contiguous();
  const at::Tensor low = at::empty({rows, lora.width}, a_t.options());
  const int64_t step = tile_rows(lora.in);
  share_out((rows + step - 1) / step, [&](int64_t i) {
    const int64_t t = i * step;
    lora.forward_tile(rows_of<Element>(x), t, std::min(step, rows - t), f32(a_t), f32(b_t), f32_out(low),
                      rows_out<Element>(y));
  });
  return low;
}

template <class Element>
std::pair<at::Tensor, at::Tensor> backward(const at::Tensor& grad, const at::Tensor& x, const at::Tensor& low,
                                           const at::Tensor& a, const at::Tensor& b, double scaling, double p,
                                           uint64_t seed, const at::Tensor& dx) {
  const int64_t rows = x.size(0);
  const Lora<Element> lora{x.size(1),           grad.size(1), a.size(0), up16(a.size(0)), static_cast<float>(scaling),
                           DropoutMask(p, seed)};
  const at::Tensor b_padded = padded(b, false);
  const at::Tensor a_rows = a.detach().contiguous();
  const int64_t parts = std::clamp<int64_t>(rows / kLeastRowsOfPart, 1, kParts);
  const int64_t size = (lora.in + lora.out) * lora.width;
  const at::Tensor sums = at::empty({parts, lora.in + lora.out, lora.width}, b_padded.options());
  const int64_t step = tile_rows(std::max(lora.in, lora.out));
  const Rows<Element> to = dx.defined() ? rows_out<Element>(dx) : Rows<Element>{nullptr, 0};
  share_out(parts, [&](int64_t part) {
    float* own = f32_out(sums) + part * size;
    std::fill_n(own, size, 0.0f);
    const int64_t end = rows * (part + 1) / parts;
    for (int64_t t = rows * part / parts; t < end; t += step) {
      lora.backward_tile(rows_of<Element>(grad), rows_of<Element>(x), t, std::min(step, end - t), f32(low), f32(a_rows),
                         f32(b_padded), to, own, own + lora.in * lora.width);
    }
  });
  const at::Tensor total = sums.sum(0);
  // grad came scaled into both sums; low is not scaled, dlow is.
  return {total.narrow(0, 0, lora.in).narrow(1, 0, lora.rank).t().contiguous(),
          total.narrow(0, lora.in, lora.out).narrow(1, 0, lora.rank).contiguous()};
}

bool is_narrow_or_float(const at::Tensor& t) {
  return t.scalar_type() == at::kFloat || t.scalar_type() == at::kBFloat16;
}

}  // namespace

bool fused_lora_supports(const at::Tensor& x, const at::Tensor& y) {
  static const bool wanted = use_fast_path("lora");
  return wanted && avx512::has_avx512() && x.device().is_cpu() && is_narrow_or_float(x) &&
         y.scalar_type() == x.scalar_type() && x.is_contiguous() && y.stride(1) == 1 && x.size(1) % 16 == 0 &&
         y.size(1) % 16 == 0;
}

at::Tensor fused_lora_forward(const at::Tensor& x, const at::Tensor& a, const at::Tensor& b, double scaling, double p,
                              uint64_t seed, at::Tensor y) {
  return x.scalar_type() == at::kFloat ? forward<float>(x, a, b, scaling, p, seed, y)
                                       : forward<uint16_t>(x, a, b, scaling, p, seed, y);
}

std::pair<at::Tensor, at::Tensor> fused_lora_backward(const at::Tensor& grad, const at::Tensor& x,
                                                      const at::Tensor& low, const at::Tensor& a, const at::Tensor& b,
                                                      double scaling, double p, uint64_t seed, at::Tensor dx) {
  return x.scalar_type() == at::kFloat ? backward<float>(grad, x, low, a, b, scaling, p, seed, dx)
                                       : backward<uint16_t>(grad, x, low, a, b, scaling, p, seed, dx);
}

}  // namespace sqltune::cpu

#include "model/avx512_end.h"

#else

namespace sqltune::cpu {

bool fused_lora_supports(const at::Tensor&, const at::Tensor&) { return false; }
at::Tensor fused_lora_forward(const at::Tensor&, const at::Tensor&, const at::Tensor&, double, double, uint64_t,
                              at::Tensor) {
  return {};
}
std::pair<at::Tensor, at::Tensor> fused_lora_backward(const at::Tensor&, const at::Tensor&, const at::Tensor&,
                                                      const at::Tensor&, const at::Tensor&, double, double, uint64_t,
                                                      at::Tensor) {
  return {};
}

}  // namespace sqltune::cpu

#endif
