// DFT: transforms worked by hand, lengths with large prime factors, half spectra.
#include <gmock/gmock.h>

#include <cmath>
#include <numbers>

#include "ops/shapes/fourier.h"
#include "support/op_runner.h"

namespace trtlike::op_test {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::Pointwise;

Tensor doubles(Dims dims, std::vector<double> elements) {
  return {DataType::Double, dims, std::move(elements)};
}

std::vector<double> dft(Given given, Tensor x, Tensor length = absent()) {
  return OpRunner("DFT", std::move(given), {std::move(x), std::move(length)}).elements();
}

TEST(DFT, of_four_numbers) {
  // 1 + 2 + 3 + 4; (1 - 3) + i (4 - 2); 1 - 2 + 3 - 4.
  const Tensor x = doubles({4, 1}, {1, 2, 3, 4});
  EXPECT_THAT(dft({}, x), ElementsAre(10, 0, -2, 2, -2, 0, -2, -2));
  EXPECT_THAT(dft({{"onesided", true}}, x), ElementsAre(10, 0, -2, 2, -2, 0));
  const Tensor back = doubles({4, 2}, {10, 0, -2, 2, -2, 0, -2, -2});
  EXPECT_THAT(dft({{"inverse", true}}, back), ElementsAre(1, 0, 2, 0, 3, 0, 4, 0));
  // What makes no real number has no part in one.
  const Tensor half = doubles({3, 2}, {10, 7, -2, 2, -2, 9});
  EXPECT_THAT(dft({{"inverse", true}, {"onesided", true}}, half), ElementsAre(1, 2, 3, 4));
}

TEST(DFT, cuts_off_and_fills_up) {
  const Tensor x = doubles({2, 1}, {3, 5});
  EXPECT_THAT(dft({}, x, ints({1})), ElementsAre(3, 0));
  EXPECT_THAT(dft({}, x, ints({4})), ElementsAre(8, 0, 3, -5, -2, 0, 3, 5));
}

TEST(DFT, works_along_any_axis) {
  const Tensor x = doubles({2, 2, 1}, {1, 2, 3, 5});
  EXPECT_THAT(dft({{"axis", 0}}, x), ElementsAre(4, 0, 7, 0, -2, 0, -3, 0));
  EXPECT_THAT(dft({{"axis", 1}}, x), ElementsAre(3, 0, -1, 0, 8, 0, -2, 0));
}

TEST(DFT, of_nothing_is_nothing) {
  EXPECT_TRUE(dft({}, doubles({0, 1}, {})).empty());
  EXPECT_THAT(dft({{"onesided", true}}, doubles({0, 1}, {})), ElementsAre(0, 0));
}

TEST(DFT, knows_its_extents_without_elements) {
  OpRunner runner("DFT", {{"onesided", true}}, {floats({2, 7, 1}, std::vector<double>(14))});
  EXPECT_EQ(runner.dims(), (Dims{2, 4, 2}));
  EXPECT_EQ(runner.know(0, {-1, -1, 1}).dims(), (Dims{-1, -1, 2}));
}

TEST(Fourier, is_the_sum_of_its_definition_at_every_length) {
  for (size_t length = 1; length <= 140; ++length) {
    std::vector<ops::Complex> line(length);
    for (size_t i = 0; i < length; ++i) {
      const auto at = static_cast<double>(i);
      line[i] = {std::sin(at * at + 1), std::cos(3 * at)};
    }
    std::vector<double> expected, got;
    for (size_t k = 0; k < length; ++k) {
      double real = 0, imaginary = 0;
      for (size_t i = 0; i < length; ++i) {
        const double angle = -2 * std::numbers::pi * static_cast<double>(i * k % length) /
                             static_cast<double>(length);
        real += line[i].real * std::cos(angle) - line[i].imaginary * std::sin(angle);
        imaginary += line[i].real * std::sin(angle) + line[i].imaginary * std::cos(angle);
      }
      expected.insert(expected.end(), {real, imaginary});
    }
    const ops::FourierTransform transform(length);
    std::vector<ops::Complex> there = line;
    transform.run(there);
    for (const ops::Complex& element : there)
      got.insert(got.end(), {element.real, element.imaginary});
    EXPECT_THAT(got, Pointwise(DoubleNear(1e-12), expected)) << length;
    transform.run_inverse(there);
    for (size_t i = 0; i < length; ++i) {
      EXPECT_NEAR(there[i].real, line[i].real, 1e-14) << length;
      EXPECT_NEAR(there[i].imaginary, line[i].imaginary, 1e-14) << length;
    }
  }
}

}  // namespace
}  // namespace trtlike::op_test
