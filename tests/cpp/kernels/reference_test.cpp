// What the reference tactic takes: operands of the types that its op's rule gives.
#include "kernels/reference/reference.h"

#include <gmock/gmock.h>

#include "support/tactic_case.h"

namespace trtlike {
namespace {

using test::Storage;
using test::TacticCase;
using ::testing::HasSubstr;

constexpr Storage kBF16{.dtype = DataType::BF16}, kHalf{.dtype = DataType::Half};

std::string refusal(TacticCase& problem, const char* op) {
  return problem.refusal(*kernels::reference_tactic(op)).value_or("");
}

TEST(ReferenceTactic, refuses_an_output_of_another_type_than_it_would_write) {
  TacticCase widened("Shuffle", {});
  widened.input({2, 3}, kBF16).output({});
  EXPECT_THAT(refusal(widened, "Shuffle"), HasSubstr("needs an output of bf16, got f32"));
  TacticCase narrowed("Shuffle", {});
  narrowed.input({2, 3}).output(kHalf);
  EXPECT_THAT(refusal(narrowed, "Shuffle"), HasSubstr("needs an output of f32, got f16"));
}

TEST(ReferenceTactic, refuses_operands_of_types_that_its_rule_does_not_take) {
  TacticCase mixed("ElementWise", {{"op", int64_t{0}}});
  mixed.input({4}).input({4}, kHalf).output({});
  EXPECT_THAT(refusal(mixed, "ElementWise"), HasSubstr("needs operands of other types"));
}

TEST(ReferenceTactic, takes_the_types_that_a_cast_is_for) {
  TacticCase cast("Cast", {{"to_type", static_cast<int64_t>(DataType::Half)}});
  cast.input({4}).output(kHalf);
  EXPECT_EQ(refusal(cast, "Cast"), "");
}

TEST(ReferenceTactic, takes_weights_of_another_type_than_it_computes_in) {
  TacticCase convolution("Convolution", {{"num_output_maps", int64_t{2}},
                                         {"kernel_size", std::vector<int64_t>{1, 1}}});
  convolution.input({1, 2, 3, 3}, kHalf).constant({2, 2, 1, 1}).absent().output(kHalf);
  EXPECT_EQ(refusal(convolution, "Convolution"), "");
}

TEST(ReferenceTactic, multiplies_matrices_of_different_types) {
  for (const char* op : {"MatrixMultiply", "FusedMatrixMultiply"}) {
    TacticCase product(op, {});
    product.input({2, 3}).constant({3, 4}, kHalf).output({});
    EXPECT_EQ(refusal(product, op), "");
    EXPECT_LT(product.error(*kernels::reference_tactic(op)), 1e-6);
  }
}

TEST(ReferenceTactic, writes_the_type_that_its_rule_gives_whatever_it_reads) {
  TacticCase program("PointWise", {{"program", std::string("in 2; v2 = sum v0 v1; out v2")}});
  program.input({4}).input({4}, kHalf).output(kHalf);
  EXPECT_THAT(refusal(program, "PointWise"), HasSubstr("needs an output of f32, got f16"));
}

}  // namespace
}  // namespace trtlike
