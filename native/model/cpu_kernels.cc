#include "model/cpu_kernels.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "runtime/parallel.h"

// Each kernel is compiled for several x86 levels and chosen at load time: a binary built anywhere uses AVX-512 where
// it is. Clang and other processors take the plain build.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define SQLTUNE_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define SQLTUNE_CLONES
#endif

namespace sqltune::cpu {

namespace {

// bfloat16 by its bits: plain integer code that the compiler can vectorise, unlike c10::BFloat16's operators.
struct Bf16 {
  uint16_t bits;
};

inline float load(float v) { return v; }
inline float load(Bf16 v) {
  const uint32_t wide = static_cast<uint32_t>(v.bits) << 16;
  float out;
  std::memcpy(&out, &wide, sizeof out);
  return out;
}
inline void store(float* to, float v) { *to = v; }
inline void store(Bf16* to, float v) {
  uint32_t wide;
  std::memcpy(&wide, &v, sizeof wide);
  // Round to nearest even, as PyTorch does; a NaN keeps a set mantissa bit instead of rounding to infinity.
  const uint32_t rounded = (wide + 0x7fffu + ((wide >> 16) & 1u)) >> 16;
  to->bits = static_cast<uint16_t>((wide & 0x7fffffffu) > 0x7f800000u ? (wide >> 16) | 0x40u : rounded);
}

// e^x to about 1 ulp by Cephes' polynomial, without branches or library calls, so that loops over it vectorise.
inline float fast_exp(float x) {
  x = std::min(std::max(x, -87.0f), 88.0f);
  const float shifted = x * 1.44269504089f + 12582912.0f;  // 1.5 * 2^23: the integer part lands in the low bits
  const float n = shifted - 12582912.0f;
  const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  uint32_t bits;
  std::memcpy(&bits, &shifted, sizeof bits);
  bits = (bits + 127u) << 23;
  float scale;
  std::memcpy(&scale, &bits, sizeof scale);
  return p * scale;
}

// Sums keep kLanes partial sums: without -ffast-math a compiler may not reorder one running sum into vectors.
constexpr int64_t kLanes = 32;

template <typename Term>
inline float sum_lanes(int64_t n, const Term& term) {
  float lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes)
    for (int64_t l = 0; l < kLanes; ++l) lanes[l] += term(i + l);
  float sum = 0;
  for (; i < n; ++i) sum += term(i);
  for (int64_t l = 0; l < kLanes; ++l) sum += lanes[l];
  return sum;
}

template <typename T>
inline void rms_row(const T* x, const T* w, T* __restrict y, int64_t n, float eps, float* rstd) {
  const float sum = sum_lanes(n, [=](int64_t i) { return load(x[i]) * load(x[i]); });
  const float r = 1.0f / std::sqrt(sum / static_cast<float>(n) + eps);
  for (int64_t i = 0; i < n; ++i) store(y + i, load(x[i]) * r * load(w[i]));
  *rstd = r;
}

template <typename T>
inline void rms_backward_row(const T* g, const T* x, const T* w, const T* residual, T* __restrict dx, int64_t n,
                             float r) {
  const float dot = sum_lanes(n, [=](int64_t i) { return load(g[i]) * load(w[i]) * load(x[i]); });
  const float c = dot * r * r / static_cast<float>(n);
  if (residual) {
    for (int64_t i = 0; i < n; ++i) store(dx + i, load(residual[i]) + r * (load(g[i]) * load(w[i]) - load(x[i]) * c));
  } else {
    for (int64_t i = 0; i < n; ++i) store(dx + i, r * (load(g[i]) * load(w[i]) - load(x[i]) * c));
  }
}

template <typename T>
inline void silu_mul_run(const T* gate, const T* up, T* __restrict y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    const float a = load(gate[i]);
    store(y + i, a / (1.0f + fast_exp(-a)) * load(up[i]));
  }
}

template <typename T>
inline void silu_mul_backward_run(const T* __restrict g, T* __restrict gate, T* __restrict up, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    const float a = load(gate[i]);
    const float b = load(up[i]);
    const float s = 1.0f / (1.0f + fast_exp(-a));
    const float grad = load(g[i]);
    store(up + i, grad * a * s);
    store(gate + i, grad * b * s * (1.0f + a * (1.0f - s)));
  }
}

