// Models made to hurt: sizes that wrap, loops without end, graphs without bottom. Each is refused
// in a sentence, quickly.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>

#include "support/onnx_model.h"

namespace trtlike::test {
namespace {

using testing::HasSubstr;
using Lists = std::vector<int64_t>;

constexpr double kMostSeconds = 20;

/// The errors of parsing, after which nothing may be left to do for long.
std::string errors_of(const ModelBuilder& model) {
  const std::clock_t start = std::clock();
  const Parsed parsed(model);
  EXPECT_LT(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC, kMostSeconds);
  EXPECT_FALSE(parsed.ok);
  for (int i = 0; i < parsed.parser.num_errors(); ++i)
    EXPECT_NE(parsed.parser.error(i).code, ParserErrorCode::InternalError) << parsed.errors();
  return parsed.errors();
}

ModelBuilder with_initializer(const ::onnx::TensorProto& tensor) {
  ModelBuilder model;
  model.initializer(tensor).node("Identity", {tensor.name()}, {"y"});
  model.output("y");
  return model;
}

TEST(HostileModels, initializers_whose_bytes_wrap_are_refused_in_every_form) {
  // So many elements that their bytes, counted in 64 bits, are the 16 that are there.
  const auto wraps = [](int bits) { return (int64_t{1} << 61) / bits * 8 + 128 / bits; };
  const std::pair<int, int> types[] = {
      {::onnx::TensorProto::FLOAT, 32},  {::onnx::TensorProto::FLOAT16, 16},
      {::onnx::TensorProto::DOUBLE, 64}, {::onnx::TensorProto::INT64, 64},
      {::onnx::TensorProto::INT32, 32},  {::onnx::TensorProto::BFLOAT16, 16},
      {::onnx::TensorProto::INT4, 4},    {::onnx::TensorProto::UINT16, 16}};
  for (const auto& [type, bits] : types) {
    const int64_t count = wraps(bits);
    const std::vector<Lists> shapes{{count}, {count / 4, 4}, {1, count, 1}, {0, count}, {count, 0}};
    for (const Lists& dims : shapes)
      for (const bool external : {false, true}) {
        ::onnx::TensorProto tensor;
        tensor.set_name("w");
        tensor.set_data_type(type);
        for (const int64_t extent : dims) tensor.add_dims(extent);
        tensor.set_raw_data(std::string(16, '\0'));
        if (external) {
          tensor.clear_raw_data();
          tensor.set_data_location(::onnx::TensorProto::EXTERNAL);
          auto& location = *tensor.add_external_data();
          location.set_key("location");
          location.set_value("weights");
        }
        EXPECT_THAT(errors_of(with_initializer(tensor)),
                    HasSubstr("expected at most 2^48 elements"))
            << type << " " << dims.size();
      }
  }
}

::onnx::SparseTensorProto sparse(const Lists& dims, const ::onnx::TensorProto& values,
                                 const ::onnx::TensorProto& indices) {
  ::onnx::SparseTensorProto tensor;
  for (const int64_t extent : dims) tensor.add_dims(extent);
  *tensor.mutable_values() = values;
  *tensor.mutable_indices() = indices;
  return tensor;
}

std::string sparse_errors(const ::onnx::SparseTensorProto& tensor) {
  ModelBuilder model;
  *model.graph().add_sparse_initializer() = tensor;
  model.node("Identity", {tensor.values().name()}, {"y"});
  model.output("y");
  return errors_of(model);
}

TEST(HostileModels, sparse_initializers_write_inside_only) {
  const auto values = float_tensor("w", {2}, {1, 2});
  for (const int64_t index : {int64_t{-1}, int64_t{4}, INT64_MIN, INT64_MAX, int64_t{1} << 62})
    EXPECT_THAT(sparse_errors(sparse({4}, values, int_tensor("", {2}, {0, index}))),
                HasSubstr("expected indices inside [4]"));
  // Strides times indices would come back into the range.
  EXPECT_THAT(
      sparse_errors(sparse({4, 4}, values, int_tensor("", {2, 2}, {0, 0, (int64_t{1} << 62), 1}))),
      HasSubstr("expected indices inside [4, 4]"));
  EXPECT_THAT(sparse_errors(sparse({int64_t{1} << 62}, values, int_tensor("", {2}, {0, 1}))),
              HasSubstr("expected a sparse tensor of at most"));
  ::onnx::TensorProto half_bytes;
  half_bytes.set_name("w");
  half_bytes.set_data_type(::onnx::TensorProto::INT4);
  half_bytes.add_dims(2);
  half_bytes.set_raw_data("\x21");
  EXPECT_THAT(sparse_errors(sparse({8}, half_bytes, int_tensor("", {2}, {0, 7}))),
              HasSubstr("expected sparse elements of whole bytes, got INT4"));
}

::onnx::GraphProto body(const std::vector<std::string>& inputs,
                        const std::vector<std::string>& outputs) {
  ::onnx::GraphProto graph;
  for (const std::string& name : inputs) graph.add_input()->set_name(name);
  for (const std::string& name : outputs) graph.add_output()->set_name(name);
  return graph;
}

TEST(HostileModels, loops_say_what_is_wrong_with_their_inputs_and_bodies) {
  const auto loop = [](const Lists& trips, const Lists& condition,
                       const ::onnx::GraphProto& inner) {
    ModelBuilder model;
    model.input("x", {"2"});
    model.initializer(int_tensor("m", {static_cast<int64_t>(trips.size())}, trips));
    ::onnx::TensorProto flags = int_tensor("c", {static_cast<int64_t>(condition.size())}, {});
    flags.set_data_type(::onnx::TensorProto::BOOL);
    for (const int64_t flag : condition) flags.add_int32_data(static_cast<int32_t>(flag));
    model.initializer(flags);
    model.node("Loop", {"m", "c", "x"}, {"y"}).attribute("body", inner);
    model.output("y");
    return errors_of(model);
  };
  const auto good = body({"i", "c0", "s"}, {"c0", "s"});
  EXPECT_THAT(loop({}, {1}, good),
              HasSubstr("expected a trip count of one element, got shape [0]"));
  EXPECT_THAT(loop({1}, {}, good), HasSubstr("expected a condition of one element, got shape [0]"));
  EXPECT_THAT(loop({1, 2}, {1}, good), HasSubstr("expected a trip count of one element"));
  EXPECT_THAT(loop({1}, {1}, body({}, {})),
              HasSubstr("attribute 'body': expected a graph of at least 2 outputs, got 0."));
  EXPECT_THAT(loop({1}, {1}, body({"i", "c0", "s"}, {"c0"})),
              HasSubstr("at least 2 outputs, got 1"));
}

/// A loop of `trips` iterations around itself, `depth` times.
::onnx::GraphProto nested(int depth, int64_t trips, const std::string& name) {
  auto graph = body({"i" + name, "c" + name, "s" + name}, {"c" + name, "r" + name});
  ::onnx::NodeProto& node = *graph.add_node();
  node.add_output("r" + name);
  if (depth == 0) {
    node.set_op_type("Identity");
    node.add_input("s" + name);
    return graph;
  }
  node.set_op_type("Loop");
  for (const std::string& input : {std::string("m"), std::string(), "s" + name})
    node.add_input(input);
  NodeBuilder(&node).attribute("body", nested(depth - 1, trips, name + "_"));
  return graph;
}

TEST(HostileModels, loops_in_loops_are_no_more_layers_than_they_say) {
  for (const int64_t trips : {100, 1000}) {
    ModelBuilder model;
    model.input("x", {"2"}).initializer(int_tensor("m", {}, {trips}));
    model.node("Loop", {"m", "", "x"}, {"y"}).attribute("body", nested(2, trips, "a"));
    model.output("y");
    const Parsed parsed(model);
    EXPECT_TRUE(parsed.ok);
    EXPECT_LT(parsed.network.num_layers(), 2000);
  }
}

/// Functions that call each other, the first listed first or last.
ModelBuilder with_functions(int count, bool leaf_first) {
  ModelBuilder model;
  model.model().add_opset_import()->set_domain("local");
  model.model().mutable_opset_import(1)->set_version(1);
  model.input("x", {"2"});
  for (int i = 0; i < count; ++i) {
    ::onnx::FunctionProto& function = *model.model().add_functions();
    function.set_domain("local");
    function.set_name("f" + std::to_string(i));
    function.add_input("a");
    function.add_output("b");
    function.add_opset_import()->set_version(17);
    ::onnx::NodeProto& node = *function.add_node();
    node.add_input("a");
    node.add_output("b");
    node.set_op_type(i + 1 < count ? "f" + std::to_string(i + 1) : "Relu");
    if (i + 1 < count) node.set_domain("local");
  }
  if (leaf_first)
    for (int i = count - 1; i > 0; i -= 50)
      model.node("f" + std::to_string(i), {"x"}, {"t" + std::to_string(i)}).domain("local");
  model.node("f0", {"x"}, {"y"}).domain("local");
  model.output("y");
  return model;
}

TEST(HostileModels, functions_in_functions_have_a_bottom) {
  EXPECT_TRUE(Parsed(with_functions(60, false)).ok);
  for (const bool leaf_first : {false, true})
    EXPECT_THAT(errors_of(with_functions(leaf_first ? 5000 : 50000, leaf_first)),
                HasSubstr("inside each other, got more"));
}

TEST(HostileModels, long_chains_of_names_and_of_known_numbers_are_walked_without_recursion) {
  ModelBuilder model;
  model.initializer(float_tensor("n0", {1}, {1}));
  model.initializer(float_tensor("one", {1}, {1}));
  for (int i = 0; i < 100000; ++i)
    model.node("Identity", {"n" + std::to_string(i)}, {"n" + std::to_string(i + 1)});
  model.node("Relu", {"n100000"}, {"p0"});
  for (int i = 0; i < 3000; ++i)
    model.node("Add", {"p" + std::to_string(i), "one"}, {"p" + std::to_string(i + 1)});
  model.input("x", {"1"});
  model.node("Clip", {"x", "", "p3000"}, {"y"});
  model.output("y");
  const Parsed parsed(model);
  EXPECT_TRUE(parsed.ok) << parsed.errors();
}

TEST(HostileModels, extents_that_no_memory_holds_are_refused) {
  const auto shaped = [](const char* op, const Lists& numbers, const char* input) {
    ModelBuilder model;
    model.input("x", {"4"}).input("empty", {"1099511627776", "0"});
    model.initializer(int_tensor("s", {static_cast<int64_t>(numbers.size())}, numbers));
    std::vector<std::string> inputs;
    if (*input != '\0') inputs.emplace_back(input);
    inputs.emplace_back("s");
    model.node(op, inputs, {"y"});
    model.output("y");
    return errors_of(model);
  };
  EXPECT_THAT(shaped("ConstantOfShape", {-4}, ""),
              HasSubstr("expected extents of 0 or more, got shape [-4]"));
  EXPECT_THAT(shaped("ConstantOfShape", {int64_t{1} << 40, int64_t{1} << 40}, ""),
              HasSubstr("expected at most 2^48 elements"));
  EXPECT_THAT(shaped("Expand", {int64_t{1} << 60, 4}, "x"), HasSubstr("at most 2^48 elements"));
  EXPECT_THAT(shaped("Tile", {int64_t{1} << 62}, "x"), HasSubstr("expected extents of 64 bits"));
  EXPECT_THAT(shaped("Pad", {INT64_MAX, INT64_MAX}, "x"), HasSubstr("expected extents of 64 bits"));
  EXPECT_THAT(shaped("Reshape", {-7}, "x"), HasSubstr("expected extents of at least -1, got [-7]"));
}

TEST(HostileModels, an_empty_identity_of_many_rows_is_made_at_once) {
  ModelBuilder model;
  model.input("x", {"1099511627776", "0"});
  model.node("EyeLike", {"x"}, {"y"}).attribute("k", int64_t{-3});
  model.output("y");
  const std::clock_t start = std::clock();
  EXPECT_TRUE(Parsed(model).ok);
  EXPECT_LT(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC, kMostSeconds);
}

TEST(HostileModels, ranges_and_indices_that_make_no_sense_are_refused_by_node) {
  ModelBuilder range;
  range.initializer(float_tensor("a", {}, {0}));
  range.initializer(float_tensor("b", {}, {1}));
  range.initializer(float_tensor("d", {}, {1e-38f}));
  range.node("Range", {"a", "b", "d"}, {"y"});
  range.output("y");
  EXPECT_THAT(errors_of(range), HasSubstr("(Range): expected a range of at most 2^48 elements"));
  ModelBuilder gather;
  gather.input("x", {"4"}).initializer(int_tensor("i", {}, {-5}));
  gather.node("Gather", {"x", "i"}, {"y"});
  gather.output("y");
  EXPECT_THAT(errors_of(gather), HasSubstr("expected indices between -4 and 3"));
}

}  // namespace
}  // namespace trtlike::test
