// A convolution of single pixels whose only reader is a depthwise convolution runs with it, so that
// what lies between them need not leave the caches.
#include <algorithm>

#include "core/shape.h"
#include "ops/pointwise/pointwise_program.h"
#include "optimizer/match.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

using ops::PointwiseInstruction;
using ops::PointwiseOpcode;
using ops::PointwiseProgram;

constexpr size_t kWeightsEnd = 3;

/// Clips, behind which one rounding to the steps of a scale may stand.
bool clips_and_rounds(const PointwiseProgram& program) {
  constexpr PointwiseOpcode kRounding[] = {PointwiseOpcode::Div, PointwiseOpcode::Round,
                                           PointwiseOpcode::Clip, PointwiseOpcode::Prod};
  std::vector<PointwiseInstruction> steps;
  int current = 0;
  for (int i = 0; i < static_cast<int>(program.instructions.size()); ++i) {
    const PointwiseInstruction& step = program.instructions[static_cast<size_t>(i)];
    if (step.op == PointwiseOpcode::Constant) continue;
    if (step.a != current) return false;
    current = program.num_inputs + i;
    steps.push_back(step);
  }
  const auto is_clip = [](const PointwiseInstruction& step) {
    return step.op == PointwiseOpcode::Relu || step.op == PointwiseOpcode::Clip;
  };
  const auto rest = std::find_if_not(steps.begin(), steps.end(), is_clip);
  if (rest == steps.end()) return true;
  return std::equal(rest, steps.end(), std::begin(kRounding), std::end(kRounding),
                    [](const auto& step, PointwiseOpcode op) { return step.op == op; }) &&
         rest->b >= program.num_inputs && rest->b == steps.back().b;
}

/// Clips and rounds, or one value times a gate of itself: what kernels do with sums in registers.
bool finishes(const PointwiseProgram& program) {
  const std::vector<PointwiseInstruction>& steps = program.instructions;
  if (clips_and_rounds(program)) return true;
  return steps.size() == 2 && steps[1].op == PointwiseOpcode::Prod &&
         (steps[0].op == PointwiseOpcode::Sigmoid || steps[0].op == PointwiseOpcode::HardSigmoid) &&
         std::min(steps[1].a, steps[1].b) == 0 && std::max(steps[1].a, steps[1].b) == 1;
}

/// The program of a convolution of images in FP32 with constant weights and no further operands;
/// nothing when it is anything else.
std::optional<std::string> match_convolution(const ir::Graph& graph, ir::NodeId id) {
  if (!is_op(graph, id, "Convolution") && !is_op(graph, id, "FusedConvolution"))
    return std::nullopt;
  const ir::Node& node = graph.node(id);
  constexpr int kImageRank = 4;
  if (node.inputs.size() > kWeightsEnd || dims_of(graph, node.inputs[0]).rank() != kImageRank ||
      dtype_of(graph, node.inputs[0]) != DataType::Float || !is_constant(graph, node.inputs[1]) ||
      (has_input(node, 2) && !is_constant(graph, node.inputs[2])))
    return std::nullopt;
  if (is_op(graph, id, "Convolution")) return "";
  const std::string& text = node.attributes.get_string("program");
  return text.empty() || finishes(PointwiseProgram::parse(text)) ? std::optional(text)
                                                                 : std::nullopt;
}

bool is_all(const std::vector<int64_t>& list, int64_t value) {
  return std::all_of(list.begin(), list.end(), [&](int64_t x) { return x == value; });
}

bool reads_single_pixels(const ir::Graph& graph, const ir::Node& conv) {
  const Dims& kernel = dims_of(graph, conv.inputs[1]);
  return kernel[2] == 1 && kernel[3] == 1 && conv.attributes.get_int("num_groups") == 1 &&
         is_all(conv.attributes.get_ints("stride"), 1) &&
         is_all(conv.attributes.get_ints("pre_padding"), 0) &&
         is_all(conv.attributes.get_ints("post_padding"), 0);
}

bool is_depthwise(const ir::Graph& graph, const ir::Node& conv) {
  const Dims& kernel = dims_of(graph, conv.inputs[1]);
  const std::vector<int64_t>& stride = conv.attributes.get_ints("stride");
  const int64_t width = kernel[3];
  return kernel[1] == 1 && conv.attributes.get_int("num_groups") == kernel[0] &&
         (width == 3 || width == 5 || width == 7) &&
         is_all(conv.attributes.get_ints("dilation"), 1) && (stride.empty() || stride.back() <= 2);
}

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  const std::optional<std::string> program = match_convolution(graph, id);
  if (!program) return std::nullopt;
  const ir::Node& second = graph.node(id);
  const ir::NodeId producer = graph.producer(second.inputs[0]);
  if (!producer || !is_depthwise(graph, second)) return std::nullopt;
  const std::optional<std::string> first_program = match_convolution(graph, producer);
  if (!first_program || only_reader(graph, second.inputs[0]) != id ||
      !precisions_agree(graph, producer, id))
    return std::nullopt;
  const ir::Node& first = graph.node(producer);
  if (!reads_single_pixels(graph, first)) return std::nullopt;

  ir::Patch patch(graph);
  patch.inherit_from(id);
  const auto bias = [](const ir::Node& node) {
    return has_input(node, 2) ? node.inputs[2] : ir::ValueId{};
  };
  ir::AttributeList attributes = attribute_list(second);
  std::erase_if(attributes, [](const auto& attribute) { return attribute.first == "program"; });
  attributes.emplace_back("first_program", *first_program);
  attributes.emplace_back("program", *program);
  patch.replace(second.outputs[0], patch.add("ConvolutionPair", joined_name(graph, {producer, id}),
                                             {first.inputs[0], first.inputs[1], bias(first),
                                              second.inputs[1], bias(second)},
                                             attributes));
  return patch;
}

}  // namespace

Rule fuse_convolution_pair() {
  return {.name = "fuse_convolution_pair",
          .equation = "DepthwiseConvolution(Convolution1x1(x)) -> ConvolutionPair(x)",
          .anchor = "",
          .priority = 300,
          .rewrite = rewrite,
          .is_timed = true};
}

}  // namespace trtlike::optimizer
