// Which nodes are worth a warning, by made-up times.
#include "builder/slow_steps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trtlike::builder {
namespace {

struct ListLogger : Logger {
  void log(Severity severity, std::string_view message) noexcept override {
    EXPECT_EQ(severity, Severity::Warning);
    lines.emplace_back(message);
  }
  std::vector<std::string> lines;
};

struct Timed {
  double ms;
  bool is_last_resort;
};

std::vector<std::string> warnings(const std::vector<Timed>& times, size_t shapes = 1) {
  tuner::TunedGraph graph;
  tuner::Result result;
  for (size_t i = 0; i < times.size(); ++i) {
    tuner::TunedValue value;
    value.dims.assign(shapes, Dims{1});
    graph.values.push_back(value);
    tuner::TunedNode node;
    node.op = &ops::get_op("GridSample");
    node.name = "node" + std::to_string(i);
    node.outputs = {static_cast<int>(i)};
    graph.nodes.push_back(node);
    tuner::Choice choice;
    choice.time_ms = times[i].ms;
    if (times[i].is_last_resort) choice.last_resort = i == 1 ? "needs constant weights (fast)" : "";
    result.choices.push_back(choice);
  }
  ListLogger logger;
  warn_of_references(graph, result, &logger);
  return logger.lines;
}

TEST(SlowSteps, names_the_layer_its_time_and_the_reasons) {
  EXPECT_THAT(warnings({{9, false}, {11, true}}),
              testing::ElementsAre("[builder] layer 'node1' (GridSample): expected a fast tactic, "
                                   "got the reference, which takes 11 of the 20 ms of a run. The "
                                   "others refuse: needs constant weights (fast)."));
  EXPECT_THAT(warnings({{4, true}}),
              testing::ElementsAre(testing::EndsWith(
                  "4 of the 4 ms of a run. There is no other tactic for GridSample.")));
  EXPECT_THAT(warnings({{8, true}}, 2),
              testing::ElementsAre(testing::HasSubstr("takes 4 of the 4 ms")));
}

TEST(SlowSteps, keeps_quiet_about_small_shares_and_short_times) {
  EXPECT_THAT(warnings({{100, false}, {4.9, true}}), testing::IsEmpty());
  EXPECT_THAT(warnings({{1, false}, {0.9, true}}), testing::IsEmpty());
  EXPECT_THAT(warnings({{1.9, true}}, 2), testing::IsEmpty());
  EXPECT_THAT(warnings({{0, true}}), testing::IsEmpty());
}

}  // namespace
}  // namespace trtlike::builder
