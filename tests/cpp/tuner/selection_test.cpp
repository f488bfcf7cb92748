// What users leave of the candidates: by an algorithm selector, and by an editable timing cache.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "trtlike/error.h"
#include "tuner/tuner.h"

namespace trtlike::tuner {
namespace {

using kernels::Layout;
using testing::HasSubstr;
using testing::ThrowsMessage;

/// Two softmaxes one after the other; every tactic takes 1 ms, the reference 5.
struct Softmaxes {
  Softmaxes()
      : attributes(ops::complete_attributes(ops::get_op("Softmax"), {{"axes", int64_t{2}}})) {
    for (int i = 0; i <= 2; ++i) {
      TunedValue value;
      value.name = "v" + std::to_string(i);
      value.dims = {Dims{4, 64}};
      value.limits = {Dims{1, 64}, Dims{8, 64}};
      value.fixed = i != 1;
      graph.values.push_back(value);
    }
    for (int i = 0; i < 2; ++i) {
      TunedNode node;
      node.op = &ops::get_op("Softmax");
      node.attributes = &attributes;
      node.name = "softmax" + std::to_string(i);
      node.inputs = {i};
      node.outputs = {i + 1};
      graph.nodes.push_back(node);
    }
    options.level = 5;
    options.timer = [](const kernels::Tactic& tactic, const kernels::Problem&) {
      return tactic.source == kernels::Source::Reference ? 5.0 : 1.0;
    };
  }
  ops::Attributes attributes;
  TunedGraph graph;
  Options options;
};

class Selector : public AlgorithmSelector {
 public:
  std::function<std::vector<int>(const std::vector<Algorithm>&)> answer;
  std::vector<AlgorithmContext> contexts;
  std::vector<Algorithm> last;

