// MatrixMultiply(Cast(i == (0, 1, ...)), w) -> Gather(w, i).
#include <numeric>

#include "support/build_graph.h"
#include "support/rules.h"

namespace trtlike::test {
namespace {

constexpr const char* kRule = "one_hot_product_to_gather";

struct OneHot {
  ir::Graph graph;
  ir::ValueId hot;

  OneHot(const std::vector<double>& indices, std::vector<double> classes, DataType type) {
    const auto n = static_cast<int64_t>(classes.size());
    // Computed, so that nothing folds.
    const ir::ValueId x = graph.add_input("x", type, {1, static_cast<int64_t>(indices.size()), 1});
    const ir::ValueId zeros = element_wise(graph, ElementWiseOperation::Sub, x, x, "zeros");
    const ir::ValueId given =
        graph.add_constant("indices", type, {1, static_cast<int64_t>(indices.size()), 1}, indices);
    const ir::ValueId sum = element_wise(graph, ElementWiseOperation::Sum, zeros, given);
    const ir::ValueId equal =
        element_wise(graph, ElementWiseOperation::Equal, sum,
                     graph.add_constant("classes", type, {1, 1, n}, classes), "equal");
    hot = graph.add("Cast", "cast", {equal}, {{"to_type", static_cast<int64_t>(DataType::Float)}});
  }

  ir::ValueId multiply(int64_t classes) {
    return graph.add("MatrixMultiply", "product",
                     {hot, random_constant(graph, "weights", {1, classes, 6})});
  }
};

std::vector<double> count(int64_t n) {
  std::vector<double> out(static_cast<size_t>(n));
  std::iota(out.begin(), out.end(), 0);
  return out;
}

TEST(OneHotProductToGather, indices_in_and_out_of_range) {
  for (const DataType type : {DataType::Int32, DataType::Int64}) {
    OneHot it({0, 4, 2, 2, 5, 6, -1, -5, 100, -100}, count(5), type);
    it.graph.mark_output(it.multiply(5));
    expect_rule_keeps_numbers(it.graph, kRule);
    find_node(it.graph, "Gather");
  }
}

TEST(OneHotProductToGather, refuses_classes_in_another_order) {
  OneHot it({0, 1, 2}, {0, 2, 1}, DataType::Int32);
  it.graph.mark_output(it.multiply(3));
  expect_rule_refuses(it.graph, kRule);
}

TEST(OneHotProductToGather, refuses_weights_that_are_computed) {
  OneHot it({0, 1, 2}, count(3), DataType::Int32);
  const ir::ValueId weights = it.graph.add_input("weights", DataType::Float, {1, 3, 6});
  it.graph.mark_output(it.graph.add("MatrixMultiply", "product", {it.hot, weights}));
  expect_rule_refuses(it.graph, kRule);
}

}  // namespace
}  // namespace trtlike::test
