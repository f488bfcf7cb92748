// Plans from graphs and choices made by hand: steps, conversions, constants and bindings.
#include "builder/assemble.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "builder/profiles.h"
#include "builder/specialize.h"
#include "core/strings.h"
#include "support/build_graph.h"

namespace trtlike::builder {
namespace {

using ir::Graph;
using ir::NodeId;
using ir::ValueId;
using kernels::Layout;
using testing::ElementsAre;
using tuner::Format;

struct Assembly {
  engine::Plan plan;
  std::vector<engine::PlanConstant> constants;
};

/// A graph, what the tuner sees of it, and choices that take references in the values' own formats.
struct Draft {
  explicit Draft(Graph given) : graph(std::move(given)), order(graph.topological_order()) {
    const auto profiles = check_profiles(graph, {});
    std::vector<Graph> specialized;
    specialized.push_back(specialize(graph, profiles[0], Selector::Opt).graph);
    tuned = make_tuned_graph(graph, order, specialized, {}, {});
    for (const tuner::TunedNode& node : tuned.nodes) {
      tuner::Choice choice;
      if (!node.is_view) choice.tactic = kernels::find_tactic(node.op->name, "reference");
      for (const int input : node.inputs) choice.inputs.push_back(own_format(input));
      for (const int output : node.outputs) choice.outputs.push_back(own_format(output));
      result.choices.push_back(choice);
    }
  }

  Format own_format(int value) const {
    return value < 0 ? Format{} : Format{tuned.values[static_cast<size_t>(value)].dtype};
  }
  Assembly assembled() const {
    ConstantSection section;
    Assembly assembly;
    assembly.plan = assemble(graph, order, tuned, result, true, 1, section);
    assembly.constants = section.finish(assembly.plan, {});
    return assembly;
  }

