// Resize (opset 10 on) and Upsample (to opset 9).
#include <algorithm>
#include <cmath>
#include <map>

#include "onnx/extents.h"
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

using core::str;

using Coordinates = ResizeCoordinateTransformation;
constexpr int64_t kStretch = 0, kNotLarger = 1;
constexpr int64_t kCropAndResize = -1;

int64_t resize_mode(NodeContext& node) {
  return node.get_choice("mode", "nearest",
                         {{"nearest", enum_number(InterpolationMode::Nearest)},
                          {"linear", enum_number(InterpolationMode::Linear)},
                          {"bilinear", enum_number(InterpolationMode::Linear)},
                          {"cubic", enum_number(InterpolationMode::Cubic)}});
}

/// The axes that scales, sizes or a region are given for.
std::vector<int64_t> resized_axes(NodeContext& node) {
  const int rank = node.rank(node.input(0));
  if (!node.has_attribute("axes")) return axes_between(0, rank);
  std::vector<int64_t> axes;
  for (const int64_t axis : node.get_ints("axes")) axes.push_back(node.normalize_axis(axis, rank));
  return axes;
}

void check_count(NodeContext& node, size_t input, size_t got, size_t expected) {
  if (got != expected)
    node.fail_input(Code::InvalidNode, input,
                    str("expected ", expected, " elements, got ", got, "."));
}

/// The axes that are not named are resized whole.
void add_region(NodeContext& node, AttributeList& attributes) {
  const auto axes = resized_axes(node);
  const std::vector<double> given = node.require_floats(1);
  check_count(node, 1, given.size(), 2 * axes.size());
  const auto rank = static_cast<size_t>(node.rank(node.input(0)));
  std::vector<double> region(2 * rank, 0.0);
  std::fill(region.begin() + static_cast<long>(rank), region.end(), 1.0);
  for (size_t i = 0; i < axes.size(); ++i) {
    region[static_cast<size_t>(axes[i])] = given[i];
    region[rank + static_cast<size_t>(axes[i])] = given[axes.size() + i];
  }
  attributes.emplace_back("region", region);
  attributes.emplace_back("extrapolation_value", node.get_float("extrapolation_value", 0.0));
}

AttributeList sampling(NodeContext& node) {
  AttributeList attributes{{"resize_mode", resize_mode(node)}};
  if (node.opset() < 11) {
    attributes.emplace_back("coordinate_transformation", enum_number(Coordinates::Asymmetric));
    attributes.emplace_back("nearest_rounding", enum_number(ResizeRoundMode::Floor));
    return attributes;
  }
  const bool antialias = node.get_int("antialias", 0) != 0;
  if (antialias && node.get_string("mode", "nearest") == "nearest")
    node.fail_attribute("antialias", "expected 0 for mode nearest, got 1.");
  attributes.emplace_back("antialias", antialias);
  const int64_t coordinates =
      node.get_choice("coordinate_transformation_mode", "half_pixel",
                      {{"align_corners", enum_number(Coordinates::AlignCorners)},
                       {"asymmetric", enum_number(Coordinates::Asymmetric)},
                       {"half_pixel", enum_number(Coordinates::HalfPixel)},
                       {"pytorch_half_pixel", enum_number(Coordinates::PytorchHalfPixel)},
                       {"tf_half_pixel_for_nn", enum_number(Coordinates::TfHalfPixelForNn)},
                       {"half_pixel_symmetric", enum_number(Coordinates::HalfPixelSymmetric)},
                       {"tf_crop_and_resize", kCropAndResize}});
  if (coordinates == kCropAndResize)
    add_region(node, attributes);
  else
    attributes.emplace_back("coordinate_transformation", coordinates);
  attributes.emplace_back(
      "nearest_rounding",
      node.get_choice("nearest_mode", "round_prefer_floor",
                      {{"round_prefer_ceil", enum_number(ResizeRoundMode::HalfUp)},
                       {"round_prefer_floor", enum_number(ResizeRoundMode::HalfDown)},
                       {"floor", enum_number(ResizeRoundMode::Floor)},
                       {"ceil", enum_number(ResizeRoundMode::Ceil)}}));
  attributes.emplace_back("exclude_outside", node.get_int("exclude_outside", 0) != 0);
  attributes.emplace_back("cubic_coeff", node.get_float("cubic_coeff_a", -0.75));
  return attributes;
}

Outputs resize_to_scales(NodeContext& node, size_t input, const std::vector<double>& given,
                         AttributeList attributes) {
  const auto axes = resized_axes(node);
  check_count(node, input, given.size(), axes.size());
  std::vector<double> scales(static_cast<size_t>(node.rank(node.input(0))), 1.0);
  for (size_t i = 0; i < axes.size(); ++i) scales[static_cast<size_t>(axes[i])] = given[i];
  for (const double scale : scales)
    if (!(scale > 0))
      node.fail_input(Code::InvalidNode, input, str("expected scales above 0, got ", scale, "."));
  attributes.emplace_back("scales", scales);
  return {node.add("Resize", {node.input(0)}, attributes)};
}

