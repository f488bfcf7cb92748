// Pooling tactics against the op's reference: layouts, types, widths around the vector, padding.
#include "support/expect_tactics.h"

namespace trtlike::kernels {
namespace {

using test::expect_native_tactics;
using test::storage_tolerance;
using test::TacticCase;
using Attributes = std::vector<std::pair<std::string, AttributeValue>>;
using Ints = std::vector<int64_t>;

constexpr int64_t kAverage = 1, kRoundUp = 1;

void sweep(const Dims& dims, const Attributes& attributes, bool pitched = false) {
  for (const DataType dtype : {DataType::Float, DataType::Half, DataType::BF16})
    for (const Layout layout : {Layout::Linear, Layout::ChannelsLast}) {
      const bool pitch = pitched && layout == Layout::ChannelsLast;
      TacticCase problem("Pooling", attributes);
      problem.input(dims, {dtype, layout, pitch ? dims[1] + 5 : 0})
          .output({dtype, layout, pitch ? dims[1] + 3 : 0});
      expect_native_tactics(problem, storage_tolerance(dtype));
    }
}

TEST(PoolingTactics, maximum_at_every_width_around_the_vector) {
  for (const int64_t n : {1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 131})
    sweep({1, n, 6, n + 2}, {{"window_size", Ints{3, 3}},
                             {"stride", Ints{2, 2}},
                             {"pre_padding", Ints{1, 1}},
                             {"post_padding", Ints{1, 1}}});
}

TEST(PoolingTactics, averages_with_and_without_padding) {
  for (const bool excludes : {true, false})
    for (const int64_t stride : {1, 2, 3})
      sweep({2, 19, 9, 21}, {{"type", kAverage},
                             {"window_size", Ints{3, 4}},
                             {"stride", Ints{stride, stride}},
                             {"pre_padding", Ints{1, 2}},
                             {"post_padding", Ints{2, 1}},
                             {"padding_mode", kRoundUp},
                             {"average_count_excludes_padding", excludes}});
}

TEST(PoolingTactics, bands_of_wider_tensors) {
  sweep({2, 18, 5, 6}, {{"window_size", Ints{2, 2}}}, true);
}

TEST(PoolingTactics, dilation_and_other_ranks) {
  sweep({1, 5, 9, 10}, {{"window_size", Ints{3, 2}}, {"dilation", Ints{2, 4}}});
  sweep({3, 5, 21}, {{"type", kAverage}, {"window_size", Ints{5}}, {"stride", Ints{2}}});
  sweep({1, 6, 4, 5, 6}, {{"window_size", Ints{2, 3, 2}}, {"stride", Ints{1, 2, 2}}});
}

TEST(PoolingTactics, whole_channels) {
  for (const int64_t type : {0, 1})
    for (const int64_t n : {1, 7, 14, 50})
      sweep({2, 37, n, n}, {{"type", type}, {"window_size", Ints{n, n}}}, true);
}

TEST(PoolingTactics, one_position_may_change_the_layout) {
  TacticCase problem("Pooling", {{"type", kAverage}, {"window_size", Ints{7, 7}}});
  problem.input({1, 100, 7, 7}, {DataType::Float, Layout::ChannelsLast}).output({});
  expect_native_tactics(problem, storage_tolerance(DataType::Float));
  TacticCase other("Pooling", {{"window_size", Ints{2, 2}}});
  other.input({1, 3, 7, 7}, {DataType::Float, Layout::ChannelsLast}).output({});
  EXPECT_EQ(other.refusal(*find_tactic("Pooling", "pooling_portable")),
            "needs an output in the input's layout");
}

TEST(PoolingTactics, windows_on_padding_only_are_the_neutral_element) {
  const Attributes attributes = {{"type", kAverage},
                                 {"window_size", Ints{1, 1}},
                                 {"pre_padding", Ints{1, 2}},
                                 {"post_padding", Ints{1, 1}}};
  sweep({1, 5, 2, 2}, attributes);
}

}  // namespace
}  // namespace trtlike::kernels