  std::vector<int> select_algorithms(const AlgorithmContext& context,
                                     const std::vector<Algorithm>& choices) override {
    contexts.push_back(context);
    last = choices;
    return answer(choices);
  }
  void report_algorithms(const std::vector<AlgorithmContext>&,
                         const std::vector<Algorithm>&) override {}
};

std::vector<int> references(const std::vector<Algorithm>& choices) {
  std::vector<int> out;
  for (size_t i = 0; i < choices.size(); ++i)
    if (choices[i].name == "reference") out.push_back(static_cast<int>(i));
  return out;
}

TEST(AlgorithmSelector, is_asked_once_a_node_and_obeyed) {
  Softmaxes softmaxes;
  Selector selector;
  selector.answer = references;
  softmaxes.options.selector = &selector;
  const Result result = choose(softmaxes.graph, softmaxes.options);
  ASSERT_EQ(selector.contexts.size(), 2u);
  for (const Choice& choice : result.choices) EXPECT_STREQ(choice.tactic->name, "reference");
  ASSERT_EQ(result.answered.size(), 2u);
  EXPECT_EQ(result.asked[1].name, "softmax1");
  EXPECT_EQ(result.answered[1].algorithm_variant.tactic, tactic_id("reference"));
  EXPECT_DOUBLE_EQ(result.answered[1].timing_msec, 5);
}

TEST(AlgorithmSelector, sees_shapes_forms_and_lasting_numbers) {
  Softmaxes softmaxes;
  Selector selector;
  selector.answer = references;
  softmaxes.options.selector = &selector;
  choose(softmaxes.graph, softmaxes.options);
  const AlgorithmContext& context = selector.contexts[0];
  EXPECT_EQ(context.num_inputs, 1);
  EXPECT_EQ(context.num_outputs, 1);
  EXPECT_EQ(context.get_shape(1), (std::vector<Dims>{{1, 64}, {4, 64}, {8, 64}}));
  EXPECT_TRUE(context.get_shape(2).empty());
  const Algorithm& choice = selector.last[0];
  EXPECT_EQ(choice.get_algorithm_io_info(0)->dtype, DataType::Float);
  EXPECT_EQ(choice.get_algorithm_io_info(1)->strides, (Dims{64, 1}));
  EXPECT_EQ(choice.get_algorithm_io_info(1)->vectorized_dim, -1);
  EXPECT_EQ(choice.get_algorithm_io_info(2), nullptr);
  // Half of XXH3 as libxxhash gives it: the numbers go into files that outlive a build.
  EXPECT_EQ(tactic_id("reference"), 0x74ee371af233ee4a);
  EXPECT_GT(tactic_id(choice.name), 0);
}

TEST(AlgorithmSelector, an_empty_answer_leaves_all_unless_such_are_rejected) {
  Softmaxes softmaxes;
  Selector selector;
  selector.answer = [](const auto&) { return std::vector<int>(); };
  softmaxes.options.selector = &selector;
  EXPECT_STRNE(choose(softmaxes.graph, softmaxes.options).choices[0].tactic->name, "reference");
  softmaxes.options.reject_empty_selections = true;
  EXPECT_THAT([&] { choose(softmaxes.graph, softmaxes.options); },
              ThrowsMessage<UserError>(HasSubstr("node 'softmax0': expected select_algorithms to "
                                                 "leave one of")));
}

TEST(AlgorithmSelector, indices_that_no_choice_has_are_refused) {
  for (const std::vector<int>& wrong : {std::vector<int>{-1}, {99}, {0, 0}}) {
    Softmaxes softmaxes;
    Selector selector;
    selector.answer = [&](const auto&) { return wrong; };
    softmaxes.options.selector = &selector;
    EXPECT_THAT([&] { choose(softmaxes.graph, softmaxes.options); },
                ThrowsMessage<UserError>(HasSubstr("each once, got")));
  }
}

/// Tunes into an editable cache; the key of both nodes, which are alike.
TimingCacheKey only_key(Softmaxes& softmaxes, TimingCache& cache) {
  softmaxes.options.cache = &cache;
  softmaxes.options.editable_cache = true;
  choose(softmaxes.graph, softmaxes.options);
  const std::vector<TimingCacheKey> keys = cache.query_keys();
  EXPECT_EQ(keys.size(), 1u);
  return keys.at(0);
}

TEST(EditableTimingCache, has_an_entry_a_problem_and_obeys_what_is_written_there) {
  Softmaxes softmaxes;
  TimingCache cache;
  const TimingCacheKey key = only_key(softmaxes, cache);
  EXPECT_THAT(key.text(), testing::StartsWith("* @ Softmax"));
  EXPECT_DOUBLE_EQ(cache.query(key).timing_msec, 1);
  const auto reference = static_cast<uint64_t>(tactic_id("reference"));
  EXPECT_NE(cache.query(key).tactic_hash, reference);
  ASSERT_TRUE(cache.update(key, {reference, 0.5}));
  // Through a file.
  TimingCache loaded(cache.serialize());
  EXPECT_EQ(loaded.query(TimingCacheKey::parse(key.text())).tactic_hash, reference);
  softmaxes.options.cache = &loaded;
  for (const Choice& choice : choose(softmaxes.graph, softmaxes.options).choices)
    EXPECT_STREQ(choice.tactic->name, "reference");
  EXPECT_EQ(loaded.query(key).tactic_hash, reference);
  EXPECT_DOUBLE_EQ(loaded.query(key).timing_msec, 0.5);
  // Other builds look at times alone.
  softmaxes.options.editable_cache = false;
  EXPECT_STRNE(choose(softmaxes.graph, softmaxes.options).choices[0].tactic->name, "reference");
}

TEST(EditableTimingCache, a_time_that_is_nan_deletes_the_entry_and_the_next_build_chooses_anew) {
  Softmaxes softmaxes;
  TimingCache cache;
  const TimingCacheKey key = only_key(softmaxes, cache);
  const TimingCacheValue chosen = cache.query(key);
  ASSERT_TRUE(cache.update(key, {static_cast<uint64_t>(tactic_id("reference")), 1}));
  EXPECT_TRUE(cache.update(key, {0, std::nan("")}));
  EXPECT_TRUE(cache.query_keys().empty());
  EXPECT_TRUE(std::isnan(cache.query(key).timing_msec));
  EXPECT_EQ(cache.query(key).tactic_hash, TimingCacheValue::kInvalidTacticHash);
  EXPECT_FALSE(cache.update(key, chosen));
  EXPECT_EQ(only_key(softmaxes, cache), key);
  EXPECT_EQ(cache.query(key).tactic_hash, chosen.tactic_hash);
}

TEST(EditableTimingCache, invalid_values_change_nothing) {
  Softmaxes softmaxes;
  TimingCache cache;
  const TimingCacheKey key = only_key(softmaxes, cache);
  const std::string before = cache.serialize();
  EXPECT_FALSE(cache.update(key, {1, -1}));
  EXPECT_FALSE(cache.update(key, {1, INFINITY}));
  EXPECT_FALSE(cache.update(key, {TimingCacheValue::kInvalidTacticHash, 1}));
  EXPECT_EQ(cache.serialize(), before);
}

TEST(EditableTimingCache, a_tactic_that_does_not_compute_the_node_ends_the_build) {
  Softmaxes softmaxes;
  TimingCache cache;
  const TimingCacheKey key = only_key(softmaxes, cache);
  cache.update(key, {12345, 1});
  EXPECT_THAT([&] { choose(softmaxes.graph, softmaxes.options); },
              ThrowsMessage<UnsupportedError>(testing::AllOf(
                  HasSubstr("node 'softmax0' (Softmax): expected the timing cache's entry"),
                  HasSubstr("reference"), HasSubstr("got the tactic hash 12345"))));
}

TEST(EditableTimingCache, nodes_with_one_entry_run_by_one_tactic) {
  Softmaxes softmaxes;
  int asked = 0;
  // Made-up times that differ from node to node, as noise does.
  softmaxes.options.timer = [&](const kernels::Tactic&, const kernels::Problem&) {
    return 1.0 + (asked++ * 7919 % 13);
  };
  TimingCache cache;
  softmaxes.options.cache = &cache;
  softmaxes.options.editable_cache = true;
  const Result result = choose(softmaxes.graph, softmaxes.options);
  EXPECT_EQ(result.choices[0].tactic, result.choices[1].tactic);
  EXPECT_EQ(cache.query(cache.query_keys().at(0)).tactic_hash,
            static_cast<uint64_t>(tactic_id(result.choices[0].tactic->name)));
}

TEST(TimingCacheKey, other_texts_are_refused) {
  for (const char* text : {"", "softmax @ x", "* @ a\nb"})
    EXPECT_THAT([&] { TimingCacheKey::parse(text); },
                ThrowsMessage<UserError>(HasSubstr("timing cache key: expected one line")));
}

}  // namespace
}  // namespace trtlike::tuner
