// Strassen's products against the op's reference: sizes around its tiles, programs, threads; what
// it refuses, and rows that it leaves to the plain product.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/os/cpu.h"
#include "support/tactic_case.h"

namespace trtlike::kernels {
namespace {

using test::TacticCase;

std::vector<const Tactic*> strassen_tactics(std::string_view op) {
  std::vector<const Tactic*> out;
  for (const Tactic* tactic : tactics_for(op))
    if (std::string_view(tactic->name).find("strassen") != std::string_view::npos &&
        tactic->needs <= core::cpu_isa())
      out.push_back(tactic);
  return out;
}

/// The plain product with the same tiles.
const Tactic& plain_of(const Tactic& tactic) {
  std::string name = tactic.name;
  name.erase(name.find("strassen_"), std::string_view("strassen_").size());
  return *find_tactic(tactic.ops[0], name);
}

void check(TacticCase& problem, double tolerance = 1e-5) {
  for (const Tactic* tactic : strassen_tactics(problem.problem().op->name)) {
    ASSERT_EQ(problem.refusal(*tactic), std::nullopt) << problem.describe();
    EXPECT_LE(problem.error(*tactic), tolerance) << tactic->name << " " << problem.describe();
  }
}

class Strassen : public testing::Test {
 protected:
  void SetUp() override {
    if (strassen_tactics("MatrixMultiply").empty()) GTEST_SKIP() << "not on this CPU";
  }
};

TEST_F(Strassen, rows_around_the_tiles) {
  for (const int64_t m : {24, 25, 26, 35, 36, 37, 38, 49, 50, 99, 197})
    for (const int64_t n : {128, 384}) {
      TacticCase problem("MatrixMultiply", {});
      problem.input({m, 136}).constant({136, n});
      check(problem);
    }
}

TEST_F(Strassen, depths_around_the_steps_and_in_parts) {
  for (const int64_t k : {128, 130, 142, 144, 146, 2050, 4100}) {
    TacticCase problem("MatrixMultiply", {});
    problem.input({27, k}).constant({k, 256});
    check(problem);
  }
}

TEST_F(Strassen, columns_of_transposed_weights) {
  TacticCase problem("MatrixMultiply", {{"op1", int64_t{1}}});
  problem.input({2, 31, 140}).constant({1, 256, 140});
  check(problem);
}

TEST_F(Strassen, rows_are_shared_where_columns_are_few) {
  for (const int threads : {1, 2, 3, 8, 64})
    for (const int64_t m : {24, 61, 99}) {
      TacticCase problem("MatrixMultiply", {});
      problem.input({m, 128}).constant({128, 128}).threads(threads);
      check(problem);
    }
}

TEST_F(Strassen, bias_and_programs) {
  const std::string programs[] = {
      "",
      "in 1; v1 = gelu_erf v0; out v1",
      "in 1; v1 = erf v0; v2 = constant 1; v3 = sum v1 v2; v4 = prod v3 v0; out v4",
  };
  for (const std::string& program : programs)
    for (const int64_t m : {24, 37})
      for (const bool bias : {false, true}) {
        TacticCase problem("FusedMatrixMultiply", {{"program", program}});
        problem.input({2, m, 130}).constant({1, 130, 256});
        bias ? problem.constant({1, 1, 256}) : problem.absent();
        SCOPED_TRACE(program);
        check(problem, 2e-5);
      }
}

TEST_F(Strassen, programs_read_their_operands_by_row_and_column) {
  for (const std::string program :
       {"in 3; v3 = sum v0 v1; v4 = sum v3 v2; out v4",
        "in 3; v3 = sum v0 v1; v4 = sigmoid v3; v5 = prod v4 v2; v6 = sum v5 v0; out v6"}) {
    TacticCase problem("FusedMatrixMultiply", {{"program", program}});
    problem.input({41, 130}).constant({130, 256}).constant({256}).input({41, 256}).input({41, 1});
    check(problem);
  }
}

TEST_F(Strassen, is_as_exact_as_the_plain_product) {
  TacticCase problem("MatrixMultiply", {});
  problem.input({64, 3072}).constant({3072, 128});
  for (const Tactic* tactic : strassen_tactics("MatrixMultiply"))
    EXPECT_LE(problem.error(*tactic), 2 * problem.error(plain_of(*tactic)) + 1e-7);
}

TEST_F(Strassen, rows_of_other_magnitudes_are_multiplied_plainly) {
  constexpr int64_t m = 31, k = 128;
  for (const float factor : {1e-3f, 1e3f, std::numeric_limits<float>::infinity()})
    for (const int64_t row : {0, 5, 15, 30}) {
      std::vector<float> a(m * k);
      for (size_t i = 0; i < a.size(); ++i) a[i] = std::sin(static_cast<float>(i));
      for (int64_t i = 0; i < k; ++i) a[static_cast<size_t>(row * k + i)] *= factor;
      TacticCase problem("MatrixMultiply", {});
      problem.input({m, k}).values(a).constant({k, 128});
      for (const Tactic* tactic : strassen_tactics("MatrixMultiply")) {
        // The row in the middle has no partner, so only a row that is not finite matters.
        if (row == 15 && std::isfinite(factor)) {
          EXPECT_LE(problem.error(*tactic), 1e-5);
          continue;
        }
        const auto values = problem.run(*tactic), plain = problem.run(plain_of(*tactic));
        ASSERT_EQ(values.size(), plain.size());
        for (size_t i = 0; i < values.size(); ++i)
          ASSERT_TRUE(values[i] == plain[i] || (std::isnan(values[i]) && std::isnan(plain[i])))
              << tactic->name << " row " << row << " times " << factor << ", element " << i;
      }
    }
}

/// 0 to 1, with the elements that `is_large` tells times `factor`.
template <typename F>
std::vector<float> scaled(int64_t count, float factor, F is_large) {
  std::vector<float> out(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i)
    out[static_cast<size_t>(i)] =
        std::abs(std::sin(static_cast<float>(i))) * (is_large(i) ? factor : 1.0f);
  return out;
}

TEST_F(Strassen, rows_whose_halves_are_of_other_magnitudes_are_multiplied_plainly) {
  constexpr int64_t m = 31, k = 256, n = 128;
  // The row in the middle has no partner.
  for (const int64_t only : {-1, 15}) {
    TacticCase problem("MatrixMultiply", {});
    const auto is_large = [&](int64_t i) { return (only < 0 || i / k == only) && i % k < k / 2; };
    problem.input({m, k}).values(scaled(m * k, 1e3f, is_large));
    const auto is_small = [](int64_t i) { return i / n < k / 2; };
    problem.constant({k, n}).values(scaled(k * n, 1e-3f, is_small));
    for (const Tactic* tactic : strassen_tactics("MatrixMultiply")) {
      EXPECT_EQ(problem.refusal(*tactic), std::nullopt);
      EXPECT_EQ(problem.run(*tactic), problem.run(plain_of(*tactic))) << tactic->name;
    }
  }
}

TEST_F(Strassen, refusals) {
  const auto refusal = [](int64_t m, int64_t k, int64_t n, bool strict, float last_column) {
    TacticCase problem("MatrixMultiply", {});
    std::vector<float> b(static_cast<size_t>(k * n), 0.5f);
    for (int64_t i = 0; i < k; ++i) b[static_cast<size_t>(i * n + n - 1)] = last_column;
    problem.input({m, k}).constant({k, n}).values(b);
    if (strict) problem.strict();
    return problem.refusal(*strassen_tactics("MatrixMultiply").back()).value_or("");
  };
  EXPECT_EQ(refusal(24, 128, 128, false, 1.0f), "");
  EXPECT_EQ(refusal(24, 128, 128, true, 1.0f), "does not keep the order of the direct sums");
  for (const auto& [m, k] : {std::pair{23, 128}, {24, 126}, {24, 129}})
    EXPECT_EQ(refusal(m, k, 128, false, 1.0f), "needs at least 24 rows and an even depth from 128");
  EXPECT_EQ(refusal(24, 128, 72, false, 1.0f), "needs columns in multiples of 32");
  for (const float other : {0.0f, 0.01f, 100.0f, std::numeric_limits<float>::infinity()})
    EXPECT_EQ(refusal(24, 128, 128, false, other), "needs columns of one magnitude");
}

TEST_F(Strassen, needs_one_constant_matrix_in_f32) {
  const Tactic& tactic = *strassen_tactics("MatrixMultiply").back();
  TacticCase activations("MatrixMultiply", {});
  activations.input({24, 128}).input({128, 128});
  EXPECT_EQ(activations.refusal(tactic), "needs one constant right operand");
  TacticCase halves("MatrixMultiply", {});
  halves.input({24, 128}, {DataType::Half}).constant({128, 128});
  EXPECT_EQ(halves.refusal(tactic), "needs operands in f32");
  TacticCase turned("MatrixMultiply", {{"op0", int64_t{1}}});
  turned.input({128, 24}).constant({128, 128});
  EXPECT_EQ(turned.refusal(tactic), "needs a left operand with adjacent columns");
}

}  // namespace
}  // namespace trtlike::kernels
