// Signs of what activations give, and of what is moved or averaged from it.
#include "optimizer/quantization/signs.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "optimizer/match.h"
#include "optimizer/pointwise_form.h"
#include "optimizer/quantization/steps.h"

namespace trtlike::optimizer {
namespace {

using ops::PointwiseInstruction;
using ops::PointwiseOpcode;

/// `is_known` tells of the registers that the instruction reads.
bool gives_non_negative(const PointwiseInstruction& i, const std::vector<bool>& is_known) {
  const auto known = [&](int reg) { return is_known[static_cast<size_t>(reg)]; };
  switch (i.op) {
    case PointwiseOpcode::Relu:
    case PointwiseOpcode::Sigmoid:
    case PointwiseOpcode::Softplus:
    case PointwiseOpcode::HardSigmoid:
    case PointwiseOpcode::Exp:
    case PointwiseOpcode::Abs:
      return true;
    case PointwiseOpcode::Clip:
    case PointwiseOpcode::Constant:
      return i.alpha >= 0;
    case PointwiseOpcode::Max:
      return known(i.a) || known(i.b);
    case PointwiseOpcode::Sum:
    case PointwiseOpcode::Prod:
    case PointwiseOpcode::Min:
      return known(i.a) && known(i.b);
    default:
      return false;
  }
}

bool gives_non_negative(const ops::PointwiseProgram& program) {
  std::vector<bool> is_known(static_cast<size_t>(program.num_inputs), false);
  for (const PointwiseInstruction& i : program.instructions)
    is_known.push_back(gives_non_negative(i, is_known));
  return is_known[static_cast<size_t>(program.output)];
}

bool is_non_negative(const ir::Graph& graph, ir::ValueId id, int depth) {
  const ir::NodeId producer = graph.producer(id);
  if (!producer || depth == 0) return false;
  const ir::Node& node = graph.node(producer);
  const bool averages = is_op(graph, producer, "Pooling") || is_op(graph, producer, "Reduce");
  if (averages || moves_elements(node))
    return std::all_of(node.inputs.begin(),
                       node.op->joins_inputs ? node.inputs.end() : node.inputs.begin() + 1,
                       [&](ir::ValueId from) { return is_non_negative(graph, from, depth - 1); });
  if (is_op(graph, producer, "Softmax")) return true;
  if (node.attributes.find("program") != nullptr) {
    const std::string& program = node.attributes.get_string("program");
    return !program.empty() && gives_non_negative(ops::PointwiseProgram::parse(program));
  }
  const auto form = pointwise_form(graph, producer);
  return form && gives_non_negative(form->program);
}

}  // namespace

bool is_non_negative(const ir::Graph& graph, ir::ValueId id) {
  constexpr int kMostSteps = 8;
  return is_non_negative(graph, id, kMostSteps);
}

}  // namespace trtlike::optimizer
