// GridSample: elements as ONNX Runtime computes them, in all modes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/op_runner.h"

namespace trtlike::op_test {
namespace {

using testing::HasSubstr;
using Floats = std::vector<double>;

struct Case {
  int64_t interpolation_mode, sample_mode;
  bool align_corners;
  Floats expected;
};

OpRunner sample(const Case& c, Tensor input, Tensor grid) {
  return OpRunner("GridSample",
                  {{"interpolation_mode", c.interpolation_mode},
                   {"sample_mode", c.sample_mode},
                   {"align_corners", c.align_corners}},
                  {std::move(input), std::move(grid)});
}

TEST(GridSample, gives_what_onnx_runtime_gives) {
  // Element i of the input is (7 i mod 11) + i; the grid reaches outside on both sides.
  const Case cases[] = {
      {0, 3, false, {0, 21, 0, 0, 0, 0, 13, 10, 10, 17, 0, 0}},
      {0, 3, true, {0, 21, 18, 18, 0, 5, 13, 13, 17, 17, 24, 0}},
      {0, 2, false, {21, 21, 21, 18, 26, 5, 13, 10, 10, 17, 24, 24}},
      {0, 2, true, {14, 21, 18, 18, 26, 5, 13, 13, 17, 17, 24, 24}},
      {0, 4, false, {21, 21, 21, 18, 5, 5, 13, 10, 10, 17, 24, 14}},
      {0, 4, true, {11, 21, 18, 18, 5, 5, 13, 13, 17, 17, 24, 11}},
      {1, 3, false, {0, 7.35, 10.125, 0, 0, 0, 5.6, 11.555, 9.6, 8.85, 0, 0}},
      {1, 3, true, {6.804, 19.95, 19.2, 11.4375, 0, 2.75, 9.96, 11.668, 13.84, 18.4, 10.25, 0}},
      {1, 2, false, {19.18, 21, 20.25, 19.125, 22, 5, 11.2, 11.555, 12.8, 17.7, 20.5, 23.52}},
      {1, 2, true, {17.01, 19.95, 19.2, 18.3, 22.8, 5, 9.96, 11.668, 13.84, 18.4, 20.5, 23.755}},
      {1, 4, false, {18.43, 21, 20.25, 19.125, 7.2, 5.7, 11.2, 11.555, 12.8, 17.7, 19.5, 14.09}},
      {1,
       4,
       true,
       {15.21, 19.95, 19.2, 15.675, 9.35, 8.15, 9.96, 11.668, 13.84, 18.4, 16.5, 12.186}},
      {2,
       3,
       false,
       {-2.30414, 8.15916, 11.8524, 0, 0, -0.303749, 6.07602, 13.9165, 10.3801, 9.83274, -1.54546,
        0}},
      {2,
       3,
       true,
       {7.82128, 21.9135, 19.812, 12.2251, 0, 2.06628, 10.2003, 13.1618, 15.2512, 19, 11.709, 0}},
      {2,
       2,
       false,
       {19.6043, 22.053, 20.6953, 18.2021, 22, 5, 11.8798, 12.0508, 12.3457, 18.8459, 21.5312,
        24.0881}},
      {2,
       2,
       true,
       {17.9824, 20.2066, 18.3, 18.529, 23.004, 4.28534, 10.2003, 11.3713, 13.2747, 19, 22.4746,
        23.914}},
      {2,
       4,
       false,
       {18.5353, 22.665, 21.3516, 18.2021, 7.1554, 5.52675, 12.152, 12.0508, 12.3903, 19.6655,
        20.4385, 14.0258}},
      {2,
       4,
       true,
       {15.0059, 20.7756, 18.516, 15.7835, 8.51194, 6.80732, 10.2003, 11.6784, 13.4067, 19, 17.0654,
        11.3546}},
  };
  const Tensor grid = floats(
      {1, 3, 4, 2}, {-1.3, 0.62, -1,   0.9,  -0.7, 1,     -0.55, 1.25, -0.2, 2.7, 0,   -1.3,
                     0.31, -1,   0.62, -0.7, 0.9,  -0.55, 1,     -0.2, 1.25, 0,   2.7, 0.31});
  Tensor input = counting({1, 1, 4, 5});
  for (size_t i = 0; i < input.elements.size(); ++i)
    input.elements[i] = static_cast<double>((7 * i) % 11 + i);
  for (const Case& c : cases) {
    SCOPED_TRACE(testing::Message() << "interpolation " << c.interpolation_mode << ", sample mode "
                                    << c.sample_mode << ", align_corners " << c.align_corners);
    const OpRunner op = sample(c, input, grid);
    ASSERT_EQ(op.dims(), (Dims{1, 1, 3, 4}));
    const Floats got = op.elements();
    for (size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], c.expected[i], 2e-4) << i;
  }
}

TEST(GridSample, samples_volumes) {
  // The centre of a cube is the mean of its corners.
  EXPECT_THAT(
      sample({1, 3, false, {}}, counting({1, 1, 2, 2, 2}), floats({1, 1, 1, 1, 3}, {0, 0, 0}))
          .elements(),
      testing::ElementsAre(3.5));
}

TEST(GridSample, refusals_name_the_shapes) {
  EXPECT_THAT(sample({1, 3, false, {}}, counting({1, 1, 2, 2}), counting({1, 2, 2, 3})).refusal(),
              HasSubstr("a last extent of 2, got [1, 2, 2, 3]"));
  EXPECT_THAT(sample({1, 0, false, {}}, counting({1, 1, 2, 2}), counting({1, 2, 2, 2})).refusal(),
              HasSubstr("expected CLAMP (2), FILL (3) or REFLECT (4), got 0"));
}

}  // namespace
}  // namespace trtlike::op_test
