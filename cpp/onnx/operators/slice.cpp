// Slice (attributes to opset 9, inputs later) and Pad, which is a slice that reaches outside.
#include <algorithm>

#include "onnx/extents.h"
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

constexpr int64_t kWrap = enum_number(SampleMode::Wrap);
constexpr int64_t kClamp = enum_number(SampleMode::Clamp);
constexpr int64_t kFill = enum_number(SampleMode::Fill);
constexpr int64_t kReflect = enum_number(SampleMode::Reflect);

Outputs import_old_slice(NodeContext& node) {
  const auto starts = node.get_ints("starts");
  const auto axes = node.get_ints("axes", axes_between(0, static_cast<int>(starts.size())));
  return {node.add("Slice", {node.input(0)},
                   {{"start", starts},
                    {"shape", node.get_ints("ends")},
                    {"stride", std::vector<int64_t>(starts.size(), 1)},
                    {"axes", axes},
                    {"clamp_ends", true}})};
}

/// How many dimensions are sliced. Where no input tells, it is one: exporters cut a bound out of a
/// tensor by a position, and whether there is one there only the run tells.
int64_t num_sliced(NodeContext& node) {
  const Dims& first = node.dims(node.input(1));
  if (first.rank() != 1 || first[0] > Dims::kMaxDims)
    node.fail_input(Code::UnsupportedNodeDynamic, 1,
                    core::str("expected a tensor of rank 1 with at most ", Dims::kMaxDims,
                              " elements, got shape ", first.to_string(), "."));
  int64_t count = first[0];
  for (size_t i = 2; i < 5; ++i)
    if (count < 0 && node.has_input(i) && node.rank(node.input(i)) == 1)
      count = node.dims(node.input(i))[0];
  return count < 0 ? 1 : count;
}

ValueId with_length(NodeContext& node, ValueId value, int64_t count) {
  const Dims& dims = node.dims(value);
  return dims.rank() != 1 || core::is_known(dims[0]) ? value
                                                     : reshape(node, value, {count}, "length");
}

Outputs import_slice(NodeContext& node) {
  if (node.opset() < 10) return import_old_slice(node);
  AttributeList attributes{{"clamp_ends", true}};
  std::vector<ValueId> inputs{node.input(0), {}, {}, {}, {}, {}};
  const int64_t count = num_sliced(node);
  const auto give = [&](const char* name, size_t from, size_t to) {
    if (!node.has_input(from)) return;
    if (const auto known = node.known_ints(node.input(from)))
      attributes.emplace_back(name, *known);
    else
      inputs[to] = cast(node, with_length(node, node.input(from), count), DataType::Int64);
  };
  give("start", 1, 1);
  give("shape", 2, 2);
  give("axes", 3, 5);
  give("stride", 4, 3);
  if (!node.has_input(3)) attributes.emplace_back("axes", axes_between(0, static_cast<int>(count)));
  if (!node.has_input(4))
    attributes.emplace_back("stride", std::vector<int64_t>(static_cast<size_t>(count), 1));
  return {node.add("Slice", inputs, attributes)};
}

int64_t pad_mode(NodeContext& node) {
  const std::string mode = node.get_string("mode", "constant");
  if (mode == "constant") return kFill;
  if (mode == "reflect") return kReflect;
  if (mode == "edge") return kClamp;
  if (mode == "wrap") return kWrap;
  node.fail_attribute("mode",
                      core::str("expected constant, reflect, edge or wrap, got '", mode, "'."));
}

/// Up to opset 10 numbers are attributes. Argument 1 is ONNX Runtime's copy of the later form.
bool pads_by_attributes(NodeContext& node) { return node.opset() < 11 && node.argument() == 0; }

/// The fill as a tensor; none when it is 0.
ValueId pad_fill(NodeContext& node) {
  if (pads_by_attributes(node)) {
    const double fill = node.get_float("value", 0.0);
    return fill == 0.0 ? ValueId{} : node.add_constant(node.dtype(node.input(0)), {}, {fill});
  }
  if (!node.has_input(2)) return {};
  const ValueId fill = node.input(2);
  const auto known = node.known_floats(fill);
  if (known && known->size() == 1 && known->front() == 0.0) return {};
  return node.rank(fill) == 0 ? fill : reshape(node, fill, {}, "fill");
}

Outputs import_pad(NodeContext& node) {
  const ValueId x = node.input(0);
  Extents pads;
  if (pads_by_attributes(node)) {
    const auto given = node.get_ints(node.has_attribute("paddings") ? "paddings" : "pads");
    pads.assign(given.begin(), given.end());
  } else {
    pads = read_extents(node, node.input(1));
  }
  std::vector<int64_t> axes = axes_between(0, node.rank(x));
  if (node.has_input(3)) {
    axes = node.require_ints(3);
    for (int64_t& axis : axes) axis = node.normalize_axis(axis, node.rank(x));
  }
  if (pads.size() != axes.size() * 2)
    node.fail(Code::InvalidNode, core::str("expected ", axes.size() * 2, " pads for shape ",
                                           node.dims(x).to_string(), ", got ", pads.size(), "."));
  std::vector<int64_t> padded;
  SliceArguments arguments;
  for (size_t i = 0; i < axes.size(); ++i) {
    const Extent &before = pads[i], &after = pads[axes.size() + i];
    if (before.is(0) && after.is(0)) continue;
    padded.push_back(axes[i]);
    const Extent extent = extent_of(node, x, static_cast<int>(axes[i]));
    arguments.start.push_back(subtract(node, 0, before));
    arguments.shape.push_back(add(node, add(node, extent, before), after));
    arguments.stride.push_back(1);
  }
  if (padded.empty()) return {node.add("Identity", {x})};
  arguments.mode = pad_mode(node);
  arguments.axes = padded;
  if (arguments.mode == kFill) arguments.fill = pad_fill(node);
  return {slice(node, x, arguments)};
}

constexpr Importer kImporters[] = {
    {"Slice", import_slice}, {"Pad", import_pad}, {"Pad", import_pad, 1, "com.microsoft"}};

}  // namespace

std::span<const Importer> slice_importers() { return kImporters; }

}  // namespace trtlike::onnx
