// SVMRegressor and SVMClassifier: kernels of rows and support vectors, their products with
// coefficients, and votes.
#include "onnx/classifiers.h"
#include "onnx/extents.h"
#include "ops/shapes/reduce_shape.h"

namespace trtlike::onnx {
namespace {

using Op = ElementWiseOperation;
using Floats = std::vector<double>;

ValueId times_transposed(NodeContext& node, ValueId x, ValueId rows) {
  return node.add("MatrixMultiply", {x, rows}, {{"op1", enum_number(MatrixOperation::Transpose)}},
                  "products");
}

/// exp(-gamma |x - v|^2) for each row and vector, without the cancellation of x x - 2 x v + v v.
ValueId radial_kernel(NodeContext& node, ValueId x, const Dims& dims, const Floats& vectors,
                      double gamma) {
  const ValueId table = float_table(node, {1, dims[0], dims[1]}, vectors);
  const ValueId away = elementwise(node, Op::Sub, unsqueeze(node, x, {1}), table, "distance");
  const ValueId square = elementwise(node, Op::Prod, away, away, "square");
  const ValueId distance =
      reduce(node, static_cast<int64_t>(ReduceOperation::Sum), square, {2}, false, "distance");
  return unary(node, UnaryOperation::Exp, elementwise(node, Op::Prod, distance, -gamma, "gamma"),
               "kernel");
}

/// The kernel of each row of x and each support vector.
ValueId kernel_of(NodeContext& node, ValueId x, int64_t count) {
  const Floats vectors = node.get_floats("support_vectors");
  if (count < 1 || vectors.size() % static_cast<size_t>(count) != 0)
    node.fail_attribute("support_vectors", core::str("expected as many for each of ", count,
                                                     " vectors, got ", vectors.size(), "."));
  Floats parameters = node.get_floats("kernel_params", Floats{});
  parameters.resize(3);
  const Dims dims{count, static_cast<int64_t>(vectors.size()) / count};
  const std::string type = node.get_string("kernel_type", "LINEAR");
  if (type == "RBF") return radial_kernel(node, x, dims, vectors, parameters[0]);
  const ValueId products = times_transposed(node, x, float_table(node, dims, vectors));
  if (type == "LINEAR") return products;
  const ValueId shifted =
      elementwise(node, Op::Sum, elementwise(node, Op::Prod, products, parameters[0], "gamma"),
                  parameters[1], "shift");
  if (type == "SIGMOID") return activation(node, ActivationType::Tanh, shifted, 0, 0, "kernel");
  if (type != "POLY")
    node.fail_attribute("kernel_type",
                        core::str("expected LINEAR, POLY, RBF or SIGMOID, got '", type, "'."));
  return elementwise(node, Op::Pow, shifted, parameters[2], "kernel");
}

Outputs import_regressor(NodeContext& node) {
  node.check_rank(0, 2);
  const ValueId x = cast(node, node.input(0), DataType::Float);
  const Floats coefficients = node.get_floats("coefficients");
  const int64_t supports = node.get_int("n_supports", 0);
  const ValueId rows = supports > 0 ? kernel_of(node, x, supports) : x;
  const ValueId weights =
      float_table(node, {1, static_cast<int64_t>(coefficients.size())}, coefficients);
  const Floats rho = node.get_floats("rho", Floats{0.0});
  const ValueId y = elementwise(node, Op::Sum, times_transposed(node, rows, weights),
                                rho.empty() ? 0.0 : rho.front(), "rho");
  if (node.get_int("one_class", 0) == 0)
    return {post_transform(node, y, post_transform_name(node))};
  return {select(node, elementwise(node, Op::Greater, y, 0.0, "is_inside"),
                 node.scalar_like(y, 1.0), node.scalar_like(y, -1.0))};
}

/// A machine for each pair of classes.
struct Pairs {
  int64_t classes, vectors;
  std::vector<std::pair<int64_t, int64_t>> pairs;
  /// Coefficients [pairs, vectors]; votes [pairs, classes] for the first of two classes against the
  /// second, and what classes have before.
  Floats coefficients, votes, before;

