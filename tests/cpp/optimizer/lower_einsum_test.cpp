// Einsum(a, b) -> Shuffle(MatrixMultiply(Shuffle(a), Shuffle(b))).
#include <gmock/gmock.h>

#include "support/build_graph.h"
#include "support/rules.h"

namespace trtlike::test {
namespace {

constexpr const char* kRule = "lower_einsum";

ir::Graph einsum(const std::string& equation, const std::vector<Dims>& operands) {
  ir::Graph graph;
  std::vector<ir::ValueId> inputs;
  for (size_t i = 0; i < operands.size(); ++i)
    inputs.push_back(graph.add_input("x" + std::to_string(i), DataType::Float, operands[i]));
  graph.mark_output(graph.add("Einsum", "einsum", inputs, {{"equation", equation}}));
  return graph;
}

TEST(LowerEinsum, becomes_a_matrix_product) {
  const struct {
    const char* equation;
    Dims a, b;
  } cases[] = {
      {"ij,jk->ik", {3, 4}, {4, 5}},
      {"ij,kj->ik", {3, 4}, {5, 4}},
      {"ij,jk->ki", {3, 4}, {4, 5}},
      {"bhid,bhjd->bhij", {2, 3, 4, 5}, {2, 3, 6, 5}},
      {"bihd,bjhd->bhij", {2, 4, 3, 5}, {2, 6, 3, 5}},
      {"bhij,bjhd->bihd", {2, 3, 4, 6}, {2, 6, 3, 5}},
      {"bhwc,hkc->bhwk", {2, 3, 4, 5}, {3, 6, 5}},
      {"bcij,cijk->bk", {2, 3, 4, 5}, {3, 4, 5, 6}},
      {"bsnd,ndh->bsh", {2, 3, 4, 5}, {4, 5, 6}},
      {"bsh,hnd->bsnd", {2, 3, 6}, {6, 4, 5}},
      {"i,i->", {4}, {4}},
      {"bi,bi->b", {3, 4}, {3, 4}},
      {"ij,j->i", {3, 4}, {4}},
      {"...ij,jk->...ik", {2, 2, 3, 4}, {4, 5}},
      {"b...ij,b...jk->b...ik", {2, 1, 3, 4}, {2, 5, 4, 3}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.equation);
    ir::Graph graph = einsum(c.equation, {c.a, c.b});
    expect_rule_keeps_numbers(graph, kRule);
    EXPECT_THAT(op_names(graph), testing::HasSubstr("MatrixMultiply"));
  }
}

TEST(LowerEinsum, unknown_extents_stay) {
  const struct {
    const char* equation;
    Dims a, b;
  } cases[] = {
      {"bhid,bhjd->bhij", {-1, 3, -1, 5}, {-1, 3, -1, 5}},
      {"bsnd,ndh->bsh", {1, -1, 4, 5}, {4, 5, 6}},
      {"bsh,hnd->bsnd", {1, -1, 6}, {6, 4, 5}},
      {"bsnd,ndh->bsh", {-1, -1, 4, 5}, {4, 5, 6}},
      {"bxhd,bhde->bxhe", {-1, -1, 3, 5}, {-1, 3, 5, 4}},
      {"bsnd,dh->bsnh", {-1, -1, 3, 5}, {5, 6}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.equation);
    ir::Graph graph = einsum(c.equation, {c.a, c.b});
    expect_rule_keeps_numbers(graph, kRule);
  }
}

TEST(LowerEinsum, products_without_a_sum_are_broadcast) {
  for (const char* equation : {"bi,bj->bij", "bi,bj->jbi", "bi,bj->ijb"}) {
    SCOPED_TRACE(equation);
    ir::Graph graph = einsum(equation, {{2, 3}, {2, 4}});
    expect_rule_keeps_numbers(graph, kRule);
    EXPECT_THAT(op_names(graph), testing::HasSubstr("ElementWise"));
  }
  ir::Graph graph = einsum("ij,ij->ji", {{2, 3}, {2, 3}});
  expect_rule_keeps_numbers(graph, kRule);
}

TEST(LowerEinsum, one_operand_is_moved_and_summed) {
  for (const char* equation : {"ijk->kji", "ijk->ki", "ijk->"}) {
    SCOPED_TRACE(equation);
    ir::Graph graph = einsum(equation, {{2, 3, 4}});
    expect_rule_keeps_numbers(graph, kRule);
  }
}

TEST(LowerEinsum, refuses_diagonals_three_operands_and_sums_over_one) {
  ir::Graph diagonal = einsum("ii->i", {{3, 3}});
  expect_rule_refuses(diagonal, kRule);
  ir::Graph three = einsum("ij,jk,kl->il", {{2, 3}, {3, 4}, {4, 5}});
  expect_rule_refuses(three, kRule);
  ir::Graph one_sided = einsum("ij,kl->il", {{2, 3}, {4, 5}});
  expect_rule_refuses(one_sided, kRule);
  ir::Graph merged = einsum("bsn,hdn->bshd", {{2, 3, 6}, {-1, -1, 6}});
  expect_rule_refuses(merged, kRule);
}

}  // namespace
}  // namespace trtlike::test
