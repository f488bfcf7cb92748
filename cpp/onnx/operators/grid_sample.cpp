// GridSample and ReverseSequence.
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

Outputs import_grid_sample(NodeContext& node) {
  const std::string mode = node.get_string("mode", "bilinear");
  const std::string padding = node.get_string("padding_mode", "zeros");
  const bool is_linear = mode == "bilinear" || mode == "linear";
  const bool is_cubic = mode == "bicubic" || mode == "cubic";
  if (!is_linear && !is_cubic && mode != "nearest")
    node.fail_attribute("mode", core::str("expected linear, nearest or cubic, got '", mode, "'."));
  if (padding != "zeros" && padding != "border" && padding != "reflection")
    node.fail_attribute("padding_mode",
                        core::str("expected zeros, border or reflection, got '", padding, "'."));
  const auto interpolation = is_linear  ? InterpolationMode::Linear
                             : is_cubic ? InterpolationMode::Cubic
                                        : InterpolationMode::Nearest;
  const auto sample = padding == "zeros"    ? SampleMode::Fill
                      : padding == "border" ? SampleMode::Clamp
                                            : SampleMode::Reflect;
  return {node.add("GridSample", {node.input(0), node.input(1)},
                   {{"interpolation_mode", enum_number(interpolation)},
                    {"align_corners", node.get_int("align_corners", 0) != 0},
                    {"sample_mode", enum_number(sample)}})};
}

Outputs import_reverse_sequence(NodeContext& node) {
  return {node.add("ReverseSequence", {node.input(0), node.input(1)},
                   {{"batch_axis", node.get_int("batch_axis", 1)},
                    {"sequence_axis", node.get_int("time_axis", 0)}})};
}

constexpr Importer kImporters[] = {
    {"GridSample", import_grid_sample},
    {"GridSample", import_grid_sample, 0, "com.microsoft"},
    {"ReverseSequence", import_reverse_sequence},
};

}  // namespace

std::span<const Importer> grid_sample_importers() { return kImporters; }

}  // namespace trtlike::onnx
