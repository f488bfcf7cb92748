// Zeros around the image in front of a convolution become its own padding.
#include <algorithm>
#include <string_view>

#include "optimizer/match.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

using Counts = std::vector<int64_t>;

/// Zeros before and after each spatial axis.
struct Pads {
  Counts before, after;
};

std::optional<Pads> match_padding(const ir::Node& node, int spatial) {
  if (spatial != 2) return std::nullopt;
  Pads pads{node.attributes.get_ints("pre_padding"), node.attributes.get_ints("post_padding")};
  pads.before.resize(2, 0);
  pads.after.resize(2, 0);
  return pads;
}

/// A Slice that reaches outside of its input, where it fills with zeros.
std::optional<Pads> match_slice(const ir::Graph& graph, const ir::Node& node, int spatial) {
  constexpr int64_t kFill = enum_number(SampleMode::Fill);
  if (node.attributes.get_int("mode") != kFill || node.attributes.get_bool("clamp_ends"))
    return std::nullopt;
  for (const size_t i : {size_t{1}, size_t{2}, size_t{3}, size_t{5}})
    if (has_input(node, i)) return std::nullopt;
  if (has_input(node, 4) && ir::constant_scalar(graph, node.inputs[4]) != 0.0) return std::nullopt;
  const Dims& in = dims_of(graph, node.inputs[0]);
  const Counts &start = node.attributes.get_ints("start"),
               &shape = node.attributes.get_ints("shape"),
               &stride = node.attributes.get_ints("stride"),
               &axes = node.attributes.get_ints("axes");
  if (start.size() != shape.size() ||
      std::any_of(stride.begin(), stride.end(), [](int64_t s) { return s != 1; }))
    return std::nullopt;
  Pads pads{Counts(static_cast<size_t>(spatial), 0), Counts(static_cast<size_t>(spatial), 0)};
  for (size_t i = 0; i < start.size(); ++i) {
    const int64_t given = axes.empty() ? static_cast<int64_t>(i) : axes[i];
    const int axis = static_cast<int>(given < 0 ? given + in.rank() : given);
    if (in[axis] < 0) return std::nullopt;
    const int64_t before = -start[i], after = start[i] + shape[i] - in[axis];
    if (axis < 2 && (before != 0 || after != 0)) return std::nullopt;
    if (axis < 2) continue;
    pads.before[static_cast<size_t>(axis - 2)] = before;
    pads.after[static_cast<size_t>(axis - 2)] = after;
  }
  return pads;
}

bool all_at_least_zero(const Counts& counts) {
  return std::all_of(counts.begin(), counts.end(), [](int64_t count) { return count >= 0; });
}

Counts add(Counts counts, const Counts& more) {
  counts.resize(more.size(), 0);
  for (size_t i = 0; i < more.size(); ++i) counts[i] += more[i];
  return counts;
}

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const ir::Node& conv = graph.node(id);
  const std::string_view op = conv.op->name;
  if ((op != "Convolution" && op != "FusedConvolution") ||
      conv.attributes.get_int("padding_mode") > enum_number(PaddingMode::ExplicitRoundUp))
    return std::nullopt;
  const ir::NodeId pad = graph.producer(conv.inputs[0]);
  const int spatial = dims_of(graph, conv.inputs[0]).rank() - 2;
  if (!pad || only_reader(graph, conv.inputs[0]) != id) return std::nullopt;
  std::optional<Pads> pads;
  if (is_op(graph, pad, "Padding")) pads = match_padding(graph.node(pad), spatial);
  if (is_op(graph, pad, "Slice")) pads = match_slice(graph, graph.node(pad), spatial);
  if (!pads || !all_at_least_zero(pads->before) || !all_at_least_zero(pads->after))
    return std::nullopt;
  ir::Patch patch(graph);
  patch.inherit_from(id);
  ir::AttributeList attributes = attribute_list(conv);
  for (auto& [name, value] : attributes) {
    if (name == "pre_padding") value = add(std::get<Counts>(value), pads->before);
    if (name == "post_padding") value = add(std::get<Counts>(value), pads->after);
  }
  std::vector<ir::ValueId> inputs = conv.inputs;
  inputs[0] = graph.node(pad).inputs[0];
  patch.replace(conv.outputs[0], patch.add(op, joined_name(graph, {pad, id}), inputs, attributes));
  return patch;
}

}  // namespace

Rule fuse_pad_into_conv() {
  return {"fuse_pad_into_conv", "Convolution(Padding(x)) -> Convolution(x) {padding}", "", 22,
          rewrite};
}

}  // namespace trtlike::optimizer
