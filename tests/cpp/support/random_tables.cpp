// Random problems of ops that decide by tables (trees, lookups, votes of pairs), and of inverses.
#include "support/random_problem.h"

namespace trtlike::test {
namespace {

/// Node i's children are later nodes or leaves: every row ends in one.
RandomProblem tree_ensemble(Random& random) {
  const int64_t rows = random.between(0, 9), width = random.between(1, 5);
  const int64_t nodes = random.between(1, 12), leaves = random.between(1, 6);
  const int64_t targets = random.between(1, 3), entries = leaves * random.between(1, 2);
  std::vector<float> children, ends;
  for (int64_t i = 0; i < 2 * nodes; ++i) {
    const int64_t least = i / 2 + 1;
    const bool is_leaf = least >= nodes || random.one_in(2);
    children.push_back(static_cast<float>(is_leaf ? -random.between(1, leaves)
                                                  : random.between(least, nodes - 1)));
  }
  for (int64_t i = 1; i <= leaves; ++i) ends.push_back(static_cast<float>(i * entries / leaves));
  TacticCase problem = begin(random, "TreeEnsemble",
                             {{"num_targets", targets}, {"aggregate", random.between(0, 3)}});
  const Storage ints{DataType::Int32};
  problem.input({rows, width}).special(9);
  problem.constant({nodes}, ints).integers(0, width - 1);
  problem.constant({nodes}, ints).integers(0, 5);
  problem.constant({nodes});
  problem.constant({nodes, 2}, ints).values(children);
  const int64_t trees = random.between(1, 4);
  problem.constant({trees}, ints).integers(-leaves, nodes - 1);
  problem.constant({leaves}, ints).values(ends);
  problem.constant({entries}, ints).integers(0, targets - 1);
  problem.constant({entries});
  return {std::move(problem), 1e-6};
}

RandomProblem label_encoder(Random& random) {
  const DataType keys = random.of({DataType::Float, DataType::Int32, DataType::Int64});
  const DataType values = random.of({DataType::Float, DataType::Int64});
  const int64_t count = random.between(1, 9);
  TacticCase problem = begin(random, "LabelEncoder", {});
  const bool has_special = keys == DataType::Float && random.one_in(3);
  problem.input(random.dims(static_cast<int>(random.between(0, 3)), 300), {keys}).integers(-6, 6);
  if (has_special) problem.special(4);
  problem.constant({count}, {keys}).integers(-6, 6);
  if (has_special) problem.special(4);
  problem.constant({count}, {values}).integers(-100, 100);
  problem.constant({1}, {values}).integers(-100, 100);
  return {std::move(problem), 0};
}

RandomProblem pairwise_coupling(Random& random) {
  const int64_t classes = random.between(2, 6);
  TacticCase problem = begin(random, "PairwiseCoupling", {});
  problem.input({random.between(0, 9), classes * (classes - 1) / 2}).range(0.01f, 0.99f);
  return {std::move(problem), 1e-5};
}

RandomProblem inverse(Random& random) {
  const int64_t n = random.between(0, 9);
  TacticCase problem = begin(random, "Inverse", {});
  problem.input({random.batch(), n, n});
  return {std::move(problem), 1e-6};
}

}  // namespace

std::vector<NamedGenerator> table_generators() {
  return {{"TreeEnsemble", tree_ensemble},
          {"LabelEncoder", label_encoder},
          {"PairwiseCoupling", pairwise_coupling},
          {"Inverse", inverse}};
}

}  // namespace trtlike::test
