// Operation counts against numbers worked by hand.
#include "ops/arithmetic.h"

#include <gtest/gtest.h>

namespace trtlike::ops {
namespace {

using Ints = std::vector<int64_t>;
using List = std::vector<std::pair<std::string, AttributeValue>>;

int64_t count(const char* op, const List& given, const std::vector<Dims>& inputs) {
  const OpDefinition& definition = get_op(op);
  const Attributes attributes = complete_attributes(definition, given);
  std::vector<TensorType> types, outputs;
  for (const Dims& dims : inputs) types.push_back({DataType::Float, dims});
  const std::vector<HostValue> host(types.size());
  infer(definition, attributes, types, host, outputs);
  return count_operations(definition, attributes, types, outputs);
}

const Dims kAbsent = Dims::unknown_rank();

TEST(CountOperations, of_convolutions) {
  // 2 * (1 * 8 * 5 * 5 outputs) * 4 channels * 9 taps.
  const List same{{"pre_padding", Ints{1, 1}}, {"post_padding", Ints{1, 1}}};
  EXPECT_EQ(count("Convolution", same, {{1, 4, 5, 5}, {8, 4, 3, 3}}), 2 * 200 * 36);
  // Two groups: half the channels each.
  EXPECT_EQ(count("Convolution", {{"num_groups", int64_t{2}}}, {{1, 4, 5, 5}, {8, 2, 1, 1}}),
            2 * 200 * 2);
  // Behind it two instructions on each of the 200 outputs; constants are none.
  EXPECT_EQ(count("FusedConvolution",
                  {{"program",
                    std::string("in 1; v1 = constant 3; v2 = sum v0 v1; v3 = relu v2; out v3")}},
                  {{1, 4, 5, 5}, {8, 4, 1, 1}, kAbsent}),
            2 * 200 * 4 + 2 * 200);
}

TEST(CountOperations, of_deconvolutions_counts_each_input) {
  // 2 * (4 * 5 * 5 inputs) * 3 channels * 4 taps.
  EXPECT_EQ(count("Deconvolution", {{"stride", Ints{2, 2}}}, {{1, 4, 5, 5}, {4, 3, 2, 2}}),
            2 * 100 * 12);
}

TEST(CountOperations, of_products) {
  EXPECT_EQ(count("MatrixMultiply", {}, {{7, 3, 5}, {7, 5, 4}}), 2 * 7 * 3 * 5 * 4);
  EXPECT_EQ(count("Einsum", {{"equation", std::string("ij,jk->ik")}}, {{3, 5}, {5, 4}}),
            2 * 3 * 5 * 4);
  // Batch 1, 2 heads, 6 queries, 6 keys, depth 8 twice.
  EXPECT_EQ(count("Attention", {}, {{1, 2, 6, 8}, {1, 2, 6, 8}, {1, 2, 6, 8}}),
            2 * 2 * 36 * (8 + 8));
}

TEST(CountOperations, of_recurrent_cells) {
  // 10 steps, batch 2, 4 gates of 6 elements, each from 3 inputs and 6 hidden elements.
  EXPECT_EQ(count("LSTM", {{"hidden_size", int64_t{6}}}, {{10, 2, 3}, {1, 24, 3}, {1, 24, 6}}),
            2 * 10 * 2 * 4 * 6 * 9);
}

TEST(CountOperations, of_element_wise_work_and_of_moves) {
  EXPECT_EQ(count("ElementWise", {}, {{3, 4}, {1, 4}}), 12);
  EXPECT_EQ(count("Pooling", {{"window_size", Ints{2, 2}}}, {{1, 2, 4, 4}}), 2 * 9 * 4);
  EXPECT_EQ(count("Softmax", {}, {{3, 4}}), 60);
  EXPECT_EQ(count("Concatenation", {}, {{3, 4}, {3, 4}}), 0);
}

}  // namespace
}  // namespace trtlike::ops
