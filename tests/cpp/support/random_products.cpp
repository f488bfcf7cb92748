// Random products of matrices, with and without an epilogue, and sums of products by letters.
#include <cmath>

#include "support/random_problem.h"

namespace trtlike::test {
namespace {

struct Operands {
  Dims a, b;
  int64_t op_a = 0, op_b = 0;
  int64_t m = 1, n = 1, k = 1;
  bool strassen = false;
};

Dims matrix(const Dims& batch, int64_t rows, int64_t columns, int64_t op) {
  Dims out = batch;
  if (op == 1) std::swap(rows, columns);
  if (op != 2) out.push_back(rows);
  out.push_back(columns);
  return out;
}

Operands draw_operands(Random& random) {
  Operands out;
  // Large enough for Strassen's algorithm, and in multiples of its panels.
  out.strassen = random.one_in(12);
  if (out.strassen) {
    out.m = random.between(24, 40);
    out.k = 2 * random.between(64, 66);
    out.n = random.of<int64_t>({32, 128, 128});
    out.op_b = random.between(0, 1);
  } else {
    do {
      out.m = random.extent();
      out.n = random.one_in(8) ? random.of<int64_t>({48, 64, 65, 72}) : random.extent();
      out.k = random.one_in(8) ? random.between(33, 100) : random.extent();
    } while (out.m * out.n * out.k > 30000);
    out.op_a = random.of<int64_t>({0, 0, 0, 1, 2});
    out.op_b = random.of<int64_t>({0, 0, 0, 1, 1, 2});
  }
  if (out.op_a == 2) out.m = 1;
  if (out.op_b == 2) out.n = 1;
  Dims batch, batch_a, batch_b;
  if (!out.strassen) {
    for (int64_t rank = random.of<int64_t>({0, 0, 1, 1, 2}); rank > 0; --rank) {
      batch.push_back(random.of<int64_t>({1, 3, 3}));
      batch_a.push_back(random.one_in(5) ? 1 : batch[batch.rank() - 1]);
      batch_b.push_back(random.one_in(5) ? 1 : batch[batch.rank() - 1]);
    }
  }
  if (random.one_in(4)) batch_b = {};
  if (batch_b.rank() > 0 && random.one_in(6)) batch_a = {};
  out.a = matrix(batch_a, out.m, out.k, out.op_a);
  // A vector on the right has the depth as its extent.
  out.b = out.op_b == 2 ? matrix(batch_b, 1, out.k, 2) : matrix(batch_b, out.k, out.n, out.op_b);
  return out;
}

/// How large a sum of k products is, and how exact one in another order.
double sum_scale(int64_t k) { return std::max(1.0, std::sqrt(static_cast<double>(k)) / 3); }

/// Operands are rounded to the type that is multiplied, sums and results to that of the output.
double tolerance_of(DataType in, DataType out, const std::string& program, int64_t k) {
  const double slope = slope_of(program, 4 * sum_scale(k) + 1);
  return slope * (1e-5 + 2 * rounding(out) + (in == DataType::Float ? 0 : rounding(in)));
}

RandomProblem make(Random& random, const char* op, const std::string& program, int operands) {
  const bool has_program = !program.empty();
  AttributeList attributes;
  if (has_program) attributes.emplace_back("program", program);
  const Operands shape = draw_operands(random);
  attributes.emplace_back("op0", shape.op_a);
  attributes.emplace_back("op1", shape.op_b);
  const DataType type = shape.strassen ? DataType::Float : random.float_type();
  const DataType weights = random.one_in(4) ? DataType::Float : type;
  const DataType stored = random.one_in(4) ? DataType::Float : type;
  TacticCase problem(op, attributes);
  problem.seed(random.seed()).threads(static_cast<int>(random.between(1, 3)));
  if (random.one_in(10)) problem.strict();
  const bool special = random.one_in(8);
  const auto mark = [&](int every) {
    if (special) problem.special(every, false);
  };
  problem.input(shape.a, {type});
  mark(30);
  const bool constant = shape.strassen || random.one_in(2);
  constant ? problem.constant(shape.b, {weights}) : problem.input(shape.b, {weights});
  if (!constant) mark(60);
  if (has_program) {
    const Dims output = output_dims("MatrixMultiply", {{"op0", shape.op_a}, {"op1", shape.op_b}},
                                    {shape.a, shape.b});
    const int64_t columns = random.one_in(8) ? 1 : shape.n;
    const Storage bias{random.one_in(4) ? DataType::Float : weights};
    const int64_t kind = random.between(0, 3);
    if (kind == 0) problem.absent();
    if (kind == 1) problem.input({columns}, bias);
    if (kind >= 2) problem.constant({columns}, bias);
    for (int i = 0; i < operands; ++i) {
      problem.input(random.one_in(2) ? output : random.repeating(output, false),
                    {random.one_in(4) ? random.float_type() : stored});
      mark(8);
    }
  }
  problem.output({stored});
  return {std::move(problem), tolerance_of(type, stored, program, shape.k), sum_scale(shape.k),
          special};
}

RandomProblem matrix_multiply(Random& random) { return make(random, "MatrixMultiply", "", 0); }

RandomProblem fused_matrix_multiply(Random& random) {
  const int operands = static_cast<int>(random.of<int64_t>({0, 0, 1, 1, 2}));
  return make(random, "FusedMatrixMultiply", random_epilogue(random, operands), operands);
}

RandomProblem einsum(Random& random) {
  const auto equation = random.of<std::string>(
      {"ij,jk->ik", "bij,bjk->bik", "i,i->", "ij->ji", "bhid,bhjd->bhij", "ii->i", "ij,ij->i"});
  std::vector<int64_t> extents;
  for (int i = 0; i < 26; ++i) extents.push_back(random.between(1, 9));
  TacticCase problem("Einsum", {{"equation", equation}});
  problem.seed(random.seed());
  Dims dims;
  for (const char c : equation + ",") {
    if (c >= 'a' && c <= 'z') dims.push_back(extents[static_cast<size_t>(c - 'a')]);
    if (c == ',' || c == '-') {
      problem.input(dims, {DataType::Float});
      dims = {};
    }
    if (c == '-') break;
  }
  return {std::move(problem), 1e-6, 1};
}

}  // namespace

std::vector<NamedGenerator> product_generators() {
  return {{"MatrixMultiply", matrix_multiply},
          {"FusedMatrixMultiply", fused_matrix_multiply},
          {"Einsum", einsum}};
}

}  // namespace trtlike::test
