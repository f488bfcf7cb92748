// The element-wise ops other than ElementWise: hand-computed cases and refusals.
#include <cmath>

#include "support/run_op.h"
#include "trtlike/enums/layer_enums.h"

namespace trtlike::ops {
namespace {

using test::expect_error;
using test::infer_op;
using test::propagate_op;
using test::run_op;
using test::Tensor;
using testing::ElementsAre;

constexpr auto kFloat = DataType::Float;

TEST(Activation, matches_tables) {
  struct Case {
    ActivationType type;
    double alpha, beta, x, y;
  };
  const Case cases[] = {
      {ActivationType::Relu, 0, 0, -2, 0},
      {ActivationType::Sigmoid, 0, 0, 2, 0.8807970779778823},
      {ActivationType::Tanh, 0, 0, 0.5, 0.46211715726000973},
      {ActivationType::LeakyRelu, 0.1, 0, -2, -0.2},
      {ActivationType::Elu, 2, 0, -1, -1.2642411176571153},
      {ActivationType::Selu, 1.6732632, 1.0507010, -1, -1.1113307},
      {ActivationType::Selu, 1.6732632, 1.0507010, 2, 2.101402},
      {ActivationType::Softsign, 0, 0, -3, -0.75},
      {ActivationType::Softplus, 1, 1, 1, 1.3132616875182228},
      {ActivationType::Softplus, 1, 1, 1000, 1000},
      {ActivationType::Clip, 0, 6, 7, 6},
      {ActivationType::HardSigmoid, 0.2, 0.5, 1, 0.7},
      {ActivationType::ScaledTanh, 2, 0.5, 1, 0.9242343145200195},
      {ActivationType::ThresholdedRelu, 1, 0, 1, 0},
      {ActivationType::ThresholdedRelu, 1, 0, 1.5, 1.5},
      {ActivationType::GeluErf, 0, 0, 1, 0.8413447460685429},
      {ActivationType::GeluTanh, 0, 0, 1, 0.8411919906082768},
  };
  for (const Case& c : cases) {
    const auto out =
        run_op("Activation", {Tensor(kFloat, {1}, {c.x})},
               {{"type", static_cast<int64_t>(c.type)}, {"alpha", c.alpha}, {"beta", c.beta}});
    EXPECT_NEAR(out.elements()[0], c.y, 2e-7 * (1 + std::abs(c.y))) << static_cast<int>(c.type);
  }
}

TEST(Activation, integers_are_clipped_exactly) {
  Tensor x(DataType::Int64, {2});
  x.view().as<int64_t>()[0] = (int64_t{1} << 60) + 1;
  x.view().as<int64_t>()[1] = -5;
  EXPECT_THAT(run_op("Activation", {x}, {{"type", int64_t{0}}}).elements_as<int64_t>(),
              ElementsAre((int64_t{1} << 60) + 1, 0));
  expect_error<UserError>(
      [] { infer_op("Activation", {{DataType::Int32, {2}}}, {{"type", int64_t{1}}}); },
      "expected a floating-point type for sigmoid, got INT32");
  expect_error<UserError>([] { infer_op("Activation", {{kFloat, {2}}}, {{"type", int64_t{14}}}); },
                          "attribute 'type': expected 0 to 13, got 14");
}

TEST(Unary, matches_tables) {
  struct Case {
    UnaryOperation op;
    double x, y;
  };
  const Case cases[] = {
      {UnaryOperation::Exp, 1, 2.718281828459045},
      {UnaryOperation::Log, 10, 2.302585092994046},
      {UnaryOperation::Sqrt, 2, 1.4142135623730951},
      {UnaryOperation::Recip, 4, 0.25},
      {UnaryOperation::Abs, -3, 3},
      {UnaryOperation::Neg, 3, -3},
      {UnaryOperation::Sin, 1, 0.8414709848078965},
      {UnaryOperation::Cos, 1, 0.5403023058681398},
      {UnaryOperation::Tan, 1, 1.5574077246549023},
      {UnaryOperation::Sinh, 1, 1.1752011936438014},
      {UnaryOperation::Cosh, 1, 1.5430806348152437},
      {UnaryOperation::Asin, 0.5, 0.5235987755982989},
      {UnaryOperation::Acos, 0.5, 1.0471975511965979},
      {UnaryOperation::Atan, 1, 0.7853981633974483},
      {UnaryOperation::Asinh, 1, 0.881373587019543},
      {UnaryOperation::Acosh, 2, 1.3169578969248166},
      {UnaryOperation::Atanh, 0.5, 0.5493061443340549},
      {UnaryOperation::Ceil, 1.2, 2},
      {UnaryOperation::Floor, -1.2, -2},
      {UnaryOperation::Erf, 0.5, 0.5204998778130465},
      {UnaryOperation::Sign, -7, -1},
      {UnaryOperation::Round, 2.5, 2},
      {UnaryOperation::Round, -1.5, -2},
  };
  for (const Case& c : cases) {
    const auto out =
        run_op("Unary", {Tensor(kFloat, {1}, {c.x})}, {{"op", static_cast<int64_t>(c.op)}});
    EXPECT_NEAR(out.elements()[0], c.y, 2e-7 * (1 + std::abs(c.y))) << static_cast<int>(c.op);
  }
}

TEST(Unary, tests_give_bool) {
  const Tensor x(kFloat, {3}, {1, INFINITY, NAN});
  const auto inf = run_op("Unary", {x}, {{"op", int64_t{23}}});
  EXPECT_EQ(inf.dtype, DataType::Bool);
  EXPECT_THAT(inf.elements(), ElementsAre(0, 1, 0));
  EXPECT_THAT(run_op("Unary", {x}, {{"op", int64_t{24}}}).elements(), ElementsAre(0, 0, 1));
}

TEST(Unary, integers) {
  const Tensor x(DataType::Int32, {3}, {-4, 0, 9});
  EXPECT_THAT(run_op("Unary", {x}, {{"op", int64_t{4}}}).elements(), ElementsAre(4, 0, 9));
  EXPECT_THAT(run_op("Unary", {x}, {{"op", int64_t{21}}}).elements(), ElementsAre(-1, 0, 1));
  EXPECT_THAT(run_op("Unary", {x}, {{"op", int64_t{20}}}).elements(), ElementsAre(3, -1, -10));
  expect_error<UserError>([] { infer_op("Unary", {{DataType::Int32, {2}}}, {{"op", int64_t{0}}}); },
                          "expected a floating-point type for exp, got INT32");
  const auto negated =
      propagate_op("Unary", {{DataType::Int64, {2}}}, {std::vector<int64_t>{3, kUnknownElement}},
                   {{"op", int64_t{5}}});
  ASSERT_TRUE(negated);
  EXPECT_THAT(*negated, ElementsAre(-3, kUnknownElement));
}

TEST(Cast, float_to_integer_truncates_and_saturates) {
  const Tensor x(kFloat, {5}, {1.9, -1.9, 1e10, -1e10, NAN});
  EXPECT_THAT(run_op("Cast", {x}, {{"to_type", int64_t{3}}}).elements(),
              ElementsAre(1, -1, 2147483647, -2147483648.0, 0));
  EXPECT_THAT(run_op("Cast", {x}, {{"to_type", int64_t{5}}}).elements(),
              ElementsAre(1, 0, 255, 0, 0));
  EXPECT_THAT(run_op("Cast", {x}, {{"to_type", int64_t{4}}}).elements(),
              ElementsAre(1, 1, 1, 1, 1));
}

TEST(Cast, integers_keep_their_low_bits) {
  const Tensor x(DataType::Int64, {2}, {4294967297.0, -1});
  EXPECT_THAT(run_op("Cast", {x}, {{"to_type", int64_t{3}}}).elements(), ElementsAre(1, -1));
  const auto host =
      propagate_op("Cast", {{DataType::Int64, {2}}},
                   {std::vector<int64_t>{4294967297, kUnknownElement}}, {{"to_type", int64_t{3}}});
  ASSERT_TRUE(host);
  EXPECT_THAT(*host, ElementsAre(1, kUnknownElement));
  expect_error<UserError>([] { infer_op("Cast", {{kFloat, {2}}}, {{"to_type", int64_t{99}}}); },
                          "got 99");
}

TEST(Identity, keeps_elements_and_known_values) {
  EXPECT_THAT(run_op("Identity", {Tensor(kFloat, {2}, {1, 2})}).elements(), ElementsAre(1, 2));
  const auto host = propagate_op("Identity", {{DataType::Int64, {1}}}, {std::vector<int64_t>{5}});
  ASSERT_TRUE(host);
  EXPECT_THAT(*host, ElementsAre(5));
}

TEST(Select, chooses_and_broadcasts) {
  const auto out = run_op(
      "Select", {Tensor(DataType::Bool, {2, 1}, {1, 0}), Tensor(DataType::Int64, {1, 3}, {1, 2, 3}),
                 Tensor(DataType::Int64, {1, 1}, {9})});
  EXPECT_EQ(out.dims, (Dims{2, 3}));
  EXPECT_THAT(out.elements(), ElementsAre(1, 2, 3, 9, 9, 9));
  const auto host = propagate_op(
      "Select", {{DataType::Bool, {3}}, {DataType::Int64, {3}}, {DataType::Int64, {3}}},
      {std::vector<int64_t>{1, kUnknownElement, kUnknownElement}, std::vector<int64_t>{1, 2, 3},
       std::vector<int64_t>{kUnknownElement, 2, 4}});
  ASSERT_TRUE(host);
  EXPECT_THAT(*host, ElementsAre(1, 2, kUnknownElement));
  expect_error<UserError>([] { infer_op("Select", {{kFloat, {2}}, {kFloat, {2}}, {kFloat, {2}}}); },
                          "input 0 'condition': expected BOOL, got FLOAT");
  expect_error<UserError>(
      [] { infer_op("Select", {{DataType::Bool, {2}}, {kFloat, {2}}, {DataType::Half, {2}}}); },
      "input 2 'else': expected FLOAT as input 1 'then', got HALF");
}

TEST(ParametricReLU, scales_negative_elements) {
  const auto out = run_op("ParametricReLU", {Tensor(kFloat, {1, 2, 2}, {-1, 1, -2, 2}),
                                             Tensor(kFloat, {1, 2, 1}, {0.5, 0.25})});
  EXPECT_THAT(out.elements(), ElementsAre(-0.5, 1, -0.5, 2));
  expect_error<UserError>([] { infer_op("ParametricReLU", {{kFloat, {1, 1}}, {kFloat, {1, 2}}}); },
                          "expected a shape that broadcasts to [1, 1], got [1, 2]");
}

TEST(Scale, uniform_channel_and_elementwise) {
  const Tensor x(kFloat, {1, 2, 2}, {1, 2, 3, 4});
  EXPECT_THAT(run_op("Scale", {x, Tensor(kFloat, {1}, {1}), Tensor(kFloat, {1}, {2}),
                               Tensor(kFloat, {1}, {2})})
                  .elements(),
              ElementsAre(9, 25, 49, 81));
  EXPECT_THAT(run_op("Scale", {x, Tensor(kFloat, {2}, {10, 20}), Tensor(kFloat, {2}, {1, 2})},
                     {{"mode", int64_t{1}}})
                  .elements(),
              ElementsAre(11, 12, 26, 28));
  EXPECT_THAT(
      run_op("Scale", {x, Tensor(kFloat, {4}, {1, 2, 3, 4})}, {{"mode", int64_t{2}}}).elements(),
      ElementsAre(2, 4, 6, 8));
  expect_error<UserError>(
      [] { infer_op("Scale", {{kFloat, {1, 2, 2}}, {kFloat, {3}}}, {{"mode", int64_t{1}}}); },
      "input 1 'shift': expected 2 elements, got 3");
}

TEST(PointWise, runs_programs_on_mixed_types) {
  const test::AttributeList attributes = {
      {"program", std::string("in 2; v2 = prod v0 v1; v3 = less v2 v0; out v3")},
      {"output_dtypes", std::vector<int64_t>{4}}};
  const auto out = run_op(
      "PointWise", {Tensor(kFloat, {2, 1}, {1, -1}), Tensor(DataType::Int32, {1, 2}, {0, 2})},
      attributes);
  EXPECT_EQ(out.dtype, DataType::Bool);
  EXPECT_THAT(out.elements(), ElementsAre(1, 0, 0, 1));
  expect_error<UserError>([&] { infer_op("PointWise", {{kFloat, {1}}}, attributes); },
                          "attribute 'program': expected 1 inputs, got 2");
}

TEST(Quantize, rounds_to_even_and_saturates) {
  const Tensor x(kFloat, {5}, {0.5, 1.5, -2.5, 1000, -1000}), scale(kFloat, {}, {1});
  EXPECT_THAT(run_op("Quantize", {x, scale}).elements(), ElementsAre(0, 2, -2, 127, -128));
  EXPECT_THAT(
      run_op("Quantize", {x, scale, Tensor(DataType::UInt8, {}, {128})}, {{"to_type", int64_t{5}}})
          .elements(),
      ElementsAre(128, 130, 126, 255, 0));
}

TEST(Quantize, scales_per_axis_and_per_block) {
  const Tensor x(kFloat, {2, 2}, {10, 20, 30, 40});
  EXPECT_THAT(
      run_op("Quantize", {x, Tensor(kFloat, {2}, {1, 10})}, {{"axis", int64_t{0}}}).elements(),
      ElementsAre(10, 20, 3, 4));
  EXPECT_THAT(run_op("Quantize", {x, Tensor(kFloat, {1, 2}, {1, 10})}).elements(),
              ElementsAre(10, 2, 30, 4));
  expect_error<UserError>([] { infer_op("Quantize", {{kFloat, {2, 2}}, {kFloat, {3}}}); },
                          "expected 2 elements for axis 1 of [2, 2], got 3");
}

TEST(Dequantize, subtracts_the_zero_point) {
  const Tensor x(DataType::UInt8, {2}, {130, 120});
  EXPECT_THAT(
      run_op("Dequantize", {x, Tensor(kFloat, {}, {0.5}), Tensor(DataType::UInt8, {}, {128})})
          .elements(),
      ElementsAre(1, -4));
}

TEST(Dequantize, unpacks_four_bits) {
  Tensor x(DataType::Int4, {3});
  x.view().as<uint8_t>()[0] = 0x8f;
  x.view().as<uint8_t>()[1] = 0x07;
  EXPECT_THAT(run_op("Dequantize", {x, Tensor(kFloat, {}, {1})}).elements(),
              ElementsAre(-1, -8, 7));
}

TEST(Reformat, converts_between_storage_types) {
  const auto out =
      run_op("Reformat", {Tensor(kFloat, {2}, {1.0 + 0x1p-9, 3})}, {{"to_type", int64_t{7}}});
  EXPECT_EQ(out.dtype, DataType::BF16);
  EXPECT_THAT(out.elements(), ElementsAre(1, 3));
}

}  // namespace
}  // namespace trtlike::ops
