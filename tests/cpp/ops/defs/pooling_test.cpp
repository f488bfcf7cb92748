// Pooling's reference against ONNX Runtime, and its shape rule.
#include "support/run_op.h"

namespace trtlike::ops {
namespace {

using test::AttributeList;
using test::expect_error;
using test::expect_tensor;
using test::infer_op;
using test::pattern;
using test::run_op;
using test::Tensor;
using Ints = std::vector<int64_t>;

constexpr int64_t kMax = 0, kAverage = 1, kBlend = 2;
constexpr int64_t kRoundUp = 1, kSameLower = 3;

TEST(Pooling, maximum_leaves_padding_out) {
  expect_tensor(run_op("Pooling", {pattern({1, 2, 5, 6})},
                       {{"window_size", Ints{3, 3}},
                        {"stride", Ints{2, 2}},
                        {"pre_padding", Ints{1, 1}},
                        {"post_padding", Ints{1, 1}}}),
                {1, 2, 3, 3},
                {-0.125, 1.375, 2.25, 2.375, 0.75, 2.25, 2.5, 2.5, 1, 1.875, 2, -0.25, 1.25, 2.125,
                 2.25, 0, 1.5, 2.375});
}

TEST(Pooling, rounding_up_keeps_partial_windows) {
  expect_tensor(
      run_op("Pooling", {pattern({1, 2, 5, 6})},
             {{"window_size", Ints{2, 2}}, {"stride", Ints{2, 2}}, {"padding_mode", kRoundUp}}),
      {1, 2, 3, 3},
      {-0.125, 1.375, 2.25, 2.375, 0.125, 1.625, 2.5, -1.125, 0.375, 1.875, 2, -0.25, 0.625, 2.125,
       2.25, -0.625, 0.875, 2.375});
}

TEST(Pooling, windows_can_be_dilated) {
  expect_tensor(run_op("Pooling", {pattern({1, 2, 5, 6})},
                       {{"window_size", Ints{2, 2}}, {"dilation", Ints{2, 3}}}),
                {1, 2, 3, 3},
                {1.375, 2.125, 1.625, 2.375, 1.5, 2.25, 1.75, 2.5, 1.625, 2.125, 1.875, 1.375, 1.5,
                 2.25, 2, 2.125, 1.625, 2.375});
}

TEST(Pooling, same_lower_pads_before) {
  expect_tensor(
      run_op("Pooling", {pattern({1, 2, 5, 6})},
             {{"window_size", Ints{2, 3}}, {"stride", Ints{2, 2}}, {"padding_mode", kSameLower}}),
      {1, 2, 3, 3},
      {-0.125, 1.375, 2.125, -0.75, 0.75, 2.25, 2.5, 2.5, 1, 1.875, 1.875, -0.25, 1.25, 2.125,
       2.125, 0, 1.5, 2.375});
}

TEST(Pooling, average_counts_elements_only) {
  expect_tensor(
      run_op("Pooling", {pattern({1, 2, 5, 6})},
             {{"type", kAverage},
              {"window_size", Ints{3, 3}},
              {"stride", Ints{2, 2}},
              {"pre_padding", Ints{1, 1}},
              {"post_padding", Ints{1, 1}}}),
      {1, 2, 3, 3},
      {-0.8125, 0.3125, 0.9583333, -0.8958333, -0.625, 0.875, 1.15625, -0.7083333, -0.0625, 1.1875,
       -0.25, -1.3125, 0.25, 0.8055556, -0.5416667, -0.6875, 0.4375, 1.083333});
}

TEST(Pooling, average_counts_asked_padding_but_not_what_rounding_adds) {
  expect_tensor(
      run_op("Pooling", {pattern({1, 2, 5, 6})},
             {{"type", kAverage},
              {"window_size", Ints{3, 3}},
              {"stride", Ints{2, 2}},
              {"pre_padding", Ints{1, 0}},
              {"post_padding", Ints{1, 0}},
              {"padding_mode", kRoundUp},
              {"average_count_excludes_padding", false}}),
      {1, 2, 3, 3},
      {-0.2916667, 0.7083333, 0.6041667, -0.8055556, 0.125, 1.25, 0.1666667, -0.5416667, 0.2083333,
       0.4722222, -0.8055556, -0.625, 0.625, 0.4166667, -1.020833, -0.2083333, 0.7916667, 0.6875});
}

TEST(Pooling, one_and_three_spatial_axes) {
  expect_tensor(run_op("Pooling", {pattern({1, 2, 7})},
                       {{"type", kAverage},
                        {"window_size", Ints{3}},
                        {"stride", Ints{2}},
                        {"pre_padding", Ints{1}},
                        {"post_padding", Ints{1}},
                        {"average_count_excludes_padding", false}}),
                {1, 2, 4},
                {-0.3333333, 0.625, 0.4166667, -1.25, -0.25, 0.75, 0.5416667, -1.166667});
  expect_tensor(run_op("Pooling", {pattern({1, 1, 3, 3, 3})}, {{"window_size", Ints{2, 2, 2}}}),
                {1, 1, 2, 2, 2}, {2.125, 2.25, 2.125, 2.125, 2.375, 2.25, 2.5, 2.5});
}

TEST(Pooling, blend_mixes_maximum_and_mean) {
  const Tensor x(DataType::Float, {1, 1, 2, 2}, {1, 2, 3, 6});
  expect_tensor(run_op("Pooling", {x},
                       {{"type", kBlend}, {"window_size", Ints{2, 2}}, {"blend_factor", 0.25}}),
                {1, 1, 1, 1}, {0.75 * 6 + 0.25 * 3});
}

TEST(Pooling, unknown_extents_stay_unknown) {
  const AttributeList attributes = {{"window_size", Ints{3, 3}}, {"stride", Ints{2, 2}}};
  EXPECT_EQ(infer_op("Pooling", {{DataType::Float, {-1, 8, -1, 9}}}, attributes)[0].dims,
            (Dims{-1, 8, -1, 4}));
}

TEST(Pooling, refusals_name_what_does_not_fit) {
  const auto message = [](const Dims& dims, const AttributeList& attributes, const char* part) {
    expect_error<UserError>([&] { infer_op("Pooling", {{DataType::Float, dims}}, attributes); },
                            part);
  };
  message({1, 2}, {{"window_size", Ints{2}}}, "expected rank 3, 4 or 5, got rank 2");
  message({1, 2, 5, 5}, {{"window_size", Ints{2}}}, "'window_size': expected 2 numbers, got [2]");
  message({1, 2, 5, 5}, {{"window_size", Ints{2, 2}}, {"type", int64_t{4}}},
          "'type': expected MAX (0)");
  message({1, 2, 5, 2}, {{"window_size", Ints{3, 3}}}, "spatial extents of at least 3");
  expect_error<UserError>(
      [] { infer_op("Pooling", {{DataType::Bool, {1, 2, 3}}}, {{"window_size", Ints{2}}}); },
      "expected numbers, got BOOL");
}

}  // namespace
}  // namespace trtlike::ops
