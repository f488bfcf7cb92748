// A convolution or deconvolution as oneDNN sees it: cut into slices of one image each, by rows of
// the output or by blocks of its channels, every slice a convolution of its own on channels-last
// tensors.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kernels/onednn/onednn.h"
#include "kernels/onednn/post_ops.h"
#include "ops/shapes/convolution_shape.h"

namespace trtlike::kernels::onednn {

enum class Slicing { Rows, Channels };

/// How an extra operand of a fused op is spread over the output.
enum class Spread { Scalar, Channels, Full };

struct Extra {
  size_t input = 0;  ///< index of the problem's input
  Spread spread = Spread::Scalar;
  TensorDesc desc;
};

/// What a slice computes, on tensors of its own: equal for most slices of a problem.
struct SliceGeometry {
  int64_t channels = 0;
  int64_t out_rows = 0;
  int64_t in_rows = 0;
  int64_t pad_before = 0;  ///< along the rows
  int64_t pad_after = 0;
  bool operator==(const SliceGeometry&) const = default;
};

struct ConvolutionSlice {
  int64_t image = 0;
  size_t part = 0;  ///< which block of output channels
  int64_t channel = 0;
  int64_t out_row = 0;
  int64_t in_row = 0;
  SliceGeometry geometry;
};

/// "Rows" are the extents of the first spatial axis.
struct ConvolutionSetup {
  ops::ConvolutionShape shape;
  int num_axes = 2;
  bool transposed = false;
  Slicing slicing = Slicing::Rows;
  DataType compute = DataType::Float;  ///< of input and weights inside
  DataType result = DataType::Float;   ///< of what the primitive writes
  bool has_bias = false;
  /// Of bytes less `zero_point`, with a factor for each output channel, and a bias behind it.
  bool is_quantized = false;
  int32_t zero_point = 0;
  /// The weights are known at run time: nothing is packed.
  bool computes_weights = false;
  TensorDesc input, weights, output;
  std::vector<PostOp> post_ops;
  std::vector<Extra> extras;  ///< one a binary post-op, in their order
  std::string program;        ///< what the post-ops compute
  int threads = 1;

  /// Index of the rows' axis in `shape`.
  size_t row_axis() const { return static_cast<size_t>(ops::kWindowAxes - num_axes); }
  /// Extents {1, channels, rows, ...} of a slice of the input or output.
  dnnl::memory::dims input_dims(const SliceGeometry& geometry) const;
  dnnl::memory::dims output_dims(const SliceGeometry& geometry) const;
  /// Extents of the weights of `channels` output channels: {K, C, k...} or {G, K/G, C/G, k...}.
  dnnl::memory::dims weights_dims(int64_t channels) const;
  /// Where the elements of those weights stand in the network's own tensor.
  dnnl::memory::dims weights_strides() const;
  DataType weights_type() const { return is_quantized ? DataType::Int8 : compute; }
  /// Elements to skip in it for output channel `channel`.
  int64_t weights_offset(int64_t channel) const;

  /// Nothing when the machine and its oneDNN have no fast primitive for this slice.
  std::optional<dnnl::primitive_desc> find_primitive(const SliceGeometry& geometry) const;
  /// The same without post-operations, fast or not.
  dnnl::primitive make_plain_primitive(const SliceGeometry& geometry,
                                       const dnnl::memory::desc& weights) const;

  /// Widths of the blocks of output channels that the work is cut into.
  std::vector<int64_t> channel_blocks() const;
  std::vector<ConvolutionSlice> slices(const std::vector<int64_t>& channel_blocks) const;

 private:
  /// Empty when there is none.
  dnnl::primitive_desc describe(const SliceGeometry& geometry, const dnnl::memory::desc& weights,
                                bool has_post_ops) const;
};

/// The elements of `desc` in a slice of these extents.
dnnl::memory::desc strided_desc(const TensorDesc& desc, const dnnl::memory::dims& dims);
/// The same extents, densely, channels last.
dnnl::memory::desc dense_desc(DataType dtype, const dnnl::memory::dims& dims);
/// Bytes from the start of the tensor to image, channel, row.
int64_t offset_bytes(const TensorDesc& desc, int64_t image, int64_t channel, int64_t row);
/// True when a row of the tensor lies as a dense channels-last tensor's.
bool is_dense_channels_last(const TensorDesc& desc);

/// A setup, or why there is none.
struct SetupResult {
  std::optional<ConvolutionSetup> setup;
  std::string refusal;
};
SetupResult make_setup(const Problem& problem, Slicing slicing);

}  // namespace trtlike::kernels::onednn
