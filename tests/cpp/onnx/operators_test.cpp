// Importers of operators whose form changed between operator sets or differs from TensorRT's.
#include <gmock/gmock.h>

#include <cmath>

#include "support/onnx_model.h"

namespace trtlike::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

ops::OwnedTensor floats(const Dims& dims, const std::vector<double>& elements) {
  return make_tensor(DataType::Float, dims, elements);
}

TEST(OnnxOperators, clip_reads_attributes_then_inputs) {
  ModelBuilder old_form(6);
  old_form.input("x", {"3"}).output("y");
  old_form.node("Clip", {"x"}, {"y"}).attribute("min", 0.0f).attribute("max", 6.0f);
  EXPECT_THAT(run_model(old_form, {floats({3}, {-1, 3, 9})}), ElementsAre(0, 3, 6));
  ModelBuilder new_form(13);
  new_form.input("x", {"3"}).output("y");
  new_form.initializer(float_tensor("max", {}, {2}));
  new_form.node("Clip", {"x", "", "max"}, {"y"});
  EXPECT_THAT(run_model(new_form, {floats({3}, {-1, 3, 9})}), ElementsAre(-1, 2, 2));
}

TEST(OnnxOperators, softmax_before_opset_13_joins_what_follows_the_axis) {
  ModelBuilder model(11);
  model.input("x", {"1", "2", "2"}).output("y");
  model.node("Softmax", {"x"}, {"y"}).attribute("axis", int64_t{1});
  EXPECT_THAT(run_model(model, {floats({1, 2, 2}, {0, 0, 0, 0})}),
              ElementsAre(0.25, 0.25, 0.25, 0.25));
  ModelBuilder later(13);
  later.input("x", {"1", "2", "2"}).output("y");
  later.node("Softmax", {"x"}, {"y"}).attribute("axis", int64_t{1});
  EXPECT_THAT(run_model(later, {floats({1, 2, 2}, {0, 0, 0, 0})}), ElementsAre(0.5, 0.5, 0.5, 0.5));
}

TEST(OnnxOperators, batch_normalization_is_folded_into_one_scale) {
  ModelBuilder model(9);
  model.input("x", {"1", "2", "1", "1"}).output("y");
  model.initializer(float_tensor("gamma", {2}, {2, 1}));
  model.initializer(float_tensor("beta", {2}, {1, 0}));
  model.initializer(float_tensor("mean", {2}, {3, 0}));
  model.initializer(float_tensor("var", {2}, {4, 1}));
  model.node("BatchNormalization", {"x", "gamma", "beta", "mean", "var"}, {"y"})
      .attribute("epsilon", 0.0f);
  EXPECT_THAT(run_model(model, {floats({1, 2, 1, 1}, {5, 7})}), ElementsAre(3, 7));
  EXPECT_EQ(op_names(Parsed(model).graph()), "Scale");
}

TEST(OnnxOperators, gemm_scales_product_and_bias) {
  ModelBuilder model(11);
  model.input("x", {"1", "2"}).output("y");
  model.initializer(float_tensor("w", {2, 2}, {1, 2, 3, 4}));
  model.initializer(float_tensor("b", {2}, {1, 1}));
  model.node("Gemm", {"x", "w", "b"}, {"y"})
      .attribute("transB", int64_t{1})
      .attribute("alpha", 2.0f)
      .attribute("beta", 10.0f);
  // 2 * [1 + 2, 3 + 4] + 10
  EXPECT_THAT(run_model(model, {floats({1, 2}, {1, 1})}), ElementsAre(16, 24));
}

TEST(OnnxOperators, slice_clamps_its_ends_in_both_forms) {
  ModelBuilder old_form(9);
  old_form.input("x", {"5"}).output("y");
  old_form.node("Slice", {"x"}, {"y"})
      .attribute("starts", std::vector<int64_t>{-3})
      .attribute("ends", std::vector<int64_t>{1000});
  EXPECT_THAT(run_model(old_form, {floats({5}, {0, 1, 2, 3, 4})}), ElementsAre(2, 3, 4));
  ModelBuilder new_form(13);
  new_form.input("x", {"5"}).output("y");
  new_form.initializer(int_tensor("starts", {1}, {-1}));
  new_form.initializer(int_tensor("ends", {1}, {INT64_MIN}));
  new_form.initializer(int_tensor("axes", {1}, {0}));
  new_form.initializer(int_tensor("steps", {1}, {-2}));
  new_form.node("Slice", {"x", "starts", "ends", "axes", "steps"}, {"y"});
  EXPECT_THAT(run_model(new_form, {floats({5}, {0, 1, 2, 3, 4})}), ElementsAre(4, 2, 0));
}