  int64_t count() const { return static_cast<int64_t>(pairs.size()); }
};

Pairs read_pairs(NodeContext& node) {
  const auto sizes = node.get_ints("vectors_per_class", std::vector<int64_t>{});
  const Floats coefficients = node.get_floats("coefficients");
  Pairs p{static_cast<int64_t>(sizes.size()), 0, {}, {}, {}, Floats(sizes.size(), 0.0)};
  std::vector<int64_t> owners;
  for (size_t c = 0; c < sizes.size(); ++c)
    for (int64_t i = 0; i < sizes[c]; ++i) owners.push_back(static_cast<int64_t>(c));
  p.vectors = static_cast<int64_t>(owners.size());
  if (p.classes < 2 || p.classes != num_labels(node) ||
      coefficients.size() != owners.size() * static_cast<size_t>(p.classes - 1))
    node.fail_attribute("vectors_per_class",
                        core::str("expected vectors for each of two classes or more, and a "
                                  "coefficient of each against each other class, got ",
                                  p.classes, " classes, ", num_labels(node), " labels, ", p.vectors,
                                  " vectors and ", coefficients.size(), " coefficients."));
  for (int64_t i = 0; i < p.classes; ++i)
    for (int64_t j = i + 1; j < p.classes; ++j) {
      p.pairs.emplace_back(i, j);
      for (int64_t v = 0; v < p.vectors; ++v) {
        const int64_t owner = owners[static_cast<size_t>(v)];
        const int64_t row = owner == i ? j - 1 : i;
        p.coefficients.push_back(owner == i || owner == j
                                     ? coefficients[static_cast<size_t>(row * p.vectors + v)]
                                     : 0.0);
      }
      for (int64_t c = 0; c < p.classes; ++c) p.votes.push_back(c == i ? 1 : c == j ? -1 : 0);
      p.before[static_cast<size_t>(j)] += 1;
    }
  return p;
}

/// The class that most machines of pairs vote for.
ValueId most_voted(NodeContext& node, ValueId scores, const Pairs& p) {
  const ValueId is_first =
      cast(node, elementwise(node, Op::Greater, scores, 0.0, "is_first"), DataType::Float);
  const ValueId votes =
      node.add("MatrixMultiply", {is_first, float_table(node, {p.count(), p.classes}, p.votes)}, {},
               "votes");
  return best_class(node, elementwise(node, Op::Sum, votes,
                                      float_table(node, {1, p.classes}, p.before), "votes"));
}

/// Probabilities of classes from those of pairs, which are logistic in the scores.
ValueId probabilities(NodeContext& node, ValueId scores, const Pairs& p, const Floats& slopes,
                      const Floats& shifts) {
  const ValueId slope = float_table(node, {1, p.count()}, slopes);
  const ValueId shift = float_table(node, {1, p.count()}, shifts);
  const ValueId at = elementwise(node, Op::Sum, elementwise(node, Op::Prod, scores, slope, "slope"),
                                 shift, "shift");
  const ValueId rest = activation(node, ActivationType::Sigmoid,
                                  unary(node, UnaryOperation::Neg, at, "opposite"), 0, 0, "pairs");
  return node.add("PairwiseCoupling",
                  {activation(node, ActivationType::Clip, rest, 1e-7, 1 - 1e-7, "clip")});
}

Outputs import_classifier(NodeContext& node) {
  node.check_rank(0, 2);
  const Pairs p = read_pairs(node);
  const ValueId x = cast(node, node.input(0), DataType::Float);
  const ValueId kernel = kernel_of(node, x, p.vectors);
  ValueId scores =
      times_transposed(node, kernel, float_table(node, {p.count(), p.vectors}, p.coefficients));
  scores = elementwise(node, Op::Sum, scores,
                       float_table(node, {1, p.count()}, node.get_floats("rho")), "rho");
  const ValueId labels = labels_of(node, most_voted(node, scores, p));
  const Floats slopes = node.get_floats("prob_a", Floats{});
  if (!slopes.empty())
    scores = probabilities(node, scores, p, slopes, node.get_floats("prob_b"));
  else if (p.count() == 1)
    scores =
        concat(node, {unary(node, UnaryOperation::Neg, scores, "opposite"), scores}, 1, "both");
  return {labels, post_transform(node, scores, post_transform_name(node))};
}

constexpr Importer kImporters[] = {
    {"SVMRegressor", import_regressor, 0, kMlDomain},
    {"SVMClassifier", import_classifier, 0, kMlDomain},
};

}  // namespace

std::span<const Importer> ml_svm_importers() { return kImporters; }

}  // namespace trtlike::onnx
