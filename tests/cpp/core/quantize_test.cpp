// Elements of quantized tensors: which scale is theirs, and how numbers round.
#include "core/quantize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trtlike::core {
namespace {

using testing::ElementsAre;

constexpr int64_t kElems = 10;
const Dims kDims{2, 5};

std::vector<int64_t> scales_of(const Quantization& quantization) {
  std::vector<int64_t> out;
  for (int64_t i = 0; i < kElems; ++i) out.push_back(scale_of(quantization, kDims, i));
  return out;
}

TEST(Quantize, each_element_finds_its_scale) {
  EXPECT_THAT(scales_of(Quantization::per_tensor(1)), testing::Each(0));
  EXPECT_THAT(scales_of(Quantization::per_channel(0, {1, 2})),
              ElementsAre(0, 0, 0, 0, 0, 1, 1, 1, 1, 1));
  EXPECT_THAT(scales_of(Quantization::per_channel(1, {1, 2, 4, 8, 16})),
              ElementsAre(0, 1, 2, 3, 4, 0, 1, 2, 3, 4));
  EXPECT_THAT(scales_of(Quantization::per_block(1, 2, {1, 2, 3, 4, 5, 6})),
              ElementsAre(0, 0, 1, 1, 2, 3, 3, 4, 4, 5));
  EXPECT_THAT(scales_of(Quantization::per_block(0, 2, {1, 2, 3, 4, 5})),
              ElementsAre(0, 1, 2, 3, 4, 0, 1, 2, 3, 4));
}

TEST(Quantize, numbers_round_half_to_even_and_then_shift) {
  const Quantization half = Quantization::per_tensor(0.5f, 3);
  EXPECT_EQ(quantize(half, kDims, 0, 1.25), 2 + 3);
  EXPECT_EQ(quantize(half, kDims, 0, 1.75), 4 + 3);
  EXPECT_EQ(quantize(half, kDims, 9, -0.75), -2 + 3);
  const Quantization rows = Quantization::per_channel(0, {1, 2});
  EXPECT_EQ(quantize(rows, kDims, 4, 5), 5);
  EXPECT_EQ(quantize(rows, kDims, 5, 5), 2);
}

}  // namespace
}  // namespace trtlike::core
