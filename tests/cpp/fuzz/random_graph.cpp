// Random networks, layer by layer by the recipes of their ops.
#include "fuzz/random_graph.h"

#include <algorithm>

#include "core/check.h"
#include "fuzz/recipes/recipe.h"
#include "ir/network_state.h"

namespace trtlike::test {
namespace {

using recipes::Maker;
using recipes::Operand;
using recipes::Recipe;

const std::vector<Recipe>& all_recipes() {
  static const std::vector<Recipe> all = [] {
    std::vector<Recipe> out;
    for (const auto group : {recipes::element_wise_recipes(), recipes::sum_recipes(),
                             recipes::movement_recipes(), recipes::rare_recipes()})
      out.insert(out.end(), group.begin(), group.end());
    return out;
  }();
  return all;
}

}  // namespace

bool has_recipe(std::string_view op) {
  return op == "Constant" || std::any_of(all_recipes().begin(), all_recipes().end(),
                                         [&](const Recipe& recipe) { return op == recipe.op; });
}

RandomGraph random_graph(std::mt19937& random) {
  RandomGraph graph;
  Maker maker(graph, random);
  for (int64_t layers = maker.between(1, 8); layers > 0; --layers) try {
      all_recipes()[static_cast<size_t>(maker.below(static_cast<int64_t>(all_recipes().size())))]
          .make(maker);
    } catch (const UserError&) {
      // What the op refuses here (a window larger than its input) is no layer.
    }
  const ir::Graph& inner = NetworkAccess::state(graph.network)->graph;
  for (const Operand& value : maker.values()) {
    const bool is_read = !inner.value({value.tensor.id()}).users.empty();
    if (!is_read || maker.below(4) == 0) graph.network.mark_output(value.tensor);
  }
  return graph;
}

}  // namespace trtlike::test