/// One row of logits: its loss, whether its arg-max (the first of equals) is the target, and with a gradient
/// softmax - one-hot in the logits' place.
template <typename T>
inline void cross_entropy_row(T* logits, int64_t n, int64_t target, float* loss, bool* hit, bool with_grad) {
  float lanes[kLanes];
  for (int64_t l = 0; l < kLanes; ++l) lanes[l] = -INFINITY;
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes)
    for (int64_t l = 0; l < kLanes; ++l) lanes[l] = std::max(lanes[l], load(logits[i + l]));
  float top = -INFINITY;
  for (; i < n; ++i) top = std::max(top, load(logits[i]));
  for (int64_t l = 0; l < kLanes; ++l) top = std::max(top, lanes[l]);
  const float sum = sum_lanes(n, [=](int64_t j) { return fast_exp(load(logits[j]) - top); });
  const float own = load(logits[target]);
  *loss = std::log(sum) + top - own;
  int64_t first = 0;
  if (own == top) {
    while (load(logits[first]) != top) ++first;
  }
  *hit = own == top && first == target;
  if (!with_grad) return;
  const float inverse = 1.0f / sum;
  for (int64_t j = 0; j < n; ++j) store(logits + j, fast_exp(load(logits[j]) - top) * inverse);
  store(logits + target, std::exp(own - top) * inverse - 1.0f);
}

template <typename T>
inline void rotate_head(T* __restrict low, T* __restrict high, const float* __restrict cos, const float* __restrict sin,
                        int64_t half, float sign) {
  for (int64_t i = 0; i < half; ++i) {
    const float a = load(low[i]);
    const float b = load(high[i]);
    store(low + i, a * cos[i] - sign * b * sin[i]);
    store(high + i, b * cos[i] + sign * a * sin[i]);
  }
}

// The finaliser of MurmurHash3 over a counter mixed with the seed: cheap, vectorisable, well distributed.
inline uint32_t mix(uint32_t h) {
  h ^= h >> 16;
  h *= 0x85ebca6bu;
  h ^= h >> 13;
  h *= 0xc2b2ae35u;
  h ^= h >> 16;
  return h;
}

template <typename T>
inline void dropout_run(const T* x, T* y, int64_t begin, int64_t end, uint32_t threshold, float scale, uint32_t low,
                        uint32_t high) {
  for (int64_t i = begin; i < end; ++i) {
    const uint32_t h = mix(mix(static_cast<uint32_t>(i) ^ low) + high + static_cast<uint32_t>(i >> 32));
    store(y + i, h < threshold ? 0.0f : load(x[i]) * scale);
  }
}

