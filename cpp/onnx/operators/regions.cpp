// DeformConv and RoiAlign to the ops of their names.
#include "onnx/layers.h"
#include "onnx/window.h"

namespace trtlike::onnx {
namespace {

Outputs import_deform_conv(NodeContext& node) {
  node.check_rank(0, 4);
  node.check_rank(1, 4);
  const ValueId kernel = node.weights(1);
  const Dims& dims = node.dims(kernel);
  const Window window = read_window(node, 2, {dims.begin() + 2, dims.end()});
  return {node.add(
      "DeformConv",
      {node.input(0), kernel, node.input(2), node.optional_weights(3), node.optional_input(4)},
      {{"stride", window.strides},
       {"pre_padding", window.pre_padding},
       {"post_padding", window.post_padding},
       {"dilation", window.dilations},
       {"padding_mode", window.padding_mode},
       {"num_groups", node.get_int("group", 1)},
       {"offset_groups", node.get_int("offset_group", 1)}})};
}

Outputs import_roi_align(NodeContext& node) {
  // Before opset 16 corners are not shifted by half a pixel.
  const std::string shift = node.get_string("coordinate_transformation_mode",
                                            node.opset() < 16 ? "output_half_pixel" : "half_pixel");
  if (shift != "half_pixel" && shift != "output_half_pixel")
    node.fail_attribute("coordinate_transformation_mode",
                        core::str("expected half_pixel or output_half_pixel, got '", shift, "'."));
  return {node.add("RoiAlign", {node.input(0), node.input(1), node.input(2)},
                   {{"mode", node.get_string("mode", "avg")},
                    {"output_height", node.get_int("output_height", 1)},
                    {"output_width", node.get_int("output_width", 1)},
                    {"sampling_ratio", node.get_int("sampling_ratio", 0)},
                    {"spatial_scale", node.get_float("spatial_scale", 1.0)},
                    {"half_pixel", shift == "half_pixel"}})};
}

constexpr Importer kImporters[] = {
    {"DeformConv", import_deform_conv},
    {"RoiAlign", import_roi_align},
};

}  // namespace

std::span<const Importer> regions_importers() { return kImporters; }

}  // namespace trtlike::onnx
