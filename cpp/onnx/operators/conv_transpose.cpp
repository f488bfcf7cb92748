// ConvTranspose to Deconvolution; output_shape and auto_pad become explicit padding.
#include "core/shape.h"
#include "onnx/layers.h"
#include "onnx/window.h"

namespace trtlike::onnx {
namespace {

using core::str;

struct Transposed {
  Window window;
  std::vector<int64_t> output_padding;
};

/// Splits `total` between both sides; what is missing to the asked extent is added at the end.
void distribute(Transposed& t, size_t i, int64_t total, bool more_at_end) {
  if (total < 0) {
    t.output_padding[i] -= total;
    total = 0;
  }
  const int64_t smaller = total / 2;
  t.window.pre_padding[i] = more_at_end ? smaller : total - smaller;
  t.window.post_padding[i] = total - t.window.pre_padding[i];
}

void resolve_padding(NodeContext& node, Transposed& t) {
  const Dims& x = node.dims(node.input(0));
  const auto spatial = t.window.kernel.size();
  const auto output_shape = node.get_ints("output_shape", std::vector<int64_t>{});
  check_range(node, "output_shape", output_shape, 0);
  const bool is_same = t.window.padding_mode != kRoundDown;
  const bool more_at_end = t.window.padding_mode == kSameUpper;
  t.window.padding_mode = kRoundDown;
  if (output_shape.empty() && !is_same) return;
  if (!output_shape.empty() && output_shape.size() < spatial)
    node.fail_attribute("output_shape",
                        str("expected ", spatial, " values, got ", output_shape.size(), "."));
  for (size_t i = 0; i < spatial; ++i) {
    const int64_t reach = (t.window.kernel[i] - 1) * t.window.dilations[i] + 1;
    const int64_t stride = t.window.strides[i];
    if (output_shape.empty()) {
      distribute(t, i, reach - stride + t.output_padding[i], more_at_end);
      continue;
    }
    const int64_t extent = x[static_cast<int>(i) + 2];
    if (!core::is_known(extent))
      node.fail_input(
          Code::UnsupportedNodeDynamic, 0,
          str("expected known extents together with output_shape, got shape ", x.to_string(), "."));
    const int64_t wanted = output_shape[output_shape.size() - spatial + i];
    const int64_t full = core::checked_sum(core::checked_product(stride, extent - 1, "strides"),
                                           reach + t.output_padding[i], "output_padding");
    distribute(t, i, core::checked_sum(full, -wanted, "output_shape"), more_at_end);
  }
}

Outputs import_conv_transpose(NodeContext& node) {
  const ValueId x = node.input(0);
  const int rank = node.rank(x);
  if (rank < 3 || rank > 5)
    node.fail_input(Code::UnsupportedNodeShape, 0,
                    str("expected rank 3, 4 or 5, got rank ", rank, " with shape ",
                        node.dims(x).to_string(), "."));
  const ValueId kernel = node.weights(1);
  node.check_rank(1, rank);
  const Dims& dims = node.dims(kernel);
  Transposed t;
  t.window = read_window(node, rank - 2, {dims.begin() + 2, dims.end()});
  t.output_padding = node.get_ints("output_padding", std::vector<int64_t>{});
  t.output_padding.resize(t.window.kernel.size(), 0);
  check_range(node, "output_padding", t.output_padding, 0);
  resolve_padding(node, t);
  const int64_t groups = node.get_int("group", 1);
  return {node.add("Deconvolution", {x, kernel, node.optional_weights(2)},
                   {{"num_output_maps", core::checked_product(dims[1], groups, "group")},
                    {"kernel_size", t.window.kernel},
                    {"stride", t.window.strides},
                    {"pre_padding", t.window.pre_padding},
                    {"post_padding", t.window.post_padding},
                    {"dilation", t.window.dilations},
                    {"num_groups", groups},
                    {"output_padding", t.output_padding}})};
}

constexpr Importer kImporters[] = {{"ConvTranspose", import_conv_transpose}};

}  // namespace

std::span<const Importer> conv_transpose_importers() { return kImporters; }

}  // namespace trtlike::onnx
