// Normal forms: what is equal at every value has one id, what is not has two.
#include "optimizer/expressions.h"

#include <gtest/gtest.h>

namespace trtlike::optimizer {
namespace {

using Id = Expressions::Id;

class ExpressionsTest : public testing::Test {
 protected:
  Expressions e;
  Id n = e.symbol("n", 1), m = e.symbol("m", 2), any = e.symbol("any", std::nullopt);
  Id number(int64_t value) { return e.constant(value); }
};

TEST_F(ExpressionsTest, sums_and_products_have_one_form) {
  EXPECT_EQ(e.add(n, m), e.add(m, n));
  EXPECT_EQ(e.subtract(e.add(n, m), m), n);
  EXPECT_EQ(e.multiply(e.add(n, number(2)), m), e.add(e.multiply(m, n), e.multiply(number(2), m)));
  EXPECT_EQ(e.subtract(n, n), number(0));
  EXPECT_NE(n, m);
  EXPECT_NE(e.multiply(n, n), e.multiply(n, m));
  EXPECT_EQ(e.symbol("n", 1), n);
}

TEST_F(ExpressionsTest, division_takes_out_what_divides) {
  EXPECT_EQ(e.floor_divide(e.multiply(number(6), n), 3), e.multiply(number(2), n));
  // (2n + 5) / 2 = n + 2, and (n - 1) / 2 + 1 = (n + 1) / 2, rounded down.
  EXPECT_EQ(e.floor_divide(e.add(e.multiply(number(2), n), number(5)), 2), e.add(n, number(2)));
  EXPECT_EQ(e.add(e.floor_divide(e.subtract(n, number(1)), 2), number(1)),
            e.floor_divide(e.add(n, number(1)), 2));
  EXPECT_NE(e.floor_divide(e.add(n, number(1)), 2), e.floor_divide(n, 2));
  EXPECT_NE(e.multiply(e.floor_divide(n, 2), number(2)), n);
}

TEST_F(ExpressionsTest, repeated_division_is_one) {
  const Id half = e.floor_divide(e.add(n, number(1)), 2);
  EXPECT_EQ(e.floor_divide(e.add(half, number(1)), 2), e.floor_divide(e.add(n, number(3)), 4));
  EXPECT_EQ(e.floor_divide(e.floor_divide(n, 3), 5), e.floor_divide(n, 15));
  EXPECT_EQ(e.floor_divide(number(-7), 2), number(-4));
}

TEST_F(ExpressionsTest, exact_quotients) {
  EXPECT_EQ(e.divide_exactly(e.multiply(e.multiply(number(12), n), m), e.multiply(number(4), m)),
            e.multiply(number(3), n));
  EXPECT_EQ(e.divide_exactly(e.add(n, m), e.add(n, m)), number(1));
  EXPECT_FALSE(e.divide_exactly(n, m));
  EXPECT_FALSE(e.divide_exactly(e.multiply(number(6), n), number(4)));
  // What may be 0 is no divisor.
  EXPECT_FALSE(e.divide_exactly(e.multiply(any, n), any));
}

TEST_F(ExpressionsTest, bounds) {
  EXPECT_EQ(e.least(e.add(e.multiply(n, m), number(3))), 5);
  EXPECT_EQ(e.least(e.subtract(n, number(3))), -2);
  EXPECT_FALSE(e.least(e.subtract(number(3), n)));
  EXPECT_FALSE(e.least(e.add(any, n)));
  EXPECT_EQ(e.least(e.floor_divide(e.add(m, number(5)), 3)), 2);
}

TEST_F(ExpressionsTest, the_larger_and_the_smaller) {
  EXPECT_EQ(e.maximum(n, n), n);
  EXPECT_EQ(e.maximum(n, number(1)), n);
  EXPECT_EQ(e.minimum(m, number(1)), number(1));
  EXPECT_EQ(e.maximum(n, m), e.maximum(m, n));
  EXPECT_NE(e.maximum(n, number(2)), n);
  EXPECT_EQ(e.least(e.maximum(n, m)), 2);
}

TEST_F(ExpressionsTest, numbers_too_large_to_add_are_still_equal_to_themselves) {
  const Id huge = number(int64_t{1} << 60);
  EXPECT_EQ(e.add(huge, huge), e.add(huge, huge));
  EXPECT_EQ(e.multiply(huge, huge), e.multiply(huge, huge));
  EXPECT_NE(e.multiply(huge, huge), e.multiply(huge, n));
}

}  // namespace
}  // namespace trtlike::optimizer
