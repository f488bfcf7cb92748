// What follows a product with constant weights element by element runs while its sums are in
// registers. After attention is recognised: its scale and mask follow a product, too. Behind other
// products a rounding to the steps of a scale says that it is no attention's.
#include <algorithm>
#include <string_view>

#include "optimizer/epilogue.h"
#include "optimizer/match.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

bool is_rounded(const ir::Graph& graph, ir::ValueId result) {
  const ir::NodeId reader = only_reader(graph, result);
  if (!is_op(graph, reader, "PointWise")) return false;
  const auto program =
      ops::PointwiseProgram::parse(graph.node(reader).attributes.get_string("program"));
  return std::any_of(
      program.instructions.begin(), program.instructions.end(),
      [](const auto& instruction) { return instruction.op == ops::PointwiseOpcode::Round; });
}

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const ir::Node& product = graph.node(id);
  const std::string_view op = product.op->name;
  const bool fused = op == "FusedMatrixMultiply" || op == "QuantizedMatrixMultiply";
  if (!fused && op != "MatrixMultiply") return std::nullopt;
  if (!is_constant(graph, product.inputs[1]) && !is_rounded(graph, product.outputs[0]))
    return std::nullopt;
  constexpr size_t kFirstExtra = 3;
  std::vector<ir::ValueId> extras;
  if (product.inputs.size() > kFirstExtra)
    extras.assign(product.inputs.begin() + kFirstExtra, product.inputs.end());
  const std::string program = fused ? product.attributes.get_string("program") : "";
  const int last = dims_of(graph, product.outputs[0]).rank() - 1;
  const auto epilogue = match_epilogue(graph, id, program, extras, last);
  if (!epilogue) return std::nullopt;

  ir::Patch patch(graph);
  patch.inherit_from(id);
  std::vector<ir::ValueId> inputs = {product.inputs[0], product.inputs[1],
                                     has_input(product, 2) ? product.inputs[2] : ir::ValueId{}};
  const auto& operands = epilogue->form.operands;
  inputs.insert(inputs.end(), operands.begin() + 1, operands.end());
  ir::AttributeList attributes = attribute_list(product);
  set_program(attributes, *epilogue);
  patch.replace(graph.node(epilogue->reader).outputs[0],
                patch.add(fused ? op : "FusedMatrixMultiply",
                          joined_name(graph, {id, epilogue->reader}), inputs, attributes));
  return patch;
}

}  // namespace

Rule fuse_matmul_epilogue() {
  return {"fuse_matmul_epilogue",
          "Activation(MatrixMultiply(a, weights) + residual) -> FusedMatrixMultiply(a, weights, "
          "residual)",
          "", 210, rewrite};
}

}  // namespace trtlike::optimizer
