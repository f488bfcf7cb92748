// Resize tactics against the reference: layouts, types, widths around the vector, all modes; and
// the loops of each instruction set against each other's reference.
#include "kernels/resize/resize.h"

#include <gtest/gtest.h>

#include "core/os/cpu.h"
#include "support/tactic_runner.h"

namespace trtlike::op_test {
namespace {

using Ints = std::vector<int64_t>;

Given to_shape(Ints shape, int64_t mode, int64_t coordinates = 2) {
  return {{"shape", shape}, {"resize_mode", mode}, {"coordinate_transformation", coordinates}};
}

double tolerance(DataType dtype) {
  if (dtype == DataType::Half) return 1e-3;
  return dtype == DataType::BF16 ? 8e-3 : 1e-6;
}

TEST(ResizeTaps, interpolates_interleaved_channels) {
  for (const DataType dtype : {DataType::Float, DataType::Half, DataType::BF16})
    for (const int64_t channels : {1, 3, 8, 15, 16, 17, 40})
      for (const int64_t gap : {0, 3})
        for (const int64_t mode : {1, 2})
          TacticRunner("Resize", to_shape({2, channels, 7, 9}, mode),
                       {spread({2, channels, 4, 5}, dtype)})
              .store_input(0, channels_last(gap))
              .store_output(channels_last(gap))
              .expect_reference("resize_taps", tolerance(dtype));
}

TEST(ResizeTaps, interpolates_planes) {
  for (const DataType dtype : {DataType::Float, DataType::Half, DataType::BF16})
    for (const int64_t width : {1, 2, 7, 8, 9, 15, 16, 17, 33})
      for (const int64_t mode : {0, 1, 2})
        TacticRunner("Resize", to_shape({2, 3, 5, 2 * width - 1}, mode, 0),
                     {spread({2, 3, 3, width}, dtype)})
            .expect_reference("resize_taps", tolerance(dtype));
}

TEST(ResizeTaps, keeps_coordinate_modes_and_ranks) {
  for (int64_t coordinates = 0; coordinates < 6; ++coordinates) {
    TacticRunner("Resize", to_shape({1, 2, 3, 20}, 1, coordinates), {spread({1, 2, 6, 9})})
        .expect_reference("resize_taps", 1e-6);
    TacticRunner("Resize", to_shape({2, 5, 20}, 1, coordinates), {spread({2, 5, 9})})
        .store_input(0, channels_last())
        .store_output(channels_last(1))
        .expect_reference("resize_taps", 1e-6);
  }
  TacticRunner("Resize", to_shape({7}, 1), {spread({4})}).expect_reference("resize_taps", 1e-6);
  TacticRunner("Resize", to_shape({2, 1, 2, 4, 6}, 1), {spread({2, 1, 2, 3, 3})})
      .expect_reference("resize_taps", 1e-6);
}

TEST(ResizeTaps, follows_scales) {
  TacticRunner("Resize",
               {{"scales", std::vector<double>{1, 1, 1.7, 0.6}}, {"resize_mode", int64_t{1}}},
               {spread({1, 4, 5, 40})})
      .expect_reference("resize_taps", 1e-6);
}

TEST(ResizeTaps, refuses_other_axes_and_types) {
  EXPECT_EQ(TacticRunner("Resize", to_shape({1, 4, 4, 4}, 1), {spread({1, 2, 4, 4})})
                .refusal("resize_taps"),
            "needs to keep all axes but the last two, got [1, 2, 4, 4] to [1, 4, 4, 4]");
  EXPECT_EQ(TacticRunner("Resize", to_shape({1, 2, 8, 8}, 1), {spread({1, 2, 4, 4})})
                .store_output(channels_last())
                .refusal("resize_taps"),
            "needs one layout of linear and channels_last, got linear and channels_last");
  EXPECT_EQ(TacticRunner("Resize", to_shape({1, 8}, 1), {spread({1, 4}, DataType::Int8)})
                .refusal("resize_taps"),
            "needs f32, f16 or bf16, got s8");
}

TEST(ResizeNearest, repeats_pixels_of_any_type) {
  for (const DataType dtype : {DataType::Float, DataType::BF16, DataType::Int8, DataType::Int64})
    for (const Ints& shape : {Ints{2, 3, 8, 10}, Ints{2, 3, 7, 3}, Ints{2, 3, 4, 15}}) {
      TacticRunner("Resize", to_shape(shape, 0, 1), {spread({2, 3, 4, 5}, dtype)})
          .expect_reference("resize_nearest");
      for (const int64_t gap : {0, 2})
        TacticRunner("Resize", to_shape(shape, 0, 1), {spread({2, 3, 4, 5}, dtype)})
            .store_input(0, channels_last(gap))
            .store_output(channels_last(2 * gap))
            .expect_reference("resize_nearest");
    }
}

TEST(ResizeNearest, doubles_in_slices) {
  for (const int threads : {1, 3})
    TacticRunner("Resize", to_shape({1, 8, 80, 82}, 0, 1), {spread({1, 8, 40, 41})})
        .threads(threads)
        .expect_reference("resize_nearest");
}

TEST(ResizeNearest, refuses_linear) {
  EXPECT_EQ(TacticRunner("Resize", to_shape({1, 8}, 1), {spread({1, 4})}).refusal("resize_nearest"),
            "needs mode NEAREST");
}

TEST(ResizeLoops, agree_between_instruction_sets) {
  std::vector<const kernels::resize::TapLoops*> all = {&kernels::resize::kPortable};
#if defined(__x86_64__)
  if (core::cpu_isa() >= core::Isa::Avx2) all.push_back(&kernels::resize::kAvx2);
  if (core::cpu_isa() >= core::Isa::Avx512) all.push_back(&kernels::resize::kAvx512);
#endif
  kernels::resize::Images images;
  images.channels = 19;
  images.in_pitch = images.out_pitch = 19;
  images.y = {.in = 1, .out = 1, .taps = 1, .indices = {0}, .weights = {1}, .is_identity = true};
  images.x = {.in = 2,
              .out = 1,
              .taps = 2,
              .indices = {0, 1},
              .weights = {0.25f, 0.75f},
              .is_identity = false};
  std::vector<float> in(38), planar_in = {8, 16};
  for (size_t i = 0; i < in.size(); ++i) in[i] = static_cast<float>(i);
  for (const kernels::resize::TapLoops* loops : all) {
    std::vector<float> out(19, -1), scratch(200);
    loops->interleaved[0]({&images, in.data(), out.data(), 0, 1, scratch.data()});
    for (size_t c = 0; c < 19; ++c)
      EXPECT_FLOAT_EQ(out[c], static_cast<float>(c) + 0.75f * 19) << c;
    loops->planar[0]({&images, planar_in.data(), out.data(), 0, 1, scratch.data()});
    EXPECT_FLOAT_EQ(out[0], 14);
  }
}

}  // namespace
}  // namespace trtlike::op_test