TEST(OnnxOperators, pad_becomes_a_slice_and_leaves_unknown_extents_alone) {
  ModelBuilder model(13);
  model.input("x", {"n", "2"}).output("y");
  model.initializer(int_tensor("pads", {4}, {0, 1, 0, 0}));
  model.initializer(float_tensor("value", {}, {9}));
  model.node("Pad", {"x", "pads", "value"}, {"y"});
  EXPECT_THAT(run_model(model, {floats({1, 2}, {1, 2})}), ElementsAre(9, 1, 2));
  EXPECT_EQ(op_names(Parsed(model).graph()), "Constant Slice");
  EXPECT_EQ(Parsed(model).network.output(0).shape(), (Dims{-1, 3}));
}

TEST(OnnxOperators, expand_broadcasts_both_ways) {
  ModelBuilder model(13);
  model.input("x", {"2", "1"}).output("y");
  model.initializer(int_tensor("shape", {3}, {2, 1, 2}));
  model.node("Expand", {"x", "shape"}, {"y"});
  Dims dims;
  EXPECT_THAT(run_model(model, {floats({2, 1}, {1, 2})}, &dims),
              ElementsAre(1, 1, 2, 2, 1, 1, 2, 2));
  EXPECT_EQ(dims, (Dims{2, 2, 2}));
}

TEST(OnnxOperators, expand_to_the_shape_of_an_input_of_unknown_extents) {
  ModelBuilder model(13);
  model.input("x", {"n"}).input("like", {"m"}).output("y");
  model.node("Shape", {"like"}, {"shape"});
  model.node("Expand", {"x", "shape"}, {"y"});
  const auto like = floats({3}, {0, 0, 0});
  EXPECT_THAT(run_model(model, {floats({1}, {5}), like}), ElementsAre(5, 5, 5));
  EXPECT_THAT(run_model(model, {floats({3}, {1, 2, 3}), like}), ElementsAre(1, 2, 3));
}

TEST(OnnxOperators, split_cuts_equal_parts_and_a_smaller_rest) {
  ModelBuilder model(18);
  model.input("x", {"5"}).output("c");
  model.node("Split", {"x"}, {"a", "b", "c"}).attribute("num_outputs", int64_t{3});
  EXPECT_THAT(run_model(model, {floats({5}, {0, 1, 2, 3, 4})}), ElementsAre(4));
}

TEST(OnnxOperators, conv_transpose_reaches_the_output_shape) {
  ModelBuilder model(11);
  model.input("x", {"1", "1", "2"}).output("y");
  model.initializer(float_tensor("w", {1, 1, 3}, {1, 1, 1}));
  model.node("ConvTranspose", {"x", "w"}, {"y"})
      .attribute("strides", std::vector<int64_t>{2})
      .attribute("output_shape", std::vector<int64_t>{4});
  // The full result of 5 elements is [1, 1, 3, 2, 2]; one of them is cut at the start.
  EXPECT_THAT(run_model(model, {floats({1, 1, 2}, {1, 2})}), ElementsAre(1, 3, 2, 2));
}

TEST(OnnxOperators, pointwise_operands_get_equal_ranks) {
  ModelBuilder model(13);
  model.input("x", {"2", "3"}).input("row", {"3"}).output("y");
  model.node("Mul", {"x", "row"}, {"y"}).name("scale");
  EXPECT_THAT(run_model(model, {floats({2, 3}, {1, 2, 3, 4, 5, 6}), floats({3}, {1, 10, 100})}),
              ElementsAre(1, 20, 300, 4, 50, 600));
  EXPECT_EQ(op_names(Parsed(model).graph()), "Unsqueeze ElementWise");
}

TEST(OnnxOperators, matmul_takes_vectors_on_either_side) {
  ModelBuilder model(13);
  model.input("a", {"2", "2", "2"}).input("v", {"2"}).output("y");
  model.node("MatMul", {"a", "v"}, {"y"});
  Dims dims;
  EXPECT_THAT(
      run_model(model, {floats({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}), floats({2}, {1, 1})}, &dims),
      ElementsAre(3, 7, 11, 15));
  EXPECT_EQ(dims, (Dims{2, 2}));
}

TEST(OnnxOperators, causal_attention_sees_no_later_keys) {
  ModelBuilder model(23);
  model.input("q", {"1", "1", "2", "1"}).input("v", {"1", "1", "2", "1"}).output("y");
  model.node("Attention", {"q", "q", "v"}, {"y"}).attribute("is_causal", int64_t{1});
  // The first query sees the first value; the second weighs both alike, for its scores are 0.
  const auto zeros = floats({1, 1, 2, 1}, {0, 0});
  EXPECT_THAT(run_model(model, {zeros, floats({1, 1, 2, 1}, {2, 4})}), ElementsAre(2, 3));
}

