// Broken wiring and unknown operators: all of it is reported, each with node and name.
#include "onnx/file/structure.h"

#include <gmock/gmock.h>

#include "support/onnx_model.h"

namespace trtlike::test {
namespace {

using testing::HasSubstr;

std::string errors_of(const ModelBuilder& model, int expected_count = 1) {
  const Parsed parsed(model);
  EXPECT_FALSE(parsed.ok);
  EXPECT_EQ(parsed.parser.num_errors(), expected_count) << parsed.errors();
  return parsed.errors();
}

TEST(OnnxStructure, all_unknown_operators_are_reported_at_once) {
  ModelBuilder model;
  model.input("x", {"2"}).output("y");
  model.node("Frobnicate", {"x"}, {"a"}).name("first").domain("com.acme");
  model.node("Relu", {"a"}, {"b"});
  model.node("Twiddle", {"b"}, {"y"});
  const std::string errors = errors_of(model, 2);
  EXPECT_THAT(errors, HasSubstr("In node 0 with name: first and operator: Frobnicate"));
  EXPECT_THAT(errors, HasSubstr("node 'first' (Frobnicate)"));
  EXPECT_THAT(errors, HasSubstr("domain 'com.acme', opset 1"));
  EXPECT_THAT(errors, HasSubstr("'Twiddle' of domain 'ai.onnx', opset 17"));
  EXPECT_THAT(errors, HasSubstr("UNSUPPORTED_NODE"));
}

TEST(OnnxStructure, unsorted_nodes_are_taken_in_the_order_of_their_use) {
  // -(|x| + relu(|x|)), where a branch reads what comes late in the graph around it.
  ModelBuilder branch;
  branch.output("r");
  branch.node("Relu", {"a"}, {"r"});
  ModelBuilder model;
  model.input("x", {"2"}).output("y");
  model.initializer(int_tensor("one", {}, {1}));
  model.node("Cast", {"one"}, {"yes"}).attribute("to", int64_t{::onnx::TensorProto::BOOL});
  model.node("Neg", {"s"}, {"y"});
  model.node("Add", {"a", "b"}, {"s"});
  model.node("If", {"yes"}, {"b"})
      .attribute("then_branch", branch.graph())
      .attribute("else_branch", branch.graph());
  model.node("Abs", {"x"}, {"a"});
  EXPECT_THAT(run_model(model, {make_tensor(DataType::Float, {2}, {-1, 2})}),
              testing::ElementsAre(-2, -4));
}

TEST(OnnxStructure, the_order_of_sorted_nodes_stays) {
  ModelBuilder model;
  for (int i = 0; i < 5; ++i)
    model.node("Add", {i < 2 ? "x" : "v" + std::to_string(i - 2), "x"}, {"v" + std::to_string(i)});
  EXPECT_THAT(onnx::order_of_use(model.graph().node()), testing::ElementsAre(0, 1, 2, 3, 4));
}

TEST(OnnxStructure, cycles_are_told_from_unsorted_nodes) {
  ModelBuilder model;
  model.input("x", {"2"}).output("a");
  model.node("Add", {"x", "b"}, {"a"}).name("one");
  model.node("Relu", {"a"}, {"b"}).name("two");
  EXPECT_THAT(errors_of(model), HasSubstr("expected a graph without cycles, got one through node "
                                          "'two' (Relu)"));
}

TEST(OnnxStructure, dangling_inputs_and_outputs_are_reported) {
  ModelBuilder model;
  model.input("x", {"2"}).output("nothing");
  model.node("Add", {"x", "ghost"}, {"y"}).name("sum");
  const std::string errors = errors_of(model, 2);
  EXPECT_THAT(errors, HasSubstr("node 'sum' (Add), input 1 'ghost': expected a node, input or "
                                "initializer of this name, got none"));
  EXPECT_THAT(errors, HasSubstr("output 'nothing'"));
}

TEST(OnnxStructure, duplicate_names_are_reported) {
  ModelBuilder model;
  model.input("x", {"2"}).input("x", {"2"}).output("y");
  model.initializer(float_tensor("w", {1}, {1})).initializer(float_tensor("w", {1}, {2}));
  model.node("Relu", {"x"}, {"y"});
  model.node("Abs", {"x"}, {"y"}).name("again");
  const std::string errors = errors_of(model, 3);
  EXPECT_THAT(errors, HasSubstr("input 'x': expected a name that nothing else has"));
  EXPECT_THAT(errors, HasSubstr("initializer 'w'"));
  EXPECT_THAT(errors, HasSubstr("node 'again' (Abs), output 'y'"));
}

TEST(OnnxStructure, failures_name_node_and_input_and_both_values) {
  ModelBuilder model;
  model.input("x", {"1", "3", "8", "8"}).output("y");
  model.initializer(float_tensor("w", {64, 3, 7}, std::vector<float>(64 * 21)));
  model.node("Conv", {"x", "w"}, {"y"}).name("conv1");
  const Parsed parsed(model);
  ASSERT_EQ(parsed.parser.num_errors(), 1);
  const ParserError& error = parsed.parser.error(0);
  EXPECT_EQ(error.description,
            "[onnx] node 'conv1' (Conv), input 1 'w': expected rank 4, got rank 3 with shape [64, "
            "3, 7].");
  EXPECT_EQ(error.node, 0);
  EXPECT_EQ(error.node_name, "conv1");
  EXPECT_EQ(error.node_operator, "Conv");
  EXPECT_EQ(error.code, ParserErrorCode::InvalidNode);
  EXPECT_EQ(error.func, "check_rank");
}

TEST(OnnxStructure, independent_failures_are_all_reported_and_dependent_ones_are_not) {
  ModelBuilder model;
  model.input("x", {"2", "3"}).output("c").output("d");
  model.node("Concat", {"x", "x"}, {"a"}).name("first").attribute("axis", int64_t{7});
  model.node("Relu", {"a"}, {"b"}).name("depends");
  model.node("Relu", {"b"}, {"c"}).name("depends_too");
  model.node("Transpose", {"x"}, {"d"})
      .name("second")
      .attribute("perm", std::vector<int64_t>{0, 0});
  const std::string errors = errors_of(model, 2);
  EXPECT_THAT(errors, HasSubstr("node 'first' (Concat)"));
  EXPECT_THAT(errors, HasSubstr("node 'second' (Transpose)"));
}

TEST(OnnxStructure, wrong_attribute_kinds_are_reported) {
  ModelBuilder model;
  model.input("x", {"2", "3"}).output("y");
  model.node("Softmax", {"x"}, {"y"}).attribute("axis", "one");
  EXPECT_THAT(errors_of(model), HasSubstr("attribute 'axis': expected an integer, got a string"));
}

TEST(OnnxStructure, inputs_without_rank_or_of_strings_are_refused) {
  ModelBuilder model;
  model.input("x", {"2"}, ::onnx::TensorProto::STRING).output("y");
  model.node("Identity", {"x"}, {"y"});
  EXPECT_THAT(errors_of(model), HasSubstr("input 'x': expected an element type"));
  ModelBuilder shapeless;
  shapeless.input("x", {}).output("y");
  shapeless.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->clear_shape();
  shapeless.node("Identity", {"x"}, {"y"});
  EXPECT_THAT(errors_of(shapeless), HasSubstr("input 'x': expected a shape, got none"));
}

}  // namespace
}  // namespace trtlike::test
