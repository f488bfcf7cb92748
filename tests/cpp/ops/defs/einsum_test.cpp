// Einsum: elements as numpy computes them, equations that cannot be read, unknown extents.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/op_runner.h"

namespace trtlike::op_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

OpRunner einsum(const char* equation, std::vector<Tensor> operands) {
  return OpRunner("Einsum", {{"equation", std::string(equation)}}, std::move(operands));
}

TEST(Einsum, gives_what_numpy_gives) {
  EXPECT_THAT(einsum("bij,bjk->bik", {counting({2, 2, 3}), counting({2, 3, 2})}).elements(),
              ElementsAre(10, 13, 28, 40, 172, 193, 244, 274));
  EXPECT_THAT(einsum("...ij,...jk", {counting({2, 2}), counting({2, 2, 2})}).elements(),
              ElementsAre(2, 3, 6, 11, 6, 7, 26, 31));
  EXPECT_THAT(einsum("bhwc,hkc->bhwk", {counting({1, 2, 2, 2}), counting({2, 2, 2})}).elements(),
              ElementsAre(1, 3, 3, 13, 41, 59, 59, 85));
  EXPECT_THAT(einsum("ii->i", {counting({3, 3})}).elements(), ElementsAre(0, 4, 8));
  EXPECT_THAT(einsum(" i j -> ", {counting({2, 3})}).elements(), ElementsAre(15));
}

TEST(Einsum, an_implicit_output_is_alphabetical) {
  const OpRunner op = einsum("ba,c", {counting({2, 2}), counting({2})});
  EXPECT_EQ(op.dims(), (Dims{2, 2, 2}));
  EXPECT_THAT(op.elements(), ElementsAre(0, 0, 0, 2, 0, 1, 0, 3));
}

TEST(Einsum, unknown_extents_stay_unknown) {
  const OpRunner op = einsum("bij,bjk->bik", {Tensor{DataType::Float, {-1, -1, 3}, {}},
                                              Tensor{DataType::Float, {-1, 3, 4}, {}}});
  EXPECT_EQ(op.dims(), (Dims{-1, -1, 4}));
}

TEST(Einsum, an_empty_sum_is_zero) {
  EXPECT_THAT(einsum("ij->i", {counting({2, 0})}).elements(), ElementsAre(0, 0));
}

TEST(Einsum, refusals_name_the_equation) {
  const Tensor a = counting({2, 3});
  EXPECT_THAT(einsum("ij,jk->ik", {a}).refusal(), HasSubstr("each of the 1 operands, got 'ij,jk"));
  EXPECT_THAT(einsum("ijk->i", {a}).refusal(), HasSubstr("each axis of operand 0 of shape [2, 3]"));
  EXPECT_THAT(einsum("ij->k", {a}).refusal(), HasSubstr("only labels of operands in the output"));
  EXPECT_THAT(einsum("ij->ii", {a}).refusal(), HasSubstr("each label of the output once"));
  EXPECT_THAT(einsum("i.j->i", {a}).refusal(), HasSubstr("at most one ellipsis"));
  EXPECT_THAT(einsum("ij,jk->ik", {a, a}).refusal(), HasSubstr("got 3 and 2"));
}

}  // namespace
}  // namespace trtlike::op_test