  Graph graph;
  std::vector<NodeId> order;
  tuner::TunedGraph tuned;
  tuner::Result result;
};

/// "Convolution(x, w) -> c", a line a step.
std::vector<std::string> steps_of(const engine::Plan& plan) {
  const auto names = [&](const std::vector<int32_t>& values) {
    std::vector<std::string> out;
    for (const int32_t value : values)
      out.push_back(value < 0 ? "-" : plan.values[static_cast<size_t>(value)].name);
    return core::join(out);
  };
  std::vector<std::string> lines;
  for (const engine::PlanStep& step : plan.steps)
    lines.push_back(core::str(step.op, "(", names(step.inputs), ") -> ", names(step.outputs)));
  return lines;
}

/// a = relu(x), b = abs(a), c = neg(a), of images.
Graph image_graph() {
  Graph graph;
  const ValueId x = graph.add_input("x", DataType::Float, {1, 4, 2, 2});
  const ValueId a = test::activation(graph, ActivationType::Relu, x, 0, 0, "a");
  graph.mark_output(test::unary(graph, UnaryOperation::Abs, a, "b"));
  graph.mark_output(test::unary(graph, UnaryOperation::Neg, a, "c"));
  return graph;
}

TEST(Assemble, gives_a_step_a_node_and_a_binding_an_input_and_output) {
  const engine::Plan plan = Draft(image_graph()).assembled().plan;
  EXPECT_THAT(steps_of(plan),
              ElementsAre("Activation(x) -> a_output", "Unary(a_output) -> b_output",
                          "Unary(a_output) -> c_output"));
  ASSERT_EQ(plan.bindings.size(), 3u);
  EXPECT_EQ(plan.bindings[0].name, "x");
  EXPECT_EQ(plan.bindings[0].mode, TensorIOMode::Input);
  EXPECT_EQ(plan.bindings[2].name, "c_output");
  EXPECT_EQ(plan.bindings[2].mode, TensorIOMode::Output);
  EXPECT_EQ(plan.steps[0].tactic, "reference");
  EXPECT_TRUE(plan.steps[0].strict);
}

TEST(Assemble, converts_once_for_all_readers_of_a_layout) {
  Draft draft(image_graph());
  for (const size_t reader : {1, 2}) {
    draft.result.choices[reader].inputs[0].layout = Layout::ChannelsLast;
    draft.result.choices[reader].outputs[0].layout = Layout::ChannelsLast;
  }
  const engine::Plan plan = draft.assembled().plan;
  EXPECT_THAT(steps_of(plan), ElementsAre("Activation(x) -> a_output",
                                          "Reformat(a_output) -> a_output as f32 channels_last",
                                          "Unary(a_output as f32 channels_last) -> b_output",
                                          "Unary(a_output as f32 channels_last) -> c_output",
                                          "Reformat(b_output) -> b_output as f32 linear",
                                          "Reformat(c_output) -> c_output as f32 linear"));
  EXPECT_EQ(plan.steps[1].name, "Reformatting CopyNode for a_output");
  EXPECT_EQ(plan.bindings[1].name, "b_output");
  const auto bound = static_cast<size_t>(plan.bindings[1].value);
  EXPECT_EQ(plan.values[bound].layout, Layout::Linear);
}

TEST(Assemble, what_is_stored_narrowly_is_converted_behind_its_step) {
  Draft draft(image_graph());
  const int a = draft.tuned.nodes[0].outputs[0];
  draft.tuned.values[static_cast<size_t>(a)].stored = DataType::BF16;
  for (const size_t reader : {1, 2}) draft.result.choices[reader].inputs[0].dtype = DataType::BF16;
  EXPECT_THAT(
      steps_of(draft.assembled().plan),
      ElementsAre("Activation(x) -> a_output", "Reformat(a_output) -> a_output as bf16 linear",
                  "Unary(a_output as bf16 linear) -> b_output",
                  "Unary(a_output as bf16 linear) -> c_output"));
}

TEST(Assemble, a_constant_is_a_value_once_and_its_bytes_are_a_range) {
  Graph graph;
  const ValueId x = graph.add_input("x", DataType::Float, {1, 3});
  const ValueId w = graph.add_constant("w", DataType::Float, {1, 3}, {1, 2, 3});
  const ValueId sum = test::element_wise(graph, ElementWiseOperation::Sum, x, w, "sum");
  graph.mark_output(test::element_wise(graph, ElementWiseOperation::Prod, sum, w, "prod"));
  const Assembly assembly = Draft(std::move(graph)).assembled();
  EXPECT_THAT(steps_of(assembly.plan), ElementsAre("ElementWise(x, w) -> sum_output",
                                                   "ElementWise(sum_output, w) -> prod_output"));
  EXPECT_TRUE(assembly.plan.steps[0].constant_inputs == ops::InputSet({1}));
  ASSERT_EQ(assembly.constants.size(), 1u);
  EXPECT_EQ(assembly.constants[0].range.bytes, 12u);
  EXPECT_EQ(static_cast<const float*>(assembly.constants[0].data.get())[2], 3);
}

TEST(Assemble, packed_constants_have_no_value_and_their_description) {
  Graph graph;
  const ValueId x = graph.add_input("x", DataType::Float, {8, 16});
  graph.mark_output(
      graph.add("MatrixMultiply", "m", {x, test::random_constant(graph, "w", {16, 32})}));
  Draft draft(std::move(graph));
  int packing = 0;
  for (const kernels::Tactic* tactic : kernels::tactics_for("MatrixMultiply")) {
    kernels::Problem problem;
    problem.op = draft.tuned.nodes[0].op;
    problem.attributes = draft.tuned.nodes[0].attributes;
    problem.inputs = {{DataType::Float, {8, 16}}, {DataType::Float, {16, 32}}};
    problem.outputs = {{DataType::Float, {8, 32}}};
    problem.constants = {nullptr, draft.tuned.values[1].constant};
    problem.constant_inputs = {1};
    if (kernels::refuse(*tactic, problem) || kernels::packed_inputs(*tactic, problem).empty())
      continue;
    ++packing;
    draft.result.choices[0].tactic = tactic;
    const Assembly assembly = draft.assembled();
    const engine::PlanStep& step = assembly.plan.steps[0];
    EXPECT_EQ(step.tactic, tactic->name);
    EXPECT_THAT(step.inputs, ElementsAre(0, -1)) << tactic->name;
    EXPECT_THAT(step.packed_descs, ElementsAre(kernels::TensorDesc{DataType::Float, Dims{16, 32}}));
    EXPECT_EQ(step.packed.bytes, assembly.constants.at(0).range.bytes);
  }
  EXPECT_GT(packing, 0);
}

TEST(Assemble, an_output_that_is_an_input_gets_memory_of_its_own) {
  Graph graph;
  const ValueId x = graph.add_input("x", DataType::Float, {2});
  graph.mark_output(x);
  const engine::Plan plan = Draft(std::move(graph)).assembled().plan;
  EXPECT_THAT(steps_of(plan), ElementsAre("Identity(x) -> x"));
  ASSERT_EQ(plan.bindings.size(), 2u);
  EXPECT_NE(plan.bindings[0].value, plan.bindings[1].value);
}

TEST(Assemble, twice_gives_the_same_plan) {
  const Draft draft(image_graph());
  EXPECT_EQ(engine::print_plan(draft.assembled().plan), engine::print_plan(draft.assembled().plan));
}

}  // namespace
}  // namespace trtlike::builder
