// Elements that are known before run time: how many at most, of which types, and how they are read.
#include "ops/host_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trtlike::ops {
namespace {

using testing::ElementsAre;
using testing::Optional;

template <typename T>
core::TensorView view(std::vector<T>& elements, DataType dtype) {
  return {elements.data(), dtype, {static_cast<int64_t>(elements.size())}};
}

TEST(HostValues, few_elements_of_integers_and_truth_values_are_known) {
  std::vector<int32_t> ints{-3, 4};
  EXPECT_THAT(known_elements(view(ints, DataType::Int32)), Optional(ElementsAre(-3, 4)));
  std::vector<uint8_t> truths{1, 0};
  EXPECT_THAT(known_elements(view(truths, DataType::Bool)), Optional(ElementsAre(1, 0)));
  std::vector<float> floats{1};
  EXPECT_EQ(known_elements(view(floats, DataType::Float)), std::nullopt);
  std::vector<int64_t> most(static_cast<size_t>(kMaxKnownElements), 7);
  EXPECT_TRUE(known_elements(view(most, DataType::Int64)).has_value());
  most.push_back(7);
  EXPECT_EQ(known_elements(view(most, DataType::Int64)), std::nullopt);
}

TEST(HostValues, the_number_that_stands_for_unknown_elements_is_read_as_its_neighbour) {
  std::vector<int64_t> elements{kUnknownElement};
  const HostValue known = known_elements(view(elements, DataType::Int64));
  EXPECT_TRUE(is_known(known));
  EXPECT_THAT(known, Optional(ElementsAre(kUnknownElement + 1)));
}

TEST(HostValues, are_written_in_the_type_of_the_tensor) {
  std::vector<int32_t> ints(2);
  write_host_elements(std::vector<int64_t>{5, -6}, view(ints, DataType::Int32));
  EXPECT_THAT(ints, ElementsAre(5, -6));
}

}  // namespace
}  // namespace trtlike::ops
