// Which timed fusions stay, by made-up times.
#include "builder/timed_fusions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/build_graph.h"

namespace trtlike::builder {
namespace {

using ir::Graph;
using ir::NodeId;
using ir::ValueId;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr int64_t kMiddleBytes = 12 * 7 * 8 * 4;

/// Two pairs, one after the other.
Graph make_pairs() {
  Graph graph;
  ValueId x = graph.add_input("x", DataType::Float, {1, 12, 7, 8});
  for (const char* name : {"a", "b"}) {
    x = graph.add("Convolution", std::string(name) + "1",
                  {x, test::random_constant(graph, "w", {12, 12, 1, 1})});
    x = graph.add("Convolution", std::string(name) + "2",
                  {x, test::random_constant(graph, "w", {12, 1, 3, 3})},
                  {{"num_groups", int64_t{12}},
                   {"pre_padding", std::vector<int64_t>{1, 1}},
                   {"post_padding", std::vector<int64_t>{1, 1}}});
  }
  graph.mark_output(x);
  return graph;
}

/// Each part takes 1 ms; the pairs, by what they are called, what is given.
NodeTimer timer(double a_ms, double b_ms) {
  return [=](const Graph& graph, const std::vector<NodeId>& nodes) {
    std::vector<double> ms;
    for (const NodeId id : nodes) {
      const std::string& name = graph.node(id).name;
      ms.push_back(name == "a1 + a2" ? a_ms : name == "b1 + b2" ? b_ms : 1.0);
    }
    return ms;
  };
}

std::vector<std::string> names(const Graph& graph) {
  std::vector<std::string> out;
  for (const NodeId id : graph.topological_order()) out.push_back(graph.node(id).name);
  return out;
}

TEST(TimedFusions, stay_where_they_take_no_longer_than_their_parts) {
  Graph graph = make_pairs();
  EXPECT_THAT(apply_timed_fusions(graph, timer(2.1, 2.05), kMiddleBytes, nullptr),
              ElementsAre(Pair("fuse_convolution_pair", 1)));
  EXPECT_THAT(names(graph), ElementsAre("a1", "a2", "b1 + b2"));
}

TEST(TimedFusions, none_stays_that_takes_longer_than_its_parts) {
  Graph graph = make_pairs();
  EXPECT_THAT(apply_timed_fusions(graph, timer(2.1, 2.2), kMiddleBytes, nullptr), IsEmpty());
  EXPECT_THAT(names(graph), ElementsAre("a1", "a2", "b1", "b2"));
}

TEST(TimedFusions, parts_with_a_value_beyond_the_cache_between_them_are_slower_than_they_seem) {
  Graph graph = make_pairs();
  apply_timed_fusions(graph, timer(2.1, 2.3), kMiddleBytes - 1, nullptr);
  EXPECT_THAT(names(graph), ElementsAre("a1 + a2", "b1", "b2"));
}

TEST(TimedFusions, nothing_is_timed_where_nothing_fits) {
  Graph graph;
  graph.mark_output(
      test::convolution(graph, graph.add_input("x", DataType::Float, {1, 3, 5, 5}), 4));
  const NodeTimer none = [](const Graph&, const std::vector<NodeId>&) -> std::vector<double> {
    ADD_FAILURE() << "timed";
    return {};
  };
  EXPECT_THAT(apply_timed_fusions(graph, none, 0, nullptr), IsEmpty());
}

}  // namespace
}  // namespace trtlike::builder
