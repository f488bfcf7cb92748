// What builds refuse of algorithm selectors and of edited timing caches.
#include <set>

#include "core/strings.h"
#include "errors/refusals.h"
#include "trtlike/builder.h"

namespace trtlike::test {
namespace {

/// y = relu(x), whose layer is 'relu'.
Network relu_network() {
  Network network;
  network.set_name("net");
  const Layer relu = network.add_layer(
      "Activation", {network.add_input("x", DataType::Float, {2, 3})}, {{"type", 0}});
  network.mark_output(relu.output(0));
  network.layer(0).set_name("relu");
  return network;
}

class Selector : public AlgorithmSelector {
 public:
  explicit Selector(std::vector<int> answer) : answer_(std::move(answer)) {}
  std::vector<int> select_algorithms(const AlgorithmContext&,
                                     const std::vector<Algorithm>& choices) override {
    count = choices.size();
    for (const Algorithm& choice : choices) names.insert(choice.name);
    return answer_;
  }
  void report_algorithms(const std::vector<AlgorithmContext>&,
                         const std::vector<Algorithm>&) override {}

  size_t count = 0;
  std::set<std::string> names;

 private:
  std::vector<int> answer_;
};

std::string said_of(BuilderConfig& config) {
  return errors_of([&](const std::shared_ptr<Logger>& logger) {
    EXPECT_EQ(Builder(logger).build_serialized_network(relu_network(), config), nullptr);
  });
}

TEST(SelectionRefusals, an_index_that_no_choice_has) {
  BuilderConfig config;
  const auto selector = std::make_shared<Selector>(std::vector<int>{0, -3});
  config.set_algorithm_selector(selector);
  const std::string said = said_of(config);
  EXPECT_EQ(said, core::str("while building 'net': [tuner] algorithm selector, node 'relu': "
                            "expected select_algorithms to give indices below ",
                            selector->count, ", each once, got 0, -3."));
}

TEST(SelectionRefusals, an_empty_answer_where_those_are_rejected) {
  BuilderConfig config;
  config.set_flag(BuilderFlag::RejectEmptyAlgorithms);
  const auto selector = std::make_shared<Selector>(std::vector<int>{});
  config.set_algorithm_selector(selector);
  const std::string said = said_of(config);
  EXPECT_EQ(said, core::str("while building 'net': [tuner] algorithm selector, node 'relu': "
                            "expected select_algorithms to leave one of ",
                            selector->count,
                            " choices, got none. BuilderFlag.REJECT_EMPTY_ALGORITHMS is set."));
}

TEST(SelectionRefusals, an_entry_whose_tactic_does_not_compute_the_node) {
  BuilderConfig config;
  config.set_builder_optimization_level(5);
  config.set_flag(BuilderFlag::EditableTimingCache);
  const auto selector = std::make_shared<Selector>(std::vector<int>{});
  config.set_algorithm_selector(selector);
  ASSERT_NE(Builder(nullptr).build_serialized_network(relu_network(), config), nullptr);
  const TimingCacheKey key = config.timing_cache()->query_keys().at(0);
  ASSERT_TRUE(config.timing_cache()->update(key, {7, 1}));
  const std::string entry = key.text(), tactics = core::join(selector->names, ", ");
  EXPECT_EQ(said_of(config),
            core::str("while building 'net': [tuner] node 'relu' (Activation): expected the timing "
                      "cache's entry '",
                      entry, "' to name one of the tactics ", tactics, ", got the tactic hash 7."));
}

const RefusalCase kKeys[] = {
    {"no_key", [] { TimingCacheKey::parse("direct @ conv"); },
     "[tuner] timing cache key: expected one line that begins with '* @ ', got 'direct @ conv'. "
     "ITimingCache.queryKeys lists a cache's keys."},
};

INSTANTIATE_TEST_SUITE_P(TimingCacheKeys, Refusals, testing::ValuesIn(kKeys),
                         case_name<RefusalCase>);

}  // namespace
}  // namespace trtlike::test
