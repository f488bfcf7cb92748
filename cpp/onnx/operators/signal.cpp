// Operators on signals: windows, Fourier transforms, mel weights.
#include <cmath>
#include <numbers>

#include "onnx/extents.h"
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

using Op = ElementWiseOperation;

/// Up to this size a window becomes a constant.
constexpr int64_t kConstantElems = 1 << 16;

/// a0 - a1 cos(t) + a2 cos(2 t) with t = 2 pi n / period.
struct CosineWindow {
  double a0, a1, a2;
};
constexpr CosineWindow kWindows[] = {
    {0.5, 0.5, 0}, {25.0 / 46.0, 21.0 / 46.0, 0}, {0.42, 0.5, 0.08}};
constexpr int64_t kHann = 0, kHamming = 1, kBlackman = 2;

DataType output_datatype(NodeContext& node) {
  return to_dtype(static_cast<int32_t>(node.get_int("output_datatype", 1)),
                  core::str(node.describe(), ", attribute 'output_datatype'"));
}

ValueId known_window(NodeContext& node, const CosineWindow& window, int64_t size, int64_t period) {
  std::vector<double> elements;
  for (int64_t n = 0; n < size; ++n) {
    const double t = 2 * std::numbers::pi * static_cast<double>(n) / static_cast<double>(period);
    elements.push_back(window.a0 - window.a1 * std::cos(t) + window.a2 * std::cos(2 * t));
  }
  return node.add_constant(output_datatype(node), {size}, elements);
}

ValueId computed_window(NodeContext& node, const CosineWindow& window, const Extent& size,
                        const Extent& period) {
  const ValueId n = cast(node, count_up(node, size), DataType::Double);
  const ValueId divisor = cast(node, shape_tensor(node, {period}), DataType::Double);
  const ValueId turns = elementwise(node, Op::Div, n, divisor, "turns");
  const auto term = [&](double frequency, double weight, ValueId rest) {
    const ValueId t = elementwise(node, Op::Prod, turns, 2 * std::numbers::pi * frequency, "angle");
    const ValueId cosine = unary(node, UnaryOperation::Cos, t, "cosine");
    const ValueId weighted = elementwise(node, Op::Prod, cosine, weight, "weigh");
    return rest ? elementwise(node, Op::Sum, rest, weighted, "sum")
                : elementwise(node, Op::Sum, weighted, window.a0, "sum");
  };
  ValueId result = term(1, -window.a1, {});
  if (window.a2 != 0) result = term(2, window.a2, result);
  return cast(node, result, output_datatype(node));
}

Outputs import_window(NodeContext& node) {
  const Extents sizes = read_extents(node, node.input(0));
  if (sizes.size() != 1)
    node.fail_input(Code::InvalidNode, 0,
                    core::str("expected one element, got ", sizes.size(), "."));
  const Extent& size = sizes[0];
  if (size.known && *size.known < 0)
    node.fail_input(Code::InvalidNode, 0,
                    core::str("expected a size of 0 or more, got ", *size.known, "."));
  const bool is_periodic = node.get_int("periodic", 1) != 0;
  const Extent period = is_periodic ? size : subtract(node, size, 1);
  const CosineWindow& window = kWindows[node.argument()];
  if (size.known && *size.known <= kConstantElems)
    return {known_window(node, window, *size.known, *period.known)};
  return {computed_window(node, window, size, period)};
}

Outputs import_mel_weight_matrix(NodeContext& node) {
  return {node.add("MelWeightMatrix", node.inputs(),
                   {{"to_type", enum_number(output_datatype(node))}})};
}

Outputs import_dft(NodeContext& node) {
  const bool has_attribute = node.opset() < 20;
  int64_t axis = has_attribute ? node.get_int("axis", 1) : -2;
  if (node.has_input(2)) {
    const auto given = node.require_ints(2);
    if (given.size() != 1)
      node.fail_input(Code::InvalidNode, 2,
                      core::str("expected one element, got ", given.size(), "."));
    axis = given[0];
  }
  axis = node.normalize_axis(axis, node.rank(node.input(0)));
  return {node.add("DFT", {node.input(0), node.optional_input(1)},
                   {{"axis", axis},
                    {"inverse", node.get_int("inverse", 0) != 0},
                    {"onesided", node.get_int("onesided", 0) != 0}})};
}

/// The extent in a scalar input.
Extent scalar_extent(NodeContext& node, size_t i) {
  const Extents extents = read_extents(node, node.input(i));
  if (extents.size() != 1)
    node.fail_input(Code::InvalidNode, i,
                    core::str("expected one element, got ", extents.size(), "."));
  if (extents[0].known && *extents[0].known < 1)
    node.fail_input(Code::InvalidNode, i,
                    core::str("expected 1 or more, got ", *extents[0].known, "."));
  return extents[0];
}

/// Positions in the signal: [frames, length], a frame a row.
ValueId frame_positions(NodeContext& node, const Extent& frames, const Extent& length,
                        const Extent& step) {
  const ValueId steps = shape_tensor(node, {step, 1});
  AttributeList attributes{{"to_type", enum_number(DataType::Int64)}, {"alpha", 0.0}};
  const auto known = known_extents({frames, length});
  if (!known)
    return node.add("Fill", {shape_tensor(node, {frames, length}), {}, steps}, attributes,
                    "positions");
  attributes.emplace_back("shape", *known);
  return node.add("Fill", {{}, {}, steps}, attributes, "positions");
}

/// Frames of the signal, step apart, weighted by the window, transformed. torch's older exporter
/// leaves out the last axis of a real signal.
Outputs import_stft(NodeContext& node) {
  ValueId signal = node.input(0);
  if (node.rank(signal) == 2)
    signal = unsqueeze(node, signal, {2});
  else
    node.check_rank(0, 3);
  const Extent step = scalar_extent(node, 1);
  Extent length = extent_of(node, signal, 1);
  if (node.has_input(2)) {
    node.check_rank(2, 1);
    length = extent_of(node, node.input(2), 0);
  }
  if (node.has_input(3)) {
    const Extent window = length;
    length = scalar_extent(node, 3);
    if (node.has_input(2) && window.known && length.known && *window.known != *length.known)
      node.fail_input(Code::InvalidNode, 2,
                      core::str("expected ", *length.known,
                                " elements, the length of a frame, got ", *window.known, "."));
  }
  const Extent room = subtract(node, extent_of(node, signal, 1), length);
  const Extent frames = maximum(node, add(node, floor_divide(node, room, step), 1), 0);
  const ValueId positions = frame_positions(node, frames, length, step);
  ValueId framed = node.add("Gather", {signal, positions}, {{"axis", int64_t{1}}}, "frames");
  if (node.has_input(2))
    framed = elementwise(node, Op::Prod, framed, unsqueeze(node, node.input(2), {1}), "weighted");
  return {node.add("DFT", {framed, {}},
                   {{"axis", int64_t{2}}, {"onesided", node.get_int("onesided", 1) != 0}})};
}

constexpr Importer kImporters[] = {
    {"HannWindow", import_window, kHann},
    {"HammingWindow", import_window, kHamming},
    {"BlackmanWindow", import_window, kBlackman},
    {"MelWeightMatrix", import_mel_weight_matrix},
    {"DFT", import_dft},
    {"STFT", import_stft},
};

}  // namespace

std::span<const Importer> signal_importers() { return kImporters; }

}  // namespace trtlike::onnx