// target_clones works on plain functions only, so each kernel has one entry a precision.
#define SQLTUNE_ENTRIES(T, SUFFIX)                                                                                    \
  SQLTUNE_CLONES void rms_rows_##SUFFIX(const T* x, const T* w, T* y, float* r, int64_t rows, int64_t n, float eps) { \
    for (int64_t i = 0; i < rows; ++i) rms_row(x + i * n, w, y + i * n, n, eps, r + i);                               \
  }                                                                                                                   \
  SQLTUNE_CLONES void rms_backward_rows_##SUFFIX(const T* g, const T* x, const T* w, const T* residual, T* dx,        \
                                                 const float* r, int64_t rows, int64_t n) {                           \
    for (int64_t i = 0; i < rows; ++i)                                                                                \
      rms_backward_row(g + i * n, x + i * n, w, residual ? residual + i * n : nullptr, dx + i * n, n, r[i]);          \
  }                                                                                                                   \
  SQLTUNE_CLONES void silu_mul_rows_##SUFFIX(const T* gate_up, T* y, int64_t rows, int64_t n) {                       \
    for (int64_t i = 0; i < rows; ++i) silu_mul_run(gate_up + 2 * i * n, gate_up + (2 * i + 1) * n, y + i * n, n);    \
  }                                                                                                                   \
  SQLTUNE_CLONES void silu_mul_backward_rows_##SUFFIX(const T* g, T* gate_up, int64_t rows, int64_t n) {              \
    for (int64_t i = 0; i < rows; ++i)                                                                                \
      silu_mul_backward_run(g + i * n, gate_up + 2 * i * n, gate_up + (2 * i + 1) * n, n);                            \
  }                                                                                                                   \
  SQLTUNE_CLONES void rotate_rows_##SUFFIX(T* x, int64_t columns, const float* cos, const float* sin, int64_t rows,   \
                                           int64_t heads, int64_t half, float sign) {                                 \
    for (int64_t t = 0; t < rows; ++t)                                                                                \
      for (int64_t h = 0; h < heads; ++h)                                                                             \
        rotate_head(x + t * columns + 2 * h * half, x + t * columns + (2 * h + 1) * half, cos + t * half,             \
                    sin + t * half, half, sign);                                                                      \
  }                                                                                                                   \
  SQLTUNE_CLONES void cross_entropy_rows_##SUFFIX(T* logits, int64_t rows, int64_t n, const int64_t* targets,         \
                                                  float* loss, bool* hits, bool with_grad) {                          \
    for (int64_t i = 0; i < rows; ++i)                                                                                \
      cross_entropy_row(logits + i * n, n, targets[i], loss + i, hits + i, with_grad);                                \
  }                                                                                                                   \
  SQLTUNE_CLONES void dropout_##SUFFIX(const T* x, T* y, int64_t begin, int64_t end, uint32_t threshold, float scale, \
                                       uint32_t low, uint32_t high) {                                                 \
    dropout_run(x, y, begin, end, threshold, scale, low, high);                                                       \
  }

SQLTUNE_ENTRIES(float, f32)
SQLTUNE_ENTRIES(Bf16, bf16)
#undef SQLTUNE_ENTRIES

const float* f32(const at::Tensor& t) { return t.const_data_ptr<float>(); }
float* f32_out(at::Tensor& t) { return t.mutable_data_ptr<float>(); }
const Bf16* bf16(const at::Tensor& t) { return static_cast<const Bf16*>(t.const_data_ptr()); }
Bf16* bf16_out(at::Tensor& t) { return static_cast<Bf16*>(t.mutable_data_ptr()); }
bool is_f32(const at::Tensor& t) { return t.scalar_type() == at::kFloat; }

constexpr int64_t kGrain = 16384;  // elements a thread takes at least: below that a second thread costs more

}  // namespace

bool supports(const at::Tensor& t) {
  return t.device().is_cpu() && t.is_contiguous() &&
         (t.scalar_type() == at::kFloat || t.scalar_type() == at::kBFloat16);
}

std::pair<at::Tensor, at::Tensor> rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps) {
  const int64_t n = x.size(-1);
  const int64_t rows = x.numel() / n;
  at::Tensor y = at::empty_like(x);
  at::Tensor rstd = at::empty({rows}, x.options().dtype(at::kFloat));
  float* r = f32_out(rstd);
  parallel_for(0, rows, std::max<int64_t>(1, kGrain / n), [&](int64_t b, int64_t e) {
    if (is_f32(x)) {
      rms_rows_f32(f32(x) + b * n, f32(weight), f32_out(y) + b * n, r + b, e - b, n, static_cast<float>(eps));
    } else {
      rms_rows_bf16(bf16(x) + b * n, bf16(weight), bf16_out(y) + b * n, r + b, e - b, n, static_cast<float>(eps));
    }
  });
  return {y, rstd};
}

at::Tensor rms_norm_backward(const at::Tensor& grad, const at::Tensor& x, const at::Tensor& weight,
                             const at::Tensor& rstd, const at::Tensor& residual) {
  const int64_t n = x.size(-1);
  const int64_t rows = x.numel() / n;
  const bool added = residual.defined();
  at::Tensor dx = at::empty_like(x);
  parallel_for(0, rows, std::max<int64_t>(1, kGrain / n), [&](int64_t b, int64_t e) {
    const int64_t at = b * n;
    if (is_f32(x)) {
      rms_backward_rows_f32(f32(grad) + at, f32(x) + at, f32(weight), added ? f32(residual) + at : nullptr,
                            f32_out(dx) + at, f32(rstd) + b, e - b, n);
    } else {
      rms_backward_rows_bf16(bf16(grad) + at, bf16(x) + at, bf16(weight), added ? bf16(residual) + at : nullptr,
                             bf16_out(dx) + at, f32(rstd) + b, e - b, n);
    }
  });
  return dx;
}

