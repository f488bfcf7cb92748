// Every tactic of MatrixMultiply and FusedMatrixMultiply against the op's reference.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/os/cpu.h"
#include "support/tactic_case.h"

namespace trtlike::kernels {
namespace {

using test::Storage;
using test::TacticCase;
using Attributes = std::vector<std::pair<std::string, AttributeValue>>;

constexpr int64_t kSizes[] = {1, 2, 5, 6, 7, 15, 16, 17, 33, 64, 65, 197};

/// Runs the problem through every tactic but the reference; those that take it must be right.
/// Gives how many did.
int check_all(TacticCase& problem, double tolerance) {
  int taken = 0;
  for (const Tactic* tactic : tactics_for(problem.problem().op->name)) {
    if (tactic->source == Source::Reference || problem.refusal(*tactic)) continue;
    ++taken;
    EXPECT_LE(problem.error(*tactic), tolerance) << tactic->name << " " << problem.describe();
  }
  return taken;
}

TEST(Matmul, extents_around_the_tiles_with_constant_weights) {
  for (const int64_t m : kSizes) {
    for (const int64_t n : kSizes) {
      for (const int64_t k : {1, 2, 7, 16, 33, 64, 197}) {
        TacticCase problem("MatrixMultiply", {});
        problem.input({m, k}).constant({k, n});
        EXPECT_GE(check_all(problem, 1e-5), 1) << problem.describe();
      }
    }
  }
}

TEST(Matmul, extents_around_the_tiles_with_two_activations) {
  for (const int64_t m : kSizes) {
    for (const int64_t n : kSizes) {
      for (const int64_t k : {1, 5, 16, 65}) {
        TacticCase problem("MatrixMultiply", {});
        problem.input({m, k}).input({k, n});
        EXPECT_GE(check_all(problem, 1e-5), 1) << problem.describe();
      }
    }
  }
}

TEST(Matmul, long_sums) {
  for (const int64_t k : {1023, 2048, 4100}) {
    TacticCase problem("MatrixMultiply", {});
    problem.input({13, k}).constant({k, 70});
    EXPECT_GE(check_all(problem, 1e-5), 1);
  }
}

TEST(Matmul, transposes_and_vectors) {
  const Dims a[] = {{3, 21, 35}, {3, 35, 21}, {3, 35}}, b[] = {{1, 35, 66}, {1, 66, 35}, {1, 35}};
  for (int op0 = 0; op0 < 3; ++op0) {
    for (int op1 = 0; op1 < 3; ++op1) {
      for (const bool constant : {false, true}) {
        TacticCase problem("MatrixMultiply", {{"op0", int64_t{op0}}, {"op1", int64_t{op1}}});
        problem.input(a[op0]);
        constant ? problem.constant(b[op1]) : problem.input(b[op1]);
        EXPECT_GE(check_all(problem, 1e-5), 1) << problem.describe();
      }
    }
  }
}

TEST(Matmul, leading_extents_broadcast) {
  const std::pair<Dims, Dims> cases[] = {
      {{2, 3, 9, 20}, {2, 3, 20, 17}}, {{2, 3, 9, 20}, {1, 1, 20, 17}},
      {{1, 1, 9, 20}, {2, 3, 20, 17}}, {{2, 1, 9, 20}, {1, 3, 20, 17}},
      {{1, 3, 9, 20}, {2, 3, 20, 17}}, {{4, 1, 1, 64}, {1, 1, 64, 100}}};
  for (const auto& [a, b] : cases) {
    for (const bool constant : {false, true}) {
      TacticCase problem("MatrixMultiply", {});
      problem.input(a);
      constant ? problem.constant(b) : problem.input(b);
      EXPECT_GE(check_all(problem, 1e-5), 1) << problem.describe();
    }
  }
}

/// Columns of one or a few vectors let tiles read B where it is, in each matrix of a batch.
TEST(Matmul, batches_of_every_number_of_columns) {
  const std::pair<Dims, Dims> batches[] = {
      {{3}, {3}}, {{1}, {3}}, {{3}, {1}}, {{2, 1}, {1, 3}}, {{2, 2}, {2, 2}}};
  const auto matrices = [](Dims batch, int64_t rows, int64_t columns) {
    std::vector<int64_t> dims(batch.begin(), batch.end());
    dims.insert(dims.end(), {rows, columns});
    return Dims(dims);
  };
  for (const auto& [batch_a, batch_b] : batches)
    for (const int64_t k : {1, 3, 9, 16})
      for (const int64_t n : {1, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 24, 32, 48, 64})
        for (const char* op : {"MatrixMultiply", "FusedMatrixMultiply"}) {
          TacticCase problem(op, {});
          problem.input(matrices(batch_a, 5, k)).input(matrices(batch_b, k, n));
          EXPECT_GE(check_all(problem, 1e-5), 1) << problem.describe();
        }
}

TEST(Matmul, bias_and_programs) {
  const std::string programs[] = {
      "",
      "in 1; v1 = relu v0; out v1",
      "in 1; v1 = gelu_erf v0; out v1",
      "in 1; v1 = gelu_tanh v0; out v1",
      "in 1; v1 = sigmoid v0; v2 = prod v0 v1; out v2",
      "in 1; v1 = tanh v0; out v1",
      "in 1; v1 = erf v0; v2 = constant 1; v3 = sum v1 v2; v4 = prod v3 v0; out v4",
  };
  for (const std::string& program : programs) {
    for (const int64_t m : {1, 6, 19}) {
      for (const bool bias : {false, true}) {
        TacticCase problem("FusedMatrixMultiply", {{"program", program}});
        problem.input({2, m, 40}).constant({1, 40, 75});
        bias ? problem.constant({1, 1, 75}) : problem.absent();
        SCOPED_TRACE(program);
        EXPECT_GE(check_all(problem, 2e-5), 1) << problem.describe();
      }
    }
  }
}

TEST(Matmul, operands_of_every_spread) {
  const Dims spreads[] = {{2, 3, 9, 33}, {1, 1, 1, 33}, {1, 1, 1, 1},
                          {2, 3, 9, 1},  {2, 1, 9, 33}, {1, 3, 1, 33}};
  for (const Dims& spread : spreads) {
    for (const bool constant : {false, true}) {
      TacticCase problem("FusedMatrixMultiply",
                         {{"program", "in 2; v2 = sum v0 v1; v3 = relu v2; out v3"}});
      problem.input({2, 3, 9, 20});
      constant ? problem.constant({1, 1, 20, 33}) : problem.input({1, 3, 20, 33});
      problem.absent().input(spread);
      EXPECT_GE(check_all(problem, 1e-5), 1) << problem.describe();
    }
  }
}

TEST(Matmul, programs_that_are_no_chain_read_their_operands) {
  const std::string program =
      "in 3; v3 = sum v0 v1; v4 = sigmoid v3; v5 = prod v4 v2; v6 = sum v5 v0; out v6";
  for (const Dims& second : {Dims{2, 9, 70}, Dims{1, 1, 70}, Dims{2, 9, 1}}) {
    for (const DataType to : {DataType::Float, DataType::Half}) {
      TacticCase problem("FusedMatrixMultiply", {{"program", program}});
      problem.input({2, 9, 20}).constant({1, 20, 70}).constant({70});
      problem.input({2, 1, 70}).input(second).output({to});
      EXPECT_GE(check_all(problem, to == DataType::Float ? 1e-5 : 1e-3), 1) << problem.describe();
    }
  }
}

TEST(Matmul, sixteen_bit_operands) {
  for (const DataType from : {DataType::Float, DataType::BF16, DataType::Half}) {
    for (const DataType to : {DataType::Float, DataType::BF16, DataType::Half}) {
      for (const int64_t m : {1, 4, 37}) {
        for (const DataType weights : {DataType::Float, DataType::BF16, DataType::Half}) {
          TacticCase problem("MatrixMultiply", {});
          problem.input({m, 130}, {from}).constant({130, 100}, {weights}).output({to});
          EXPECT_GE(check_all(problem, 1.2e-2), 1) << problem.describe();
          TacticCase both("MatrixMultiply", {});
          both.input({m, 130}, {from}).input({130, 100}, {weights}).output({to});
          EXPECT_GE(check_all(both, 1.2e-2), 1) << both.describe();
        }
      }
    }
  }
}

}  // namespace
}  // namespace trtlike::kernels
