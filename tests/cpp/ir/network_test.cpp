// The public handles over the graph: names, edits, and what they refuse.
#include "trtlike/network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/check.h"
#include "ir/network_state.h"
#include "support/message_of.h"

namespace trtlike {
namespace {

using test::message_of;
using testing::HasSubstr;

const std::vector<float> kOnes(64, 1.0f);

Weights ones(int64_t count) { return {DataType::Float, kOnes.data(), count, nullptr}; }

TEST(Network, layers_get_tensorrts_default_names) {
  Network network;
  const Tensor x = network.add_input("x", DataType::Float, {2, 3});
  const Layer w = network.add_constant({3, 4}, ones(12));
  const Layer product = network.add_layer("MatrixMultiply", {x, w.output(0)});
  EXPECT_EQ(w.name(), "(Unnamed Layer* 0) [Constant]");
  EXPECT_EQ(product.name(), "(Unnamed Layer* 1) [MatrixMultiply]");
  EXPECT_EQ(product.output(0).name(), "(Unnamed Layer* 1) [MatrixMultiply]_output");
  EXPECT_EQ(product.output(0).shape(), (Dims{2, 4}));
  EXPECT_EQ(network.num_layers(), 2);
  EXPECT_EQ(network.layer(1), product);
  EXPECT_EQ(product.type(), LayerType::MatrixMultiply);
  EXPECT_EQ(product.op_name(), "MatrixMultiply");
  EXPECT_EQ(product.num_inputs(), 2);
  EXPECT_FALSE(product.input(2));
  EXPECT_FALSE(product.output(1));
}

TEST(Network, constant_layer_gives_its_weights_back) {
  Network network;
  const Layer layer = network.add_constant({2, 2}, ones(4));
  EXPECT_EQ(layer.constant_input(0).count, 4);
  EXPECT_EQ(layer.constant_input(0).values, kOnes.data());
  EXPECT_EQ(layer.constant_input_dims(0), (Dims{2, 2}));
  Layer edited = layer;
  edited.set_constant_input(0, {3}, ones(3));
  EXPECT_EQ(layer.output(0).shape(), (Dims{3}));
  EXPECT_THAT(message_of([&] { network.add_constant({5}, ones(4)); }),
              HasSubstr("expected 5 weights for shape [5], got 4"));
}

TEST(Network, outputs_are_marked_and_unmarked) {
  Network network;
  const Tensor x = network.add_input("x", DataType::Float, {2, 2});
  const Layer product = network.add_layer("MatrixMultiply", {x, x});
  network.mark_output(product.output(0));
  EXPECT_TRUE(product.output(0).is_network_output());
  EXPECT_EQ(network.output(0), product.output(0));
  network.unmark_output(product.output(0));
  EXPECT_EQ(network.num_outputs(), 0);
  EXPECT_THAT(message_of([&] { network.mark_output(x); }), HasSubstr("network's input 'x'"));
  EXPECT_THAT(message_of([&] { network.output(0); }), HasSubstr("output: expected an index below"));
}

TEST(Network, an_input_shape_change_reaches_later_layers) {
  Network network;
  Tensor x = network.add_input("x", DataType::Float, {2, 3});
  const Layer w = network.add_constant({3, 4}, ones(12));
  const Layer product = network.add_layer("MatrixMultiply", {x, w.output(0)});
  x.set_shape({-1, 3});
  EXPECT_EQ(product.output(0).shape(), (Dims{-1, 4}));
  Tensor y = product.output(0);
  EXPECT_THAT(message_of([&] { y.set_shape({1}); }), HasSubstr("expected a network input"));
  x.set_shape({2, 5});
  EXPECT_THAT(message_of([&] { y.shape(); }), HasSubstr("(MatrixMultiply)"));
  x.set_shape({6, 3});
  EXPECT_EQ(y.shape(), (Dims{6, 4}));
}

TEST(Network, names_are_unique) {
  Network network;
  Tensor x = network.add_input("x", DataType::Float, {1});
  EXPECT_THAT(message_of([&] { network.add_input("x", DataType::Float, {1}); }),
              HasSubstr("input 'x'"));
  Tensor y = network.add_input("y", DataType::Float, {1});
  EXPECT_THAT(message_of([&] { y.set_name("x"); }), HasSubstr("got 'x'"));
  x.set_name("z");
  y.set_name("x");
  EXPECT_EQ(y.name(), "x");
}

TEST(Network, unknown_operations_attributes_and_foreign_tensors_are_refused) {
  Network network, other;
  const Tensor x = network.add_input("x", DataType::Float, {2, 2});
  const Tensor foreign = other.add_input("f", DataType::Float, {2, 2});
  EXPECT_THAT(message_of([&] { network.add_layer("Convolute", {x}); }), HasSubstr("'Convolute'"));
  EXPECT_THAT(message_of([&] { network.add_layer("MatrixMultiply", {x, foreign}); }),
              HasSubstr("another network"));
  Layer product = network.add_layer("MatrixMultiply", {x, x});
  EXPECT_THAT(message_of([&] { product.attribute("op2"); }), HasSubstr("op0, op1, got 'op2'"));
  EXPECT_THAT(message_of([&] { product.set_attribute("op2", int64_t{1}); }), HasSubstr("'op2'"));
  EXPECT_EQ(std::get<int64_t>(product.attribute("op0")), 0);
  EXPECT_THAT(message_of([&] { product.set_input(5, x); }), HasSubstr("expected an input below 2"));
  EXPECT_THAT(message_of([&] { product.set_input(1, product.output(0)); }),
              HasSubstr("does not depend on the layer"));
}

TEST(Network, attributes_that_are_all_given_are_judged_at_once) {
  Network network;
  const Tensor x = network.add_input("x", DataType::Float, {2, 3});
  const std::map<std::string, AttributeValue> none = {{"op0", int64_t{0}}, {"op1", int64_t{0}}};
  EXPECT_THAT(message_of([&] { network.add_layer("MatrixMultiply", {x, x}, none); }),
              HasSubstr("[ir] node '(Unnamed Layer* 0) [MatrixMultiply]' (MatrixMultiply): "));
  EXPECT_EQ(network.num_layers(), 0);
}

TEST(Network, a_layer_may_get_the_attribute_that_makes_it_valid_later) {
  Network network;
  const Tensor x = network.add_input("x", DataType::Float, {2, 3});
  Layer product = network.add_layer("MatrixMultiply", {x, x});
  EXPECT_THAT(message_of([&] { product.output(0).shape(); }), HasSubstr("(MatrixMultiply)"));
  EXPECT_THAT(message_of([&] { network.add_layer("MatrixMultiply", {product.output(0), x}); }),
              HasSubstr("(MatrixMultiply)"));
  EXPECT_THROW(NetworkAccess::state(network)->check_complete(), UserError);
  product.set_attribute("op1", int64_t{1});
  EXPECT_EQ(product.output(0).shape(), (Dims{2, 2}));
  NetworkAccess::state(network)->check_complete();
}

TEST(Network, groups_of_a_convolution_are_set_after_it_is_added) {
  Network network;
  const Tensor x = network.add_input("x", DataType::Float, {1, 4, 8, 8});
  Layer conv = network.add_layer("Convolution", {x}, {{"num_output_maps", int64_t{4}}});
  EXPECT_THAT(message_of([&] { conv.output(0).shape(); }), HasSubstr("'kernel'"));
  conv.set_constant_input(1, {4, 1, 3, 3}, ones(36));
  conv.set_constant_input(2, {4}, ones(4));
  EXPECT_THAT(message_of([&] { conv.output(0).shape(); }), HasSubstr("(Convolution)"));
  conv.set_attribute("num_groups", int64_t{4});
  EXPECT_EQ(conv.output(0).shape(), (Dims{1, 4, 6, 6}));
  EXPECT_EQ(conv.num_inputs(), 1);
  EXPECT_FALSE(conv.input(1));
  EXPECT_EQ(conv.constant_input(1).count, 36);
  EXPECT_EQ(conv.constant_input_dims(2), (Dims{4}));
}

TEST(Network, shape_tensors_are_those_that_shapes_depend_on) {
  Network network;
  const Tensor x = network.add_input("x", DataType::Float, {-1, 6});
  const Tensor target = network.add_input("target", DataType::Int64, {3});
  const Tensor extents = network.add_layer("Shape", {x}).output(0);
  const Layer reshape = network.add_layer("Shuffle", {x, target});
  network.add_layer("ElementWise", {extents, extents});
  EXPECT_TRUE(target.is_shape_tensor());
  EXPECT_FALSE(target.is_execution_tensor());
  EXPECT_FALSE(x.is_shape_tensor());
  EXPECT_FALSE(extents.is_shape_tensor());
  EXPECT_EQ(reshape.output(0).shape(), (Dims{-1, -1, -1}));
}

TEST(Network, precision_and_ranges_are_kept) {
  Network network;
  Tensor x = network.add_input("x", DataType::Float, {2, 2});
  Layer product = network.add_layer("MatrixMultiply", {x, x});
  product.set_precision(DataType::Half);
  EXPECT_EQ(product.precision(), DataType::Half);
  product.reset_precision();
  EXPECT_EQ(product.precision(), std::nullopt);
  product.set_output_type(0, DataType::Half);
  EXPECT_EQ(product.output_type(0), DataType::Half);
  EXPECT_THAT(message_of([&] { product.set_output_type(1, DataType::Half); }),
              HasSubstr("expected an output below 1"));
  x.set_dynamic_range(-1, 2);
  EXPECT_EQ(x.dynamic_range(), (std::pair<float, float>{-1, 2}));
  EXPECT_THAT(message_of([&] { x.set_dynamic_range(2, 1); }), HasSubstr("min <= max"));
  x.set_dimension_name(0, "batch");
  EXPECT_EQ(x.dimension_name(0), "batch");
  EXPECT_EQ(x.dimension_name(1), "");
  EXPECT_THAT(message_of([&] { x.set_dimension_name(2, "z"); }), HasSubstr("dimension below 2"));
}

}  // namespace
}  // namespace trtlike
