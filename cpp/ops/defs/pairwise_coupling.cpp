// PairwiseCoupling: probabilities of classes that agree best with those of each pair of them (Wu,
// Lin and Weng's second method, by the iteration of LIBSVM, which ends early).
#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "ops/arithmetic.h"
#include "ops/elements.h"

namespace trtlike::ops {
namespace {

/// The number of classes that have so many pairs; 0 where there is none.
int64_t classes_of(int64_t pairs) {
  const auto classes =
      static_cast<int64_t>(std::lround((1 + std::sqrt(1 + 8 * static_cast<double>(pairs))) / 2));
  return pairs >= 1 && classes * (classes - 1) / 2 == pairs ? classes : 0;
}

void infer(const InferArgs& args) {
  check_float(args, 0, "pairs");
  const Dims& pairs = args.inputs[0].dims;
  TRTLIKE_CHECK(pairs.rank() == 2 && pairs[1] < (1 << 20) && classes_of(pairs[1]) >= 2,
                "[ops] input 0 'pairs': expected rows of a number for each pair of classes, got ",
                pairs, ".");
  args.outputs[0] = {args.inputs[0].dtype, {pairs[0], classes_of(pairs[1])}};
}

/// Pairs (0, 1), (0, 2), ..., (1, 2), ...: the probability of the first of the two.
void couple(const double* pairs, int64_t classes, double* p) {
  const auto at = [&](int64_t i, int64_t j) { return static_cast<size_t>(i * classes + j); };
  std::vector<double> r(static_cast<size_t>(classes * classes)), q(r.size(), 0.0);
  for (int64_t i = 0; i < classes; ++i)
    for (int64_t j = i + 1; j < classes; ++j) {
      r[at(i, j)] = *pairs++;
      r[at(j, i)] = 1 - r[at(i, j)];
    }
  for (int64_t i = 0; i < classes; ++i)
    for (int64_t j = 0; j < classes; ++j) {
      if (i == j) continue;
      q[at(i, i)] += r[at(j, i)] * r[at(j, i)];
      q[at(i, j)] = -r[at(j, i)] * r[at(i, j)];
    }
  std::fill(p, p + classes, 1.0 / static_cast<double>(classes));
  std::vector<double> qp(static_cast<size_t>(classes));
  for (int64_t step = 0; step < std::max<int64_t>(100, classes); ++step) {
    double total = 0, error = 0;
    for (int64_t i = 0; i < classes; ++i) {
      double& sum = qp[static_cast<size_t>(i)];
      sum = 0;
      for (int64_t j = 0; j < classes; ++j) sum += q[at(i, j)] * p[j];
      total += p[i] * sum;
    }
    for (const double sum : qp) error = std::max(error, std::abs(sum - total));
    if (error < 0.005 / static_cast<double>(classes)) return;
    for (int64_t i = 0; i < classes; ++i) {
      const double change = (total - qp[static_cast<size_t>(i)]) / q[at(i, i)];
      p[i] += change;
      total = (total + change * (change * q[at(i, i)] + 2 * qp[static_cast<size_t>(i)])) /
              ((1 + change) * (1 + change));
      for (int64_t j = 0; j < classes; ++j) {
        qp[static_cast<size_t>(j)] =
            (qp[static_cast<size_t>(j)] + change * q[at(i, j)]) / (1 + change);
        p[j] /= 1 + change;
      }
    }
  }
}

void reference(const ReferenceArgs& args) {
  const std::vector<double> pairs = read_elements(args.inputs[0]);
  const Dims &dims = args.inputs[0].dims, &out = args.outputs[0].dims;
  std::vector<double> p(static_cast<size_t>(args.outputs[0].elems()));
  for (int64_t row = 0; row < dims[0]; ++row)
    couple(pairs.data() + row * dims[1], out[1], p.data() + row * out[1]);
  write_elements(p, args.outputs[0]);
}

int64_t count_operations(const InferArgs& args) {
  const Dims& out = args.outputs[0].dims;
  return out[0] * out[1] * out[1] * 10;
}

}  // namespace

const OpDefinition& pairwise_coupling_op() {
  static const OpDefinition op{
      .name = "PairwiseCoupling",
      .meaning = "probabilities of classes from those of each pair of them",
      .layer_type = LayerType::PluginV3,
      .attributes = {},
      .inputs = {{.name = "pairs"}},
      .infer = infer,
      .reference = reference,
      .count_operations = count_operations,
  };
  return op;
}

}  // namespace trtlike::ops
