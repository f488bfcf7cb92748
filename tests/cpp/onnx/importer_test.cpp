// What a parsed model looks like as a network: names, shapes, layers, constants, subgraphs,
// functions.
#include <gmock/gmock.h>

#include "support/onnx_model.h"

namespace trtlike::test {
namespace {

using testing::ElementsAre;

TEST(OnnxImporter, inputs_outputs_and_layers_keep_their_names) {
  ModelBuilder model;
  model.input("x", {"batch", "3", "8", "8"}).output("y");
  model.initializer(float_tensor("w", {2, 3, 1, 1}, {1, 2, 3, 4, 5, 6}));
  model.node("Conv", {"x", "w"}, {"c"}).name("conv1");
  model.node("Relu", {"c"}, {"y"});
  const Parsed parsed(model);
  ASSERT_TRUE(parsed.ok) << parsed.errors();
  const Network& network = parsed.network;
  EXPECT_EQ(network.name(), "test");
  ASSERT_EQ(network.num_inputs(), 1);
  EXPECT_EQ(network.input(0).name(), "x");
  EXPECT_EQ(network.input(0).shape(), (Dims{-1, 3, 8, 8}));
  EXPECT_EQ(network.input(0).dimension_name(0), "batch");
  ASSERT_EQ(network.num_outputs(), 1);
  EXPECT_EQ(network.output(0).name(), "y");
  ASSERT_EQ(network.num_layers(), 2);
  EXPECT_EQ(network.layer(0).name(), "conv1");
  EXPECT_EQ(network.layer(0).op_name(), "Convolution");
  EXPECT_EQ(network.layer(0).constant_input(1).count, 6);
  EXPECT_EQ(network.layer(0).output(0).name(), "c");
  EXPECT_EQ(network.layer(1).name(), "Relu_1");
  EXPECT_EQ(parsed.parser.layer_output_tensor("conv1", 0).name(), "c");
  EXPECT_FALSE(parsed.parser.layer_output_tensor("conv1", 1));
  EXPECT_FALSE(parsed.parser.layer_output_tensor("other", 0));
}

TEST(OnnxImporter, initializers_that_are_inputs_are_constants) {
  ModelBuilder model(8);
  model.input("x", {"2"}).input("w", {"2"}).output("y");
  model.initializer(float_tensor("w", {2}, {10, 20}));
  model.node("Add", {"x", "w"}, {"y"});
  EXPECT_EQ(Parsed(model).network.num_inputs(), 1);
  EXPECT_THAT(run_model(model, {make_tensor(DataType::Float, {2}, {1, 2})}), ElementsAre(11, 22));
}

TEST(OnnxImporter, operands_of_layers_are_constant_layers_and_unused_constants_are_dropped) {
  ModelBuilder model;
  model.input("x", {"2", "3"}).output("y");
  model.initializer(float_tensor("b", {3}, {1, 2, 3}));
  model.initializer(int_tensor("shape", {1}, {-1}));
  model.initializer(float_tensor("unused", {1}, {0}));
  model.node("Add", {"x", "b"}, {"s"}).name("sum");
  model.node("Reshape", {"s", "shape"}, {"y"}).name("flat");
  const Parsed parsed(model);
  ASSERT_TRUE(parsed.ok) << parsed.errors();
  EXPECT_EQ(op_names(parsed.graph()), "Constant ElementWise Shuffle");
  EXPECT_EQ(parsed.network.output(0).shape(), (Dims{6}));
}

TEST(OnnxImporter, a_tensor_of_the_model_wins_over_a_helpers_name) {
  ModelBuilder model;
  model.input("x", {"2", "3"}).output("gemm_output");
  model.initializer(float_tensor("w", {3, 2}, {1, 0, 0, 1, 0, 0}));
  model.initializer(float_tensor("b", {2}, {1, 1}));
  model.node("Gemm", {"x", "w", "b"}, {"g"}).name("gemm");
  model.node("Relu", {"g"}, {"gemm_output"});
  EXPECT_THAT(run_model(model, {make_tensor(DataType::Float, {2, 3}, {1, 2, 3, -4, 5, 6})}),
              ElementsAre(2, 3, 0, 6));
}

TEST(OnnxImporter, inputs_constants_and_doubled_tensors_can_be_outputs) {
  ModelBuilder model;
  model.input("x", {"1"}).output("c").output("y").output("y2");
  model.initializer(float_tensor("c", {1}, {7}));
  model.node("Identity", {"x"}, {"y"});
  model.node("Identity", {"y"}, {"y2"});
  const Parsed parsed(model);
  ASSERT_TRUE(parsed.ok) << parsed.errors();
  const auto outputs = run_graph(parsed.graph(), {{"x", make_tensor(DataType::Float, {1}, {3})}});
  EXPECT_EQ(outputs.at("c").view.at(0), 7);
  EXPECT_EQ(outputs.at("y").view.at(0), 3);
  EXPECT_EQ(outputs.at("y2").view.at(0), 3);
}

TEST(OnnxImporter, shape_arithmetic_with_an_unknown_batch_stays_computable) {
  // y = reshape(x, [shape(x)[0], -1])
  ModelBuilder model(9);
  model.input("x", {"n", "2", "3"}).output("y");
  model.initializer(int_tensor("zero", {}, {0}));
  model.initializer(int_tensor("rest", {1}, {-1}));
  model.node("Shape", {"x"}, {"s"});
  model.node("Gather", {"s", "zero"}, {"n"});
  model.node("Unsqueeze", {"n"}, {"n1"}).attribute("axes", std::vector<int64_t>{0});
  model.node("Concat", {"n1", "rest"}, {"target"}).attribute("axis", int64_t{0});
  model.node("Reshape", {"x", "target"}, {"y"});
  Dims dims;
  run_model(model, {make_tensor(DataType::Float, {4, 2, 3}, std::vector<double>(24, 1))}, &dims);
  EXPECT_EQ(dims, (Dims{4, 6}));
}

::onnx::GraphProto branch(const std::string& op) {
  ModelBuilder inner;
  inner.node(op, {"x"}, {"r"});
  inner.output("r");
  return inner.graph();
}

TEST(OnnxImporter, a_known_condition_takes_its_branch) {
  ModelBuilder model;
  model.input("x", {"2"}).output("y");
  ::onnx::TensorProto condition = int_tensor("cond", {}, {});
  condition.set_data_type(::onnx::TensorProto::BOOL);
  condition.add_int32_data(0);
  model.initializer(condition);
  model.node("If", {"cond"}, {"y"})
      .name("choose")
      .attribute("then_branch", branch("Neg"))
      .attribute("else_branch", branch("Abs"));
  EXPECT_THAT(run_model(model, {make_tensor(DataType::Float, {2}, {-1, 2})}), ElementsAre(1, 2));
}

TEST(OnnxImporter, a_computed_condition_keeps_both_branches) {
  ModelBuilder model, other;
  model.input("x", {"2"}).input("row", {"1"});
  model.input("cond", {}, ::onnx::TensorProto::BOOL).output("y");
  other.node("Neg", {"row"}, {"r"});
  other.output("r");
  model.node("If", {"cond"}, {"y"})
      .attribute("then_branch", branch("Neg"))
      .attribute("else_branch", other.graph());
  const Parsed parsed(model);
  ASSERT_TRUE(parsed.ok);
  std::vector<std::string> ops;
  for (int i = 0; i < parsed.network.num_layers(); ++i)
    ops.emplace_back(parsed.network.layer(i).op_name());
  EXPECT_THAT(ops, ElementsAre("Unary", "Unary", "Condition", "ConditionalOutput"));
  EXPECT_EQ(parsed.network.output(0).shape(), Dims{-1});
}

TEST(OnnxImporter, loops_of_known_length_are_unrolled) {
  // sum doubles three times; every step is kept
  ModelBuilder body;
  body.input("i", {}, kInt64).input("keep", {}, ::onnx::TensorProto::BOOL).input("sum", {"1"});
  body.node("Identity", {"keep"}, {"keep_out"});
  body.node("Add", {"sum", "sum"}, {"sum_out"});
  body.node("Identity", {"sum_out"}, {"step"});
  body.output("keep_out").output("sum_out").output("step");
  ModelBuilder model;
  model.input("x", {"1"}).output("steps");
  model.initializer(int_tensor("count", {}, {3}));
  model.node("Loop", {"count", "", "x"}, {"last", "steps"}).attribute("body", body.graph());
  Dims dims;
  EXPECT_THAT(run_model(model, {make_tensor(DataType::Float, {1}, {1})}, &dims),
              ElementsAre(2, 4, 8));
  EXPECT_EQ(dims, (Dims{3, 1}));
}

TEST(OnnxImporter, functions_of_the_model_are_inlined_with_their_attributes) {
  ModelBuilder model;
  model.input("x", {"2"}).output("y");
  model.model().add_opset_import()->set_domain("local");
  model.model().mutable_opset_import(1)->set_version(1);
  auto& function = *model.model().add_functions();
  function.set_name("LeakyTwice");
  function.set_domain("local");
  function.add_input("a");
  function.add_output("b");
  function.add_attribute("slope");
  function.add_opset_import()->set_version(17);
  for (const auto& [from, to] : {std::pair("a", "t"), std::pair("t", "b")}) {
    auto& node = *function.add_node();
    node.set_op_type("LeakyRelu");
    node.add_input(from);
    node.add_output(to);
    auto& attribute = *node.add_attribute();
    attribute.set_name("alpha");
    attribute.set_ref_attr_name("slope");
    attribute.set_type(::onnx::AttributeProto::FLOAT);
  }
  model.node("LeakyTwice", {"x"}, {"y"}).domain("local").attribute("slope", 0.5f);
  EXPECT_THAT(run_model(model, {make_tensor(DataType::Float, {2}, {-4, 3})}), ElementsAre(-1, 3));
}

TEST(OnnxImporter, functions_that_call_themselves_are_refused) {
  ModelBuilder model;
  model.input("x", {"2"}).output("y");
  model.model().add_opset_import()->set_domain("local");
  model.model().mutable_opset_import(1)->set_version(1);
  auto& function = *model.model().add_functions();
  function.set_name("Endless");
  function.set_domain("local");
  function.add_input("a");
  function.add_output("b");
  auto& node = *function.add_node();
  node.set_op_type("Endless");
  node.set_domain("local");
  node.add_input("a");
  node.add_output("b");
  model.node("Endless", {"x"}, {"y"}).domain("local");
  const Parsed parsed(model);
  EXPECT_FALSE(parsed.ok);
  EXPECT_THAT(parsed.errors(), testing::HasSubstr("functions that do not call themselves"));
}

TEST(OnnxImporter, sequences_are_taken_apart) {
  // The halves of x, exchanged.
  ModelBuilder model;
  model.input("x", {"4"}).output("y");
  model.initializer(int_tensor("two", {}, {2}));
  model.initializer(int_tensor("first", {}, {0}));
  model.initializer(int_tensor("last", {}, {-1}));
  model.node("SplitToSequence", {"x", "two"}, {"parts"});
  model.node("SequenceAt", {"parts", "first"}, {"a"});
  model.node("SequenceAt", {"parts", "last"}, {"b"});
  model.node("SequenceConstruct", {"b", "a"}, {"swapped"});
  model.node("ConcatFromSequence", {"swapped"}, {"y"}).attribute("axis", int64_t{0});
  EXPECT_THAT(run_model(model, {make_tensor(DataType::Float, {4}, {1, 2, 3, 4})}),
              ElementsAre(3, 4, 1, 2));
}

TEST(OnnxImporter, a_sequence_at_the_end_is_an_output_for_each_element) {
  ModelBuilder model;
  model.input("x", {"2"}).output("y");
  model.node("Relu", {"x"}, {"r"});
  model.node("SequenceConstruct", {"x", "r", "r"}, {"y"});
  const Parsed parsed(model);
  ASSERT_TRUE(parsed.ok) << parsed.errors();
  std::vector<std::string> names;
  for (const ir::ValueId id : parsed.graph().outputs())
    names.push_back(parsed.graph().value(id).name);
  EXPECT_THAT(names, ElementsAre("y.0", "y.1", "y.2"));
}

TEST(OnnxImporter, optionals_are_what_is_in_them_or_nothing) {
  // x + 10 has_element(x) + has_element(nothing)
  ModelBuilder model;
  model.input("x", {"2"}).output("y").initializer(float_tensor("ten", {}, {10}));
  model.node("Optional", {"x"}, {"o"});
  model.node("Optional", {}, {"none"});
  model.node("Identity", {"none"}, {"still_none"});
  model.node("OptionalHasElement", {"o"}, {"has"});
  model.node("OptionalHasElement", {"still_none"}, {"has_not"});
  model.node("OptionalGetElement", {"o"}, {"e"});
  model.node("Cast", {"has"}, {"one"}).attribute("to", int64_t{1});
  model.node("Cast", {"has_not"}, {"zero"}).attribute("to", int64_t{1});
  model.node("Mul", {"one", "ten"}, {"tens"});
  model.node("Sum", {"e", "tens", "zero"}, {"y"});
  EXPECT_THAT(run_model(model, {make_tensor(DataType::Float, {2}, {3, 4})}), ElementsAre(13, 14));
}

TEST(OnnxImporter, a_sequence_is_no_tensor) {
  ModelBuilder model;
  model.input("x", {"4"}).output("y");
  model.node("SequenceConstruct", {"x", "x"}, {"parts"});
  model.node("Relu", {"parts"}, {"y"}).name("relu");
  const Parsed parsed(model);
  EXPECT_FALSE(parsed.ok);
  EXPECT_THAT(parsed.errors(), testing::HasSubstr("node 'relu' (Relu), input 0 'parts': expected a "
                                                  "tensor, got a sequence"));
}

}  // namespace
}  // namespace trtlike::test
