#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sqltune {

/// Named tensors on disk under HuggingFace's names, whatever the file format.
class TensorSource {
 public:
  virtual ~TensorSource() = default;
  virtual bool has(const std::string& name) const = 0;
  virtual std::vector<std::string> names() const = 0;
  /// A CPU tensor. A safetensors tensor is a view of the mapped file (kept alive by the tensor; copied only when
  /// misaligned); a quantised GGUF tensor is de-quantised to float32. Throws WeightsError when absent or truncated.
  virtual at::Tensor read(const std::string& name) const = 0;
};

/// Opens safetensors shards or one GGUF (told by magic). `num_heads`/`num_kv_heads` undo llama.cpp's permutation of a
/// Llama's q and k rows. Throws WeightsError naming the file, what was found and what was expected.
std::shared_ptr<TensorSource> open_tensors(const std::vector<std::string>& files, const std::string& architecture,
                                           int64_t num_heads, int64_t num_kv_heads);

using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

/// Writes contiguous CPU tensors as safetensors, fsynced, under a name beside `path` that is then renamed: what stood
/// there stays whole until the new file is. Throws IoError with the system's reason.
void write_safetensors(const std::string& path, const NamedTensors& tensors,
                       const std::map<std::string, std::string>& metadata);

/// Reads every tensor of one safetensors file into memory (copies; the file may be replaced afterwards).
std::map<std::string, at::Tensor> read_safetensors(const std::string& path);

}  // namespace sqltune