/// Scales that are computed at run time: the extents are floor(extent * scale), but coordinates
/// follow from the scales.
Outputs resize_to_dynamic_scales(NodeContext& node, size_t input, const AttributeList& attributes) {
  const ValueId x = node.input(0);
  const auto axes = resized_axes(node);
  ValueId scales = cast(node, node.input(input), DataType::Float);
  const Dims& given = node.dims(scales);
  if (given.rank() == 1 && core::is_known(given[0]))
    check_count(node, input, static_cast<size_t>(given[0]), axes.size());
  if (node.has_attribute("axes")) {
    const int64_t rank = node.rank(x);
    const ValueId ones = node.add_constant(DataType::Float, {rank},
                                           std::vector<double>(static_cast<size_t>(rank), 1.0));
    scales = node.add("Scatter", {ones, node.add_constant_ints(axes), scales},
                      {{"axis", int64_t{0}}}, "scales");
  }
  const ValueId shape = cast(node, node.add("Shape", {x}, {}, "shape"), DataType::Float);
  const ValueId exact = elementwise(node, ElementWiseOperation::Prod, shape, scales, "extents");
  const ValueId whole = unary(node, UnaryOperation::Floor, exact, "floor");
  return {node.add("Resize",
                   {x, cast(node, whole, DataType::Int64), cast(node, scales, DataType::Double)},
                   attributes)};
}

Outputs resize_to_shape(NodeContext& node, const Extents& shape, AttributeList attributes) {
  const ValueId x = node.input(0);
  if (const auto known = known_extents(shape)) {
    attributes.emplace_back("shape", *known);
    return {node.add("Resize", {x}, attributes)};
  }
  return {node.add("Resize", {x, shape_tensor(node, shape)}, attributes)};
}

/// One scale for all axes, so that no extent (or every one) reaches its size.
double common_scale(NodeContext& node, const std::vector<int64_t>& axes,
                    const std::vector<int64_t>& sizes, bool not_larger) {
  const Dims& dims = node.dims(node.input(0));
  double scale = not_larger ? INFINITY : 0;
  for (size_t i = 0; i < axes.size(); ++i) {
    const double extent = static_cast<double>(dims[static_cast<int>(axes[i])]);
    if (extent <= 0)
      node.fail_attribute(
          "keep_aspect_ratio_policy",
          str("expected known extents above 0 for it, got shape ", dims.to_string(), "."));
    const double wanted = static_cast<double>(sizes[i]) / extent;
    scale = not_larger ? std::min(scale, wanted) : std::max(scale, wanted);
  }
  return scale;
}

/// Keeps the proportions. Coordinates follow from the scale, not from the extents, which are
/// rounded.
Outputs resize_in_proportion(NodeContext& node, size_t input, const std::vector<int64_t>& axes,
                             bool not_larger, AttributeList attributes) {
  const ValueId x = node.input(0);
  const auto sizes = node.require_ints(input);
  check_count(node, input, sizes.size(), axes.size());
  const double scale = common_scale(node, axes, sizes, not_larger);
  Extents shape = extents_of(node, x);
  std::vector<double> scales(shape.size(), 1.0);
  for (const int64_t axis : axes) {
    const auto i = static_cast<size_t>(axis);
    shape[i] = std::llround(scale * static_cast<double>(*shape[i].known));
    scales[i] = scale;
  }
  attributes.emplace_back("scales", scales);
  attributes.emplace_back("keeps_scales", true);
  return resize_to_shape(node, shape, attributes);
}

Outputs resize_to_sizes(NodeContext& node, size_t input, const AttributeList& attributes) {
  const auto axes = resized_axes(node);
  const int64_t policy =
      node.get_choice("keep_aspect_ratio_policy", "stretch",
                      {{"stretch", kStretch}, {"not_larger", kNotLarger}, {"not_smaller", 2}});
  if (policy != kStretch)
    return resize_in_proportion(node, input, axes, policy == kNotLarger, attributes);
  const Extents sizes = read_extents(node, node.input(input));
  check_count(node, input, sizes.size(), axes.size());
  Extents shape = extents_of(node, node.input(0));
  for (size_t i = 0; i < axes.size(); ++i) shape[static_cast<size_t>(axes[i])] = sizes[i];
  return resize_to_shape(node, shape, attributes);
}

Outputs import_resize(NodeContext& node) {
  const AttributeList attributes = sampling(node);
  if (node.has_attribute("scales"))
    return resize_to_scales(node, 0, node.get_floats("scales"), attributes);
  const size_t scales_input = node.opset() < 11 ? 1 : 2;
  if (node.has_input(3)) return resize_to_sizes(node, 3, attributes);
  const ValueId scales = node.input(scales_input);
  if (const auto known = node.known_floats(scales))
    return resize_to_scales(node, scales_input, *known, attributes);
  return resize_to_dynamic_scales(node, scales_input, attributes);
}

/// Opset 1 has two attributes instead of a list.
Outputs import_upsample(NodeContext& node) {
  if (!node.has_attribute("height_scale")) return import_resize(node);
  return resize_to_scales(node, 0,
                          {1.0, 1.0, node.get_float("height_scale"), node.get_float("width_scale")},
                          sampling(node));
}

constexpr Importer kImporters[] = {{"Resize", import_resize}, {"Upsample", import_upsample}};

}  // namespace

std::span<const Importer> resize_importers() { return kImporters; }

}  // namespace trtlike::onnx
