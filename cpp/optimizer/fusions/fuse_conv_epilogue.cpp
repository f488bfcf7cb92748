// What follows a convolution element by element runs while its sums are in registers.
#include <string_view>

#include "optimizer/epilogue.h"
#include "optimizer/match.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const ir::Node& conv = graph.node(id);
  const std::string_view op = conv.op->name;
  const bool fused =
      op == "FusedConvolution" || op == "QuantizedConvolution" || op == "QuantizedDeconvolution";
  if (!fused && op != "Convolution") return std::nullopt;
  constexpr size_t kFirstExtra = 3;
  std::vector<ir::ValueId> extras;
  if (conv.inputs.size() > kFirstExtra)
    extras.assign(conv.inputs.begin() + kFirstExtra, conv.inputs.end());
  const std::string program = fused ? conv.attributes.get_string("program") : "";
  const auto epilogue = match_epilogue(graph, id, program, extras, 1);
  if (!epilogue) return std::nullopt;

  ir::Patch patch(graph);
  patch.inherit_from(id);
  std::vector<ir::ValueId> inputs = {conv.inputs[0], conv.inputs[1],
                                     has_input(conv, 2) ? conv.inputs[2] : ir::ValueId{}};
  const auto& operands = epilogue->form.operands;
  inputs.insert(inputs.end(), operands.begin() + 1, operands.end());
  ir::AttributeList attributes = attribute_list(conv);
  set_program(attributes, *epilogue);
  patch.replace(graph.node(epilogue->reader).outputs[0],
                patch.add(fused ? op : "FusedConvolution",
                          joined_name(graph, {id, epilogue->reader}), inputs, attributes));
  return patch;
}

}  // namespace

Rule fuse_conv_epilogue() {
  return {"fuse_conv_epilogue",
          "Activation(Convolution(x) + residual) -> FusedConvolution(x, residual)", "", 200,
          rewrite};
}

}  // namespace trtlike::optimizer
