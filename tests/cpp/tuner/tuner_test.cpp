// What the tuner chooses, without a clock: a made-up timer says how long each tactic takes.
#include "tuner/tuner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/os/cache.h"
#include "trtlike/error.h"

namespace trtlike::tuner {
namespace {

using kernels::Layout;
using kernels::Problem;
using kernels::Tactic;

constexpr int64_t kRelu = 0;

/// `n` activations in a row on an image, input and output linear.
struct Chain {
  explicit Chain(int n)
      : attributes(ops::complete_attributes(ops::get_op("Activation"), {{"type", kRelu}})) {
    for (int i = 0; i <= n; ++i) {
      TunedValue value;
      value.name = "v" + std::to_string(i);
      value.dims = {Dims{1, 64, 28, 28}};
      value.fixed = i == 0 || i == n;
      graph.values.push_back(value);
    }
    for (int i = 0; i < n; ++i) {
      TunedNode node;
      node.op = &ops::get_op("Activation");
      node.attributes = &attributes;
      node.name = "relu" + std::to_string(i);
      node.inputs = {i};
      node.outputs = {i + 1};
      graph.nodes.push_back(node);
    }
  }
  ops::Attributes attributes;
  TunedGraph graph;
};

bool channels_last(const Problem& problem) {
  return problem.inputs[0].layout == Layout::ChannelsLast;
}

Options with_timer(std::function<double(const Tactic&, const Problem&)> timer) {
  Options options;
  options.timer = std::move(timer);
  return options;
}

TEST(Tuner, keeps_the_callers_layout_where_converting_costs_more_than_it_saves) {
  const Chain chain(2);
  const Result result =
      choose(chain.graph, with_timer([](const Tactic& tactic, const Problem& problem) {
               if (tactic.computes("Reformat")) return 5.0;
               return channels_last(problem) ? 1.0 : 2.0;
             }));
  for (const Choice& choice : result.choices) EXPECT_EQ(choice.inputs[0].layout, Layout::Linear);
}

TEST(Tuner, converts_at_both_ends_where_the_layers_between_save_more) {
  const Chain chain(8);
  const Result result = choose(
      chain.graph, with_timer([](const Tactic& tactic, const Problem& problem) {
        if (tactic.computes("Reformat")) return 1.0;
        return channels_last(problem) && problem.outputs[0].layout == Layout::ChannelsLast ? 1.0
                                                                                           : 2.0;
      }));
  EXPECT_EQ(result.choices[4].inputs[0].layout, Layout::ChannelsLast);
}

/// A pooling over windows of 3 between two activations, on an image of `axes` spatial axes.
struct Window {
  explicit Window(size_t axes)
      : relu(ops::complete_attributes(ops::get_op("Activation"), {{"type", kRelu}})),
        pooling(ops::complete_attributes(ops::get_op("Pooling"),
                                         {{"window_size", std::vector<int64_t>(axes, 3)},
                                          {"pre_padding", std::vector<int64_t>(axes, 1)},
                                          {"post_padding", std::vector<int64_t>(axes, 1)}})) {
    graph.values.resize(4);
    for (TunedValue& value : graph.values) {
      value.dims = {Dims{1, 32}};
      for (size_t i = 0; i < axes; ++i) value.dims[0].push_back(10);
    }
    graph.values[0].fixed = graph.values[3].fixed = true;
    for (int i = 0; i < 3; ++i) {
      TunedNode node;
      node.op = &ops::get_op(i == 1 ? "Pooling" : "Activation");
      node.attributes = i == 1 ? &pooling : &relu;
      node.name = "node" + std::to_string(i);
      node.inputs = {i};
      node.outputs = {i + 1};
      graph.nodes.push_back(node);
    }
  }
  ops::Attributes relu, pooling;
  TunedGraph graph;
};

TEST(Tuner, images_of_one_to_three_axes_lie_channels_last_where_that_is_faster) {
  for (const size_t axes : {1, 2, 3}) {
    const Window window(axes);
    const Result result =
        choose(window.graph, with_timer([](const Tactic& tactic, const Problem& problem) {
                 if (tactic.computes("Reformat")) return 0.1;
                 return channels_last(problem) ? 1.0 : 2.0;
               }));
    for (const Choice& choice : result.choices) {
      EXPECT_EQ(choice.inputs[0].layout, Layout::ChannelsLast) << axes;
      EXPECT_EQ(choice.outputs[0].layout, Layout::ChannelsLast) << axes;
    }
  }
}

TEST(Tuner, sequences_without_windows_stay_linear) {
  Window window(1);
  window.graph.nodes[1].op = &ops::get_op("Activation");
  window.graph.nodes[1].attributes = &window.relu;
  choose(window.graph, with_timer([](const Tactic&, const Problem& problem) {
           EXPECT_EQ(problem.inputs[0].layout, Layout::Linear);
           return 1.0;
         }));
}

TEST(Tuner, takes_the_fastest_tactic_and_names_the_runner_up) {
  const Chain chain(1);
  Options options = with_timer([](const Tactic& tactic, const Problem&) {
    return tactic.source == kernels::Source::Reference ? 0.5 : 1.0;
  });
  options.level = 5;
  const Result result = choose(chain.graph, options);
  EXPECT_STREQ(result.choices[0].tactic->name, "reference");
  EXPECT_NE(result.choices[0].runner_up, "");
}

TEST(Tuner, a_full_cache_is_not_measured_again_and_gives_the_same_choice) {
  const Chain chain(3);
  TimingCache cache;
  Options options = with_timer(
      [](const Tactic&, const Problem& problem) { return channels_last(problem) ? 1.0 : 3.0; });
  options.cache = &cache;
  const Result first = choose(chain.graph, options);
  options.timer = [](const Tactic&, const Problem&) -> double {
    throw std::runtime_error("measured");
  };
  const Result second = choose(chain.graph, options);
  EXPECT_GT(first.measured, 0);
  EXPECT_EQ(second.measured, 0);
  for (size_t i = 0; i < first.choices.size(); ++i)
    EXPECT_EQ(first.choices[i].tactic, second.choices[i].tactic);
}

TEST(Tuner, a_miss_is_an_error_where_it_is_asked_to_be_one) {
  const Chain chain(1);
  Options options = with_timer([](const Tactic&, const Problem&) { return 1.0; });
  options.error_on_cache_miss = true;
  options.level = 5;
  EXPECT_THROW(choose(chain.graph, options), UserError);
}

TEST(Tuner, times_of_weights_beyond_the_caches_are_kept_apart) {
  const auto attributes = ops::complete_attributes(ops::get_op("Convolution"), {});
  const int64_t many = static_cast<int64_t>(core::last_level_cache_bytes() / sizeof(float) / 64);
  const float unused = 0;
  for (const int64_t maps : {int64_t{64}, many + 1}) {
    TunedGraph graph;
    graph.values.resize(3);
    graph.values[0].dims = {Dims{1, 64, 8, 8}};
    graph.values[1].dims = {Dims{maps, 64, 1, 1}};
    graph.values[1].constant = &unused;
    graph.values[2].dims = {Dims{1, maps, 8, 8}};
    TunedNode node;
    node.op = &ops::get_op("Convolution");
    node.attributes = &attributes;
    node.inputs = {0, 1};
    node.outputs = {2};
    graph.nodes.push_back(node);
    TimingCache cache;
    Options options = with_timer([](const Tactic&, const Problem&) { return 1.0; });
    options.cache = &cache;
    choose(graph, options);
    for (const std::string& key : cache.keys()) EXPECT_EQ(key.ends_with(" cold"), maps > 64) << key;
    EXPECT_GT(cache.size(), 0u);
  }
}

TEST(Tuner, says_why_nothing_computes_a_node) {
  Chain chain(1);
  chain.graph.nodes[0].precisions = {DataType::FP8};
  try {
    choose(chain.graph, {});
    FAIL() << "expected UnsupportedError";
  } catch (const UnsupportedError& e) {
    EXPECT_THAT(e.what(), testing::HasSubstr("relu0"));
  }
}

/// y = (x w) w, stored in FP32 between.
struct Products {
  explicit Products(std::vector<DataType> precisions)
      : attributes(ops::complete_attributes(ops::get_op("MatrixMultiply"), {})),
        weights(64 * 64, 0.5f) {
    graph.values.resize(4);
    for (TunedValue& value : graph.values) value.dims = {Dims{8, 64}};
    graph.values[0].fixed = graph.values[2].fixed = true;
    graph.values[1].stored = DataType::Float;
    graph.values[3].dims = {Dims{64, 64}};
    graph.values[3].constant = weights.data();
    for (int i = 0; i < 2; ++i) {
      TunedNode node;
      node.op = &ops::get_op("MatrixMultiply");
      node.attributes = &attributes;
      node.name = "product" + std::to_string(i);
      node.inputs = {i, 3};
      node.outputs = {i + 1};
      node.precisions = precisions;
      graph.nodes.push_back(node);
    }
  }
  ops::Attributes attributes;
  std::vector<float> weights;
  TunedGraph graph;
};

TEST(Tuner, products_of_narrow_operands_between_wide_tensors_need_no_conversion) {
  const Products products({DataType::Float, DataType::Half});
  const Result result =
      choose(products.graph, with_timer([](const Tactic&, const Problem& problem) {
               return problem.inputs.back().dtype == DataType::Half ? 1.0 : 2.0;
             }));
  for (const Choice& choice : result.choices) {
    EXPECT_EQ(choice.inputs[0].dtype, DataType::Float);
    EXPECT_EQ(choice.inputs[1].dtype, DataType::Half);
    EXPECT_EQ(choice.outputs[0].dtype, DataType::Float);
  }
}

TEST(Tuner, a_narrower_type_that_saves_next_to_nothing_is_not_taken) {
  const Products products({DataType::Float, DataType::Half});
  const auto choose_at = [&](double narrow_ms) {
    const auto timer = [&](const Tactic&, const Problem& problem) {
      return problem.inputs.back().dtype == DataType::Half ? narrow_ms : 1.0;
    };
    return choose(products.graph, with_timer(timer)).choices[0].inputs[1].dtype;
  };
  EXPECT_EQ(choose_at(0.98), DataType::Float);
  EXPECT_EQ(choose_at(0.96), DataType::Half);
}

TEST(Tuner, nothing_is_stored_narrow_where_it_shall_be_wide) {
  Products products({DataType::Float, DataType::Half});
  products.graph.values[0].fixed = false;
  const Result result =
      choose(products.graph, with_timer([](const Tactic&, const Problem& problem) {
               return problem.outputs[0].dtype == DataType::Half ? 1.0 : 2.0;
             }));
  EXPECT_EQ(result.choices[0].outputs[0].dtype, DataType::Float);
  EXPECT_EQ(result.choices[1].inputs[0].dtype, DataType::Float);
}

TEST(Tuner, a_tactic_that_cannot_write_the_stored_type_is_followed_by_a_conversion) {
  Chain chain(1);
  chain.graph.nodes[0].op = &ops::get_op("Softmax");
  const ops::Attributes axes =
      ops::complete_attributes(ops::get_op("Softmax"), {{"axes", int64_t{2}}});
  chain.graph.nodes[0].attributes = &axes;
  chain.graph.nodes[0].precisions = {DataType::Float};
  chain.graph.values[1].stored = DataType::BF16;
  chain.graph.values[1].fixed_format.dtype = DataType::BF16;
  const Result result =
      choose(chain.graph, with_timer([](const Tactic&, const Problem&) { return 1.0; }));
  EXPECT_EQ(result.choices[0].outputs[0].dtype, DataType::Float);
}

/// A convolution that nothing but the reference computes in FP16.
struct OneConvolution {
  OneConvolution()
      : attributes(ops::complete_attributes(ops::get_op("Convolution"), {{"num_output_maps", 8}})),
        weights(64, 0.5f) {
    graph.values.resize(3);
    for (TunedValue& value : graph.values) value.dims = {Dims{1, 8, 4, 4}};
    graph.values[1].dims = {Dims{8, 8, 1, 1}};
    graph.values[1].constant = weights.data();
    TunedNode node;
    node.op = &ops::get_op("Convolution");
    node.attributes = &attributes;
    node.name = "conv";
    node.inputs = {0, 1};
    node.outputs = {2};
    node.precisions = {DataType::Float, DataType::Half};
    graph.nodes.push_back(node);
  }
  ops::Attributes attributes;
  std::vector<float> weights;
  TunedGraph graph;
};

TEST(Tuner, references_in_other_formats_are_not_timed_beside_fast_tactics) {
  const OneConvolution one;
  Options options = with_timer([](const Tactic& tactic, const Problem&) {
    return tactic.source == kernels::Source::Reference ? 1.0 : 2.0;
  });
  EXPECT_NE(choose(one.graph, options).choices[0].tactic->source, kernels::Source::Reference);
  options.level = 5;
  EXPECT_EQ(choose(one.graph, options).choices[0].tactic->source, kernels::Source::Reference);
}

TEST(Tuner, falls_back_where_nothing_computes_in_the_preferred_precision) {
  Chain chain(1);
  chain.graph.nodes[0].precisions = {DataType::FP8};
  chain.graph.nodes[0].fallback = {DataType::Float};
  const Result result =
      choose(chain.graph, with_timer([](const Tactic&, const Problem&) { return 1.0; }));
  EXPECT_EQ(result.choices[0].inputs[0].dtype, DataType::Float);
}

TEST(Tuner, progress_can_cancel) {
  const Chain chain(2);
  Options options = with_timer([](const Tactic&, const Problem&) { return 1.0; });
  options.progress = [](int, int) { return false; };
  EXPECT_THROW(choose(chain.graph, options), UserError);
}

TEST(Tuner, says_why_only_the_reference_is_left) {
  Chain chain(1);
  Options options = with_timer([](const Tactic&, const Problem&) { return 1.0; });
  EXPECT_FALSE(choose(chain.graph, options).choices[0].last_resort.has_value());
  options.sources = 0;
  const auto off = choose(chain.graph, options).choices[0].last_resort;
  ASSERT_TRUE(off.has_value());
  EXPECT_THAT(*off, testing::HasSubstr("its source is switched off (pointwise_"));
  EXPECT_THAT(*off, testing::Not(testing::HasSubstr("reference")));
  options.sources = -1;
  for (TunedValue& value : chain.graph.values) value.dtype = DataType::Int32;
  for (TunedValue& value : chain.graph.values) value.fixed_format.dtype = DataType::Int32;
  const auto refused = choose(chain.graph, options).choices[0].last_resort;
  ASSERT_TRUE(refused.has_value());
  EXPECT_THAT(*refused, testing::HasSubstr("needs a floating-point type, got s32 ("));
}

}  // namespace
}  // namespace trtlike::tuner
