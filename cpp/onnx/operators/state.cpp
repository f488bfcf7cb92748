// Operators that take what they remember as an input and give it back: CausalConvWithState,
// TensorScatter.
#include "onnx/extents.h"
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

using Op = ElementWiseOperation;

constexpr int64_t kFill = 3;  ///< SampleMode of a slice that reaches outside

/// x sigmoid(x), rounded once.
ValueId silu(NodeContext& node, ValueId x) {
  const DataType dtype = node.dtype(x);
  if (dtype != DataType::Double) x = cast(node, x, DataType::Float);
  const ValueId gate = activation(node, ActivationType::Sigmoid, x, 0, 0, "sigmoid");
  return cast(node, elementwise(node, Op::Prod, x, gate, "silu"), dtype);
}

/// Positions `start` to `start + count` of the last axis of [B, C, L]; 0 outside.
ValueId positions(NodeContext& node, ValueId x, const Extent& start, const Extent& count,
                  const char* suffix) {
  SliceArguments arguments;
  arguments.axes = {2};
  arguments.start = {start};
  arguments.shape = {count};
  arguments.stride = {1};
  arguments.mode = kFill;
  return slice(node, x, arguments, suffix);
}

Outputs import_causal_conv(NodeContext& node) {
  node.check_rank(0, 3);
  node.check_rank(1, 3);
  const std::string name = node.get_string("activation", "none");
  if (name != "none" && name != "silu" && name != "swish")
    node.fail_attribute("activation", core::str("expected none, silu or swish, got '", name, "'."));
  const ValueId x = node.input(0), kernel = node.weights(1);
  const int64_t channels = node.dims(kernel)[0], reach = node.dims(kernel)[2];
  if (!core::is_known(channels) || reach < 1)
    node.fail_input(Code::UnsupportedNodeDynamic, 1,
                    core::str("expected a kernel of known extents of at least 1, got shape ",
                              node.dims(kernel).to_string(), "."));
  const int64_t remembered = reach - 1;
  ValueId padded = x;
  if (remembered > 0)
    padded = node.has_input(3) ? concat(node, {node.input(3), x}, 2, "padded")
                               : positions(node, x, -remembered,
                                           add(node, extent_of(node, x, 2), remembered), "padded");
  const ValueId y = node.add("Convolution", {padded, kernel, node.optional_weights(2)},
                             {{"num_output_maps", channels},
                              {"kernel_size", std::vector<int64_t>{reach}},
                              {"num_groups", channels}});
  Outputs outputs{name == "none" ? y : silu(node, y)};
  const Extent length = extent_of(node, padded, 2);
  if (node.wants_output(1))
    outputs.push_back(
        positions(node, padded, subtract(node, length, remembered), remembered, "state"));
  return outputs;
}

/// Where along the axis each row of updates goes: [B, 1, ..., S, ..., 1].
ValueId written_positions(NodeContext& node, int axis, bool is_circular) {
  const ValueId cache = node.input(0), update = node.input(1);
  const int rank = node.rank(cache);
  ValueId at = count_up(node, extent_of(node, update, axis));
  auto others = axes_between(0, rank - 1);
  for (int64_t& other : others) other += other >= axis ? 1 : 0;
  at = unsqueeze(node, at, others);
  if (node.has_input(2)) {
    const ValueId first = cast(node, node.input(2), DataType::Int64);
    at = elementwise(node, Op::Sum, at, unsqueeze(node, first, axes_between(1, rank)), "positions");
  }
  if (!is_circular) return at;
  const ValueId length = shape_tensor(node, {extent_of(node, cache, axis)});
  const ValueId laps = elementwise(node, Op::FloorDiv, at, length, "laps");
  return elementwise(node, Op::Sub, at, elementwise(node, Op::Prod, laps, length, "laps"),
                     "circular");
}

Outputs import_tensor_scatter(NodeContext& node) {
  const std::string mode = node.get_string("mode", "linear");
  if (mode != "linear" && mode != "circular")
    node.fail_attribute("mode", core::str("expected linear or circular, got '", mode, "'."));
  const ValueId cache = node.input(0), update = node.input(1);
  const int axis = node.normalize_axis(node.get_int("axis", -2), node.rank(cache));
  if (axis == 0) node.fail_attribute("axis", "expected an axis behind that of the batch, got 0.");
  node.check_rank(1, node.rank(cache));
  const ValueId indices = expand_to(node, written_positions(node, axis, mode == "circular"),
                                    extents_of(node, update), "indices");
  return {node.add("Scatter", {cache, indices, update},
                   {{"mode", enum_number(ScatterMode::Element)}, {"axis", int64_t{axis}}})};
}

constexpr Importer kImporters[] = {
    {"CausalConvWithState", import_causal_conv},
    {"TensorScatter", import_tensor_scatter},
};

}  // namespace

std::span<const Importer> state_importers() { return kImporters; }

}  // namespace trtlike::onnx
