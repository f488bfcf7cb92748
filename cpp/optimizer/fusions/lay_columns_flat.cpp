// A convolution over one column of an image works on one row instead: kernels run along rows.
#include <string_view>

#include "optimizer/match.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

using Pair = std::vector<int64_t>;
const Pair kSwap = {0, 1, 3, 2};

/// The attribute's two counts the other way round.
Pair swapped(const Pair& counts) {
  return counts.size() == 2 ? Pair{counts[1], counts[0]} : counts;
}

bool is_pair_list(const std::string& name) {
  return name == "kernel_size" || name == "stride" || name == "pre_padding" ||
         name == "post_padding" || name == "dilation";
}

bool pads_width(const ir::Node& conv) {
  for (const char* name : {"pre_padding", "post_padding"}) {
    const Pair& counts = conv.attributes.get_ints(name);
    if (counts.size() == 2 && counts[1] != 0) return true;
  }
  return conv.attributes.get_int("padding_mode") > enum_number(PaddingMode::ExplicitRoundUp);
}

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const ir::Node& conv = graph.node(id);
  const Dims &x = dims_of(graph, conv.inputs[0]), &kernel = dims_of(graph, conv.inputs[1]);
  if (x.rank() != 4 || x[3] != 1 || x[2] == 1 || kernel[3] != 1 || kernel[2] == 1)
    return std::nullopt;
  if (!is_constant(graph, conv.inputs[1]) || pads_width(conv)) return std::nullopt;
  ir::Patch patch(graph);
  patch.inherit_from(id);
  const ir::Value& weights = graph.value(conv.inputs[1]);
  std::vector<ir::ValueId> inputs = conv.inputs;
  inputs[0] = patch.add("Shuffle", conv.name, {conv.inputs[0]}, {{"first_transpose", kSwap}});
  inputs[1] = patch.add_constant(weights.name, weights.type.dtype,
                                 {kernel[0], kernel[1], 1, kernel[2]}, *weights.constant);
  ir::AttributeList attributes = attribute_list(conv);
  for (auto& [name, value] : attributes)
    if (is_pair_list(name)) value = swapped(std::get<Pair>(value));
  const ir::ValueId row = patch.add("Convolution", conv.name, inputs, attributes);
  patch.replace(conv.outputs[0],
                patch.add("Shuffle", conv.name, {row}, {{"first_transpose", kSwap}}));
  return patch;
}

}  // namespace

Rule lay_columns_flat() {
  return {"lay_columns_flat", "Convolution(x [n, c, h, 1]) -> Shuffle(Convolution(Shuffle(x)))",
          "Convolution", 15, rewrite};
}

}  // namespace trtlike::optimizer
