// Reduction tactics against the op's reference: every set of axes, layouts, types, widths.
#include <cmath>

#include "support/expect_tactics.h"

namespace trtlike::kernels {
namespace {

using test::expect_native_tactics;
using test::storage_tolerance;
using test::TacticCase;

constexpr int64_t kSum = 0, kProd = 1, kMax = 2, kMin = 3, kAvg = 4;

/// Factors whose products stay in the range of every type.
std::vector<float> near_one(int64_t count) {
  std::vector<float> out;
  for (int64_t i = 0; i < count; ++i)
    out.push_back(1.0f + static_cast<float>(i * 7919 % 31 - 15) / 256);
  return out;
}

void sweep_types(const Dims& dims, int64_t op, int64_t axes, bool keep, Layout in, Layout out,
                 int64_t pitch = 0) {
  for (const DataType dtype : {DataType::Float, DataType::Half, DataType::BF16}) {
    TacticCase problem("Reduce", {{"op", op}, {"axes", axes}, {"keep_dims", keep}});
    problem.input(dims, {dtype, in, pitch}).output({dtype, out});
    if (op == kProd) problem.values(near_one(core::elems(dims)));
    expect_native_tactics(problem, 2 * storage_tolerance(dtype));
  }
}

TEST(ReduceTactics, every_set_of_axes_of_linear_tensors) {
  for (int64_t axes = 0; axes < 16; ++axes)
    for (const bool keep : {false, true})
      sweep_types({3, 5, 4, 19}, kAvg, axes, keep, Layout::Linear, Layout::Linear);
}

TEST(ReduceTactics, every_operation_at_every_width_around_the_vector) {
  for (const int64_t op : {kSum, kProd, kMax, kMin, kAvg})
    for (const int64_t n : {1, 3, 4, 5, 8, 9, 15, 16, 17, 63, 64, 65, 130}) {
      sweep_types({3, n}, op, 0b10, false, Layout::Linear, Layout::Linear);
      sweep_types({4, n}, op, 0b01, false, Layout::Linear, Layout::Linear);
    }
}

TEST(ReduceTactics, spatial_axes_of_channels_last_tensors) {
  for (const int64_t channels : {1, 7, 16, 50, 200}) {
    sweep_types({2, channels, 5, 3}, kAvg, 0b1100, true, Layout::ChannelsLast,
                Layout::ChannelsLast);
    sweep_types({2, channels, 5, 3}, kMax, 0b1100, false, Layout::ChannelsLast, Layout::Linear,
                channels + 9);
  }
}

TEST(ReduceTactics, channels_of_channels_last_tensors) {
  sweep_types({2, 37, 4, 3}, kSum, 0b0010, true, Layout::ChannelsLast, Layout::ChannelsLast);
  sweep_types({2, 37, 4, 3}, kMin, 0b0010, false, Layout::ChannelsLast, Layout::Linear, 40);
}

TEST(ReduceTactics, everything_into_one) {
  sweep_types({7, 300}, kSum, 0b11, false, Layout::Linear, Layout::Linear);
  sweep_types({1, 20, 6, 6}, kMax, 0b1111, false, Layout::ChannelsLast, Layout::Linear, 21);
}

TEST(ReduceTactics, an_output_in_another_order_is_refused) {
  TacticCase problem("Reduce", {{"axes", int64_t{1}}, {"keep_dims", true}});
  problem.input({2, 3, 4, 5}, {DataType::Float, Layout::ChannelsLast}).output({});
  EXPECT_EQ(problem.refusal(*find_tactic("Reduce", "reduce_portable")),
            "needs an output in the input's order");
}

TEST(ReduceTactics, extremes_keep_nans_and_nothing_else_does) {
  for (const int64_t axes : {0b01, 0b10})
    for (const int64_t op : {kMax, kMin})
      for (const Tactic* tactic : tactics_for("Reduce")) {
        if (!(tactic->needs <= core::cpu_isa())) continue;
        std::vector<float> values(40 * 40, 1.0f);
        values[40 * 7 + 23] = NAN;
        TacticCase problem("Reduce", {{"op", op}, {"axes", axes}});
        problem.input({40, 40}).values(values).output({});
        const std::vector<float> out = problem.run(*tactic);
        for (size_t i = 0; i < out.size(); ++i)
          EXPECT_EQ(std::isnan(out[i]), i == (axes == 0b10 ? 7u : 23u)) << tactic->name << i;
      }
}

}  // namespace
}  // namespace trtlike::kernels
