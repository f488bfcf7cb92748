// Scale(x) {factors} -> Pow(Sum(Prod(x, scale), shift), power): one vocabulary for the rules that
// follow.
#include "optimizer/match.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

constexpr int64_t kUniform = enum_number(ScaleMode::Uniform),
                  kChannel = enum_number(ScaleMode::Channel);

/// The factors' shape as an operand of x: ones, but for the channel axis or all axes from it on.
std::optional<Dims> operand_dims(const ir::Node& node, const Dims& x) {
  Dims dims = Dims::filled(x.rank(), 1);
  const int64_t mode = node.attributes.get_int("mode");
  if (mode == kUniform) return dims;
  const int axis = core::normalize_axis(node.attributes.get_int("channel_axis"), x.rank(), "axis");
  for (int i = axis; i < (mode == kChannel ? axis + 1 : x.rank()); ++i) {
    if (x[i] < 0) return std::nullopt;
    dims[i] = x[i];
  }
  return dims;
}

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const ir::Node& node = graph.node(id);
  constexpr size_t kShift = 1, kScale = 2, kPower = 3;
  for (size_t i = kShift; i <= kPower; ++i)
    if (has_input(node, i) && !is_constant(graph, node.inputs[i])) return std::nullopt;
  const auto dims = operand_dims(node, dims_of(graph, node.inputs[0]));
  if (!dims) return std::nullopt;
  ir::Patch patch(graph);
  patch.inherit_from(id);
  ir::ValueId x = node.inputs[0];
  const auto apply = [&](size_t input, ElementWiseOperation operation) {
    if (!has_input(node, input)) return;
    const ir::Value& factors = graph.value(node.inputs[input]);
    const ir::ValueId constant =
        patch.add_constant(factors.name, factors.type.dtype, *dims, *factors.constant);
    x = patch.add("ElementWise", node.name, {x, constant},
                  {{"op", static_cast<int64_t>(operation)}});
  };
  apply(kScale, ElementWiseOperation::Prod);
  apply(kShift, ElementWiseOperation::Sum);
  apply(kPower, ElementWiseOperation::Pow);
  if (x == node.inputs[0]) x = patch.add("Identity", node.name, {x});
  patch.replace(node.outputs[0], x);
  return patch;
}

}  // namespace

Rule lower_scale() {
  return {"lower_scale", "Scale(x) -> Pow(Sum(Prod(x, scale), shift), power)", "Scale", 10,
          rewrite};
}

}  // namespace trtlike::optimizer
