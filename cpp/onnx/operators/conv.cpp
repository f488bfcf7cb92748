// Conv to Convolution.
#include "onnx/layers.h"
#include "onnx/window.h"

namespace trtlike::onnx {
namespace {

Outputs import_conv(NodeContext& node) {
  const ValueId x = node.input(0);
  const int rank = node.rank(x);
  if (rank < 3 || rank > 5)
    node.fail_input(Code::UnsupportedNodeShape, 0,
                    core::str("expected rank 3, 4 or 5, got rank ", rank, " with shape ",
                              node.dims(x).to_string(), "."));
  const ValueId kernel = node.weights(1);
  node.check_rank(1, rank);
  const Dims& dims = node.dims(kernel);
  const std::vector<int64_t> kernel_size(dims.begin() + 2, dims.end());
  const Window window = read_window(node, rank - 2, kernel_size);
  return {node.add("Convolution", {x, kernel, node.optional_weights(2)},
                   {{"num_output_maps", dims[0]},
                    {"kernel_size", window.kernel},
                    {"stride", window.strides},
                    {"pre_padding", window.pre_padding},
                    {"post_padding", window.post_padding},
                    {"dilation", window.dilations},
                    {"num_groups", node.get_int("group", 1)},
                    {"padding_mode", window.padding_mode}})};
}

constexpr Importer kImporters[] = {{"Conv", import_conv}};

}  // namespace

std::span<const Importer> conv_importers() { return kImporters; }

}  // namespace trtlike::onnx
