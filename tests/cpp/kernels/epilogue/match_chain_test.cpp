// Programs as chains of links, by hand; and what is none.
#include <gtest/gtest.h>

#include <cmath>

#include "kernels/epilogue/stage.h"

namespace trtlike::kernels::epilogue {
namespace {

using ops::PointwiseOpcode;
using pointwise::StepOpcode;
using Chain = std::vector<Link>;

std::optional<Chain> match(const char* text) {
  return match_chain(ops::PointwiseProgram::parse(text));
}

Link link(PointwiseOpcode op, float alpha = 0, float beta = 0, int operand = -1) {
  return {to_link(op), alpha, beta, operand};
}

TEST(MatchChain, operands_have_factors) {
  EXPECT_EQ(match("in 2; v2 = sum v1 v0; v3 = relu v2; out v3"),
            (Chain{link(PointwiseOpcode::Sum, 1, 0, 1), link(PointwiseOpcode::Relu)}));
  EXPECT_EQ(
      match("in 3; v3 = constant 0.5; v4 = prod v3 v2; v5 = sum v0 v4; v6 = sub v1 v5; out v6"),
      (Chain{link(PointwiseOpcode::Sum, 0.5f, 0, 2), link(PointwiseOpcode::Neg),
             link(PointwiseOpcode::Sum, 1, 0, 1)}));
  // Read twice, the product is no factor of one operand alone; y / x is no link.
  EXPECT_FALSE(
      match("in 2; v2 = constant 2; v3 = prod v1 v2; v4 = sum v0 v3; v5 = sum v4 v3; out v5"));
  EXPECT_FALSE(match("in 2; v2 = div v1 v0; out v2"));
}

TEST(MatchChain, operands_may_be_quantized_numbers) {
  EXPECT_EQ(match("in 2; v2 = constant 5; v3 = sub v1 v2; v4 = constant 0.5; v5 = prod v3 v4; "
                  "v6 = sum v0 v5; out v6"),
            (Chain{link(PointwiseOpcode::Sum, 0.5f, 0, 1), {LinkOp::Linear, 1, -2.5f, -1}}));
  EXPECT_EQ(match("in 2; v2 = constant 5; v3 = sub v1 v2; v4 = constant 0.5; v5 = prod v3 v4; "
                  "v6 = sub v0 v5; out v6"),
            (Chain{link(PointwiseOpcode::Sub, 0.5f, 0, 1), {LinkOp::Linear, 1, 2.5f, -1}}));
  // As factors they are no links.
  EXPECT_FALSE(
      match("in 2; v2 = constant 5; v3 = sub v1 v2; v4 = constant 0.5; v5 = prod v3 v4; "
            "v6 = prod v0 v5; out v6"));
}

/// The chain of a product of quantized tensors with this program and type of the result.
std::optional<Chain> read(const char* program, DataType to) {
  const ops::OpDefinition& op = ops::get_op("QuantizedMatrixMultiply");
  const ops::Attributes attributes =
      ops::complete_attributes(op, {{"program", program}, {"to_type", enum_number(to)}});
  Problem problem;
  problem.op = &op;
  problem.attributes = &attributes;
  problem.outputs.push_back({.dtype = to, .dims = {1, 1}});
  return read_epilogue(problem).chain;
}

TEST(ReadEpilogue, leaves_out_limits_that_storing_has) {
  const char* relu = "in 1; v1 = relu v0; v2 = constant 0.5; v3 = div v1 v2; v4 = round v3; out v4";
  const Link quantize{LinkOp::Quantize, 0.5f, -0.0f, -1};
  EXPECT_EQ(read(relu, DataType::UInt8), (Chain{quantize}));
  EXPECT_EQ(read(relu, DataType::Int8), (Chain{link(PointwiseOpcode::Relu), quantize}));
  EXPECT_EQ(read(relu, DataType::Float), (Chain{link(PointwiseOpcode::Relu), quantize}));
  const char* clip =
      "in 1; v1 = clip v0 0 6; v2 = constant 0.02; v3 = div v1 v2; v4 = round v3; out v4";
  EXPECT_EQ(read(clip, DataType::UInt8), (Chain{{LinkOp::Quantize, 0.02f, -0.0f, -1}}));
  const char* tight =
      "in 1; v1 = clip v0 0 5; v2 = constant 0.02; v3 = div v1 v2; v4 = round v3; out v4";
  EXPECT_EQ(read(tight, DataType::UInt8)->size(), 2u);
}

TEST(MatchChain, constants) {
  EXPECT_EQ(match("in 1; v1 = constant 3; v2 = sum v1 v0; v3 = div v2 v1; v4 = max v3 v1; out v4"),
            (Chain{{LinkOp::Linear, 1, 3, -1},
                   {LinkOp::Linear, 1 / 3.0f, -0.0f, -1},
                   link(PointwiseOpcode::Clip, 3, INFINITY)}));
  EXPECT_FALSE(match("in 1; v1 = constant 0; v2 = div v0 v1; out v2"));
  EXPECT_FALSE(match("in 1; v1 = constant 1e-40; v2 = div v0 v1; out v2"));
  EXPECT_FALSE(match("in 1; v1 = constant nan; v2 = max v0 v1; out v2"));
}

TEST(MatchChain, gates_are_links) {
  EXPECT_EQ(match("in 1; v1 = sigmoid v0; v2 = prod v1 v0; out v2"),
            (Chain{{to_link(StepOpcode::Silu), 0, 0, -1}}));
  EXPECT_EQ(match("in 1; v1 = softplus v0 1 1; v2 = tanh v1; v3 = prod v0 v2; out v3"),
            (Chain{{to_link(StepOpcode::Mish), 0, 0, -1}}));
  EXPECT_FALSE(match("in 1; v1 = softplus v0 1 2; v2 = tanh v1; v3 = prod v0 v2; out v3"));
  EXPECT_EQ(match("in 1; v1 = prod v0 v0; out v1"),
            (Chain{{to_link(StepOpcode::Square), 0, 0, -1}}));
  EXPECT_FALSE(match("in 1; v1 = sigmoid v0; v2 = prod v1 v0; v3 = sum v2 v1; out v3"));
}

TEST(MatchChain, quantized_numbers_end_it) {
  EXPECT_EQ(
      match("in 1; v1 = constant 0.1; v2 = div v0 v1; v3 = round v2; v4 = constant 7; v5 = sum "
            "v3 v4; v6 = clip v5 0 255; out v6"),
      (Chain{{LinkOp::Quantize, 0.1f, 7, -1}, link(PointwiseOpcode::Clip, 0, 255)}));
  EXPECT_EQ(match("in 1; v1 = constant 0.1; v2 = div v0 v1; v3 = round v2; out v3"),
            (Chain{{LinkOp::Quantize, 0.1f, -0.0f, -1}}));
  EXPECT_FALSE(
      match("in 1; v1 = constant 0.1; v2 = div v0 v1; v3 = round v2; v4 = tanh v3; out v4"));
  // By channel the scale is an operand.
  EXPECT_EQ(match("in 2; v2 = div v0 v1; v3 = round v2; out v3"),
            (Chain{link(PointwiseOpcode::Div, 1, 0, 1), link(PointwiseOpcode::Round)}));
}

TileChain split(const char* text) { return split_chain(*match(text)); }

TEST(TileChain, is_a_residual_then_clipping_or_a_gate) {
  const TileChain clipped = split("in 2; v2 = sum v0 v1; v3 = relu v2; v4 = clip v3 -1 6; out v4");
  EXPECT_EQ(clipped.residual, 1);
  EXPECT_FALSE(clipped.adds_last);
  EXPECT_EQ(clipped.stage.kind, Stage::Kind::Clip);
  EXPECT_EQ(clipped.stage.a, 0.0f);
  EXPECT_EQ(clipped.stage.b, 6.0f);
  const TileChain gated = split("in 1; v1 = hard_sigmoid v0 0.25 0.5; v2 = prod v0 v1; out v2");
  EXPECT_EQ(gated.residual, -1);
  EXPECT_EQ(gated.stage.kind, Stage::Kind::HardSwish);
  EXPECT_EQ(gated.stage.a, 0.25f);
  EXPECT_EQ(split("in 1; out v0").stage.kind, Stage::Kind::None);
  for (const TileChain* whole : {&clipped, &gated}) EXPECT_TRUE(whole->rest.empty());
}

TEST(TileChain, leaves_the_rest_to_rows) {
  const TileChain added = split("in 3; v3 = relu v0; v4 = sum v3 v2; v5 = sum v4 v1; out v5");
  EXPECT_EQ(added.residual, 2);
  EXPECT_TRUE(added.adds_last);
  EXPECT_EQ(added.stage.kind, Stage::Kind::Clip);
  EXPECT_EQ(added.rest, (Chain{link(PointwiseOpcode::Sum, 1, 0, 1)}));
  EXPECT_TRUE(is_light(added.rest));
  const TileChain rounded = split("in 1; v1 = relu v0; v2 = round_f16 v1; v3 = tanh v2; out v3");
  EXPECT_EQ(rounded.rest, (Chain{link(PointwiseOpcode::RoundF16), link(PointwiseOpcode::Tanh)}));
  EXPECT_FALSE(is_light(rounded.rest));
  for (const char* more : {"in 2; v2 = constant 2; v3 = prod v1 v2; v4 = sum v0 v3; out v4",
                           "in 2; v2 = prod v0 v1; out v2", "in 1; v1 = tanh v0; out v1"}) {
    EXPECT_EQ(split(more).residual, -1) << more;
    EXPECT_EQ(split(more).rest.size(), 1u) << more;
  }
}

}  // namespace
}  // namespace trtlike::kernels::epilogue