at::Tensor silu_mul(const at::Tensor& gate_up) {
  const int64_t n = gate_up.size(1) / 2;
  at::Tensor y = at::empty({gate_up.size(0), n}, gate_up.options());
  parallel_for(0, gate_up.size(0), std::max<int64_t>(1, kGrain / n), [&](int64_t b, int64_t e) {
    if (is_f32(gate_up)) {
      silu_mul_rows_f32(f32(gate_up) + 2 * b * n, f32_out(y) + b * n, e - b, n);
    } else {
      silu_mul_rows_bf16(bf16(gate_up) + 2 * b * n, bf16_out(y) + b * n, e - b, n);
    }
  });
  return y;
}

void silu_mul_backward_in_place(const at::Tensor& grad, at::Tensor& gate_up) {
  const int64_t n = gate_up.size(1) / 2;
  parallel_for(0, gate_up.size(0), std::max<int64_t>(1, kGrain / n), [&](int64_t b, int64_t e) {
    if (is_f32(gate_up)) {
      silu_mul_backward_rows_f32(f32(grad) + b * n, f32_out(gate_up) + 2 * b * n, e - b, n);
    } else {
      silu_mul_backward_rows_bf16(bf16(grad) + b * n, bf16_out(gate_up) + 2 * b * n, e - b, n);
    }
  });
}

void rotate_in_place(at::Tensor& x, int64_t heads, int64_t dim, const at::Tensor& cos, const at::Tensor& sin,
                     bool inverse) {
  const int64_t columns = x.size(1);
  const int64_t half = dim / 2;
  const float sign = inverse ? -1.0f : 1.0f;
  parallel_for(0, x.size(0), std::max<int64_t>(1, kGrain / (heads * dim)), [&](int64_t b, int64_t e) {
    const float* c = f32(cos) + b * half;
    const float* s = f32(sin) + b * half;
    if (is_f32(x)) {
      rotate_rows_f32(f32_out(x) + b * columns, columns, c, s, e - b, heads, half, sign);
    } else {
      rotate_rows_bf16(bf16_out(x) + b * columns, columns, c, s, e - b, heads, half, sign);
    }
  });
}

void cross_entropy_in_place(at::Tensor logits, const at::Tensor& targets, at::Tensor loss, at::Tensor hits,
                            bool with_grad) {
  const int64_t n = logits.size(1);
  const int64_t* target = targets.const_data_ptr<int64_t>();
  float* losses = loss.mutable_data_ptr<float>();
  bool* right = hits.mutable_data_ptr<bool>();
  parallel_for(0, logits.size(0), 1, [&](int64_t b, int64_t e) {
    if (is_f32(logits)) {
      cross_entropy_rows_f32(f32_out(logits) + b * n, e - b, n, target + b, losses + b, right + b, with_grad);
    } else {
      cross_entropy_rows_bf16(bf16_out(logits) + b * n, e - b, n, target + b, losses + b, right + b, with_grad);
    }
  });
}

at::Tensor dropout(const at::Tensor& x, double p, uint64_t seed) {
  const auto threshold = static_cast<uint32_t>(p * 4294967296.0);
  const auto scale = static_cast<float>(1.0 / (1.0 - p));
  const auto low = static_cast<uint32_t>(seed);
  const auto high = static_cast<uint32_t>(seed >> 32);
  at::Tensor y = at::empty_like(x);
  parallel_for(0, x.numel(), kGrain, [&](int64_t b, int64_t e) {
    if (is_f32(x)) {
      dropout_f32(f32(x), f32_out(y), b, e, threshold, scale, low, high);
    } else {
      dropout_bf16(bf16(x), bf16_out(y), b, e, threshold, scale, low, high);
    }
  });
  return y;
}

}  // namespace sqltune::cpu
