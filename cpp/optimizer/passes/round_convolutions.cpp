// Results of convolutions that the network declares as half or bfloat16 are rounded while they are
// in registers. Whatever type they are stored in then, their numbers are those of the declared one.
#include "ir/patch.h"
#include "optimizer/match.h"
#include "optimizer/passes/passes.h"
#include "optimizer/pointwise_form.h"

namespace trtlike::optimizer {
namespace {

using ops::PointwiseProgram;

std::optional<PointwiseProgram> program_of(const ir::Graph& graph, ir::NodeId id) {
  if (is_op(graph, id, "Convolution")) return PointwiseProgram{1, {}, 0};
  if (!is_op(graph, id, "FusedConvolution")) return std::nullopt;
  const std::string& text = graph.node(id).attributes.get_string("program");
  return text.empty() ? PointwiseProgram{1, {}, 0} : PointwiseProgram::parse(text);
}

bool round_result(ir::Graph& graph, ir::NodeId id) {
  const ir::Node& node = graph.node(id);
  std::optional<PointwiseProgram> program = program_of(graph, id);
  if (!program || !is_constant(graph, node.inputs[1]) || node.output_types[0]) return false;
  const DataType dtype = dtype_of(graph, node.outputs[0]);
  const auto rounding = ops::rounding_to(dtype);
  if (!rounding || ops::ends_with(*program, *rounding)) return false;
  program->output = program->append(*rounding, program->output);
  ir::AttributeList attributes = attribute_list(node);
  std::erase_if(attributes, [](const auto& attribute) { return attribute.first == "program"; });
  attributes.emplace_back("program", program->to_text());
  std::vector<ir::ValueId> inputs = node.inputs;
  if (inputs.size() < 3) inputs.resize(3);
  ir::Patch patch(graph);
  patch.inherit_from(id);
  patch.replace(node.outputs[0], patch.add("FusedConvolution", node.name, inputs, attributes));
  patch.apply(graph);
  return true;
}

}  // namespace

int round_convolutions(ir::Graph& graph) {
  int changes = 0;
  for (const ir::NodeId id : graph.nodes()) changes += round_result(graph, id) ? 1 : 0;
  return changes;
}

}  // namespace trtlike::optimizer