TEST(OnnxOperators, integer_products_are_less_their_zero_points) {
  ModelBuilder model(13);
  model.input("a", {"1", "2"}, ::onnx::TensorProto::UINT8).output("y");
  for (const auto& [name, dims, elements] :
       {std::tuple<const char*, std::vector<int64_t>, std::vector<int>>{"b", {2, 1}, {5, 6}},
        {"a_zero", {}, {1}},
        {"b_zero", {}, {4}}}) {
    ::onnx::TensorProto tensor = int_tensor(name, dims, {});
    tensor.set_data_type(::onnx::TensorProto::UINT8);
    for (const int element : elements) tensor.add_int32_data(element);
    model.initializer(tensor);
  }
  model.node("MatMulInteger", {"a", "b", "a_zero", "b_zero"}, {"y"});
  // (2 - 1) * (5 - 4) + (3 - 1) * (6 - 4)
  EXPECT_THAT(run_model(model, {make_tensor(DataType::UInt8, {1, 2}, {2, 3})}), ElementsAre(5));
}

TEST(OnnxOperators, constant_indices_lie_inside) {
  const auto errors = [](const char* op, int64_t index, bool scatters) {
    ModelBuilder model(18);
    model.input("x", {"4", "2"}).output("y");
    model.initializer(int_tensor("i", {1, 1}, {index}));
    model.initializer(float_tensor("u", {1, 1}, {1}));
    std::vector<std::string> inputs{"x", "i"};
    if (scatters) inputs.emplace_back("u");
    model.node(op, inputs, {"y"}).name("pick");
    return Parsed(model).errors();
  };
  for (const char* op : {"Gather", "GatherElements", "GatherND"}) {
    EXPECT_THAT(
        errors(op, 4, false),
        HasSubstr(
            "input 1 'i': expected indices between -4 and 3 for axis 0 of shape [4, 2], got 4"));
    EXPECT_THAT(errors(op, -5, false), HasSubstr("'pick'"));
    EXPECT_EQ(errors(op, -4, false), "");
  }
  EXPECT_THAT(errors("ScatterElements", 4, true),
              HasSubstr("expected indices between -4 and 3 for axis 0 of shape [4, 2], got 4"));
}

TEST(OnnxOperators, each_of_many_constant_indices_lies_inside) {
  std::vector<int64_t> indices(5000, 3);
  indices.back() = 4;
  ModelBuilder model(18);
  model.input("x", {"4"}).output("y");
  model.initializer(int_tensor("i", {5000}, indices));
  model.node("Gather", {"x", "i"}, {"y"});
  EXPECT_THAT(Parsed(model).errors(), HasSubstr("input 1 'i': expected indices between -4 and 3"));
}

TEST(OnnxOperators, extents_beyond_64_bits_are_refused) {
  ModelBuilder model(13);
  model.input("x", {"4"}).output("y");
  model.initializer(int_tensor("repeats", {1}, {int64_t{1} << 62}));
  model.node("Tile", {"x", "repeats"}, {"y"}).name("tile");
  EXPECT_THAT(Parsed(model).errors(),
              HasSubstr("node 'tile' (Tile): expected extents of 64 bits, got 4 x "
                        "4611686018427387904"));
}

TEST(OnnxOperators, ranges_have_finite_limits) {
  for (const float limit : {NAN, INFINITY}) {
    ModelBuilder model(13);
    model.output("y");
    model.initializer(float_tensor("start", {}, {0}));
    model.initializer(float_tensor("limit", {}, {limit}));
    model.initializer(float_tensor("delta", {}, {1}));
    model.node("Range", {"start", "limit", "delta"}, {"y"}).name("count");
    EXPECT_THAT(Parsed(model).errors(),
                HasSubstr("node 'count' (Range): expected a finite number of elements"));
  }
}

TEST(OnnxOperators, lp_pools_weigh_windows_that_reach_over_the_end) {
  ModelBuilder model(18);
  model.input("x", {"1", "1", "n"}).output("y");
  model.node("LpPool", {"x"}, {"y"})
      .name("norm")
      .attribute("kernel_shape", std::vector<int64_t>{3})
      .attribute("strides", std::vector<int64_t>{2})
      .attribute("ceil_mode", int64_t{1});
  EXPECT_THAT(Parsed(model).errors(), HasSubstr("attribute 'ceil_mode': expected 0 for extents"));
}

TEST(OnnxOperators, what_cannot_be_imported_says_why) {
  ModelBuilder pooling(13);
  pooling.input("x", {"1", "1", "4"}).output("y").output("i");
  pooling.node("LpPool", {"x"}, {"y", "i"})
      .name("pool")
      .attribute("kernel_shape", std::vector<int64_t>{2});
  EXPECT_THAT(Parsed(pooling).errors(), HasSubstr("node 'pool' (LpPool), output 1 'i'"));
  ModelBuilder dynamic(13);
  dynamic.input("x", {"2", "2"}).input("axes", {"1"}, kInt64).output("y");
  dynamic.node("ReduceSum", {"x", "axes"}, {"y"}).name("sum");
  EXPECT_THAT(Parsed(dynamic).errors(),
              HasSubstr("node 'sum' (ReduceSum), input 1 'axes': expected elements that are known "
                        "when the model is parsed"));
}

}  // namespace
}  // namespace trtlike::test
