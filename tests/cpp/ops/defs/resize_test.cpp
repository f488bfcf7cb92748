// Resize: elements as ONNX Runtime computes them, in all coordinate modes and roundings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/op_runner.h"

namespace trtlike::op_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Ints = std::vector<int64_t>;
using Floats = std::vector<double>;

struct Case {
  Dims input;
  int64_t mode, coordinates, rounding;
  bool exclude_outside;
  double cubic_coeff;
  Floats scales;
  Ints shape;
  Dims output;
  Floats expected;
};

OpRunner resize(Tensor input, const Case& c) {
  return OpRunner("Resize",
                  {{"shape", c.shape},
                   {"scales", c.scales},
                   {"resize_mode", c.mode},
                   {"coordinate_transformation", c.coordinates},
                   {"nearest_rounding", c.rounding},
                   {"exclude_outside", c.exclude_outside},
                   {"cubic_coeff", c.cubic_coeff}},
                  {std::move(input)});
}

TEST(Resize, gives_what_onnx_runtime_gives) {
  const Case cases[] = {
#define TRTLIKE_CASE(...) Case{__VA_ARGS__},
#include "ops/defs/resize_cases.inc"
#undef TRTLIKE_CASE
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(testing::Message()
                 << "input " << c.input << ", mode " << c.mode << ", coordinates " << c.coordinates
                 << ", rounding " << c.rounding << ", output " << c.output << ", exclude_outside "
                 << c.exclude_outside << ", by shape " << !c.shape.empty());
    Tensor input = counting(c.input);
    for (size_t i = 0; i < input.elements.size(); ++i)
      input.elements[i] = static_cast<double>((7 * i) % 11 + i);
    const OpRunner op = resize(input, c);
    ASSERT_EQ(op.dims(), c.output);
    const Floats got = op.elements();
    for (size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], c.expected[i], 2e-5) << i;
  }
}

Case nearest(Floats scales, Ints shape) {
  return {{}, 0, 1, 2, false, -0.75, std::move(scales), std::move(shape), {}, {}};
}

TEST(Resize, samples_as_tensorrt_does_unless_told_otherwise) {
  // ASYMMETRIC and FLOOR: element i comes from floor(i * 3 / 4).
  EXPECT_THAT(OpRunner("Resize", {{"shape", std::vector<int64_t>{4}}}, {counting({3})}).elements(),
              testing::ElementsAre(0, 0, 1, 2));
}

TEST(Resize, nearest_moves_integers) {
  EXPECT_THAT(resize(counting({1, 2}, DataType::Int32), nearest({1, 2}, {})).elements(),
              ElementsAre(0, 0, 1, 1));
}

TEST(Resize, extents_follow_from_what_is_known) {
  const auto input = [](Dims dims) { return Tensor{DataType::Float, dims, {}}; };
  EXPECT_EQ(resize(input({1, 3, -1, 5}), nearest({1, 1, 2, 1.5}, {})).dims(), (Dims{1, 3, -1, 7}));
  EXPECT_EQ(OpRunner("Resize", {}, {counting({1, 3, 4, 4}), ints({})})
                .know(1, {4}, Ints{1, 3, ops::kUnknownElement, 8})
                .dims(),
            (Dims{1, 3, -1, 8}));
  EXPECT_EQ(OpRunner("Resize", {}, {counting({1, 4}), ints({})}).know(1, {-1}).dims(),
            (Dims{-1, -1}));
}

TEST(Resize, refusals_name_the_list) {
  EXPECT_THAT(resize(counting({1, 2}), nearest({2}, {})).refusal(),
              HasSubstr("attribute 'scales': expected 2 factors"));
  EXPECT_THAT(resize(counting({1, 2}), nearest({}, {})).refusal(),
              HasSubstr("expected a shape or scales, got neither"));
  EXPECT_THAT(resize(counting({1, 2}), nearest({1, 0}, {})).refusal(), HasSubstr("above 0"));
  EXPECT_THAT(resize(counting({1, 2}), nearest({}, {1, 2, 3})).refusal(),
              HasSubstr("expected 2 extents"));
}

}  // namespace
}  // namespace trtlike::op_test
