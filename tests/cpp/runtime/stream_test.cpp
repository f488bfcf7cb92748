// Streams run what they are given in order, beside the caller; profilers hear of every layer.
#include "runtime/stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "support/make_plan.h"
#include "trtlike/runtime.h"

namespace trtlike {
namespace {

using test::PlanMaker;
using testing::ElementsAre;

PlanMaker chain_plan() {
  PlanMaker maker;
  const int32_t x = maker.input("x", {-1, 4});
  const int32_t a = maker.step("Activation", "first", {x}, {{"type", int64_t{0}}});
  const int32_t view =
      maker.step("Shuffle", "view", {a},
                 {{"has_reshape", true}, {"reshape_dims", std::vector<int64_t>{-1}}}, "");
  maker.output(maker.step("ElementWise", "second", {view, view}, {{"op", int64_t{0}}}), "y");
  return maker;
}

TEST(Stream, jobs_run_in_order) {
  const uint64_t stream = create_stream();
  std::vector<int> order;
  for (int i = 0; i < 100; ++i) enqueue_on_stream(stream, [&order, i] { order.push_back(i); });
  synchronize_stream(stream);
  ASSERT_EQ(order.size(), 100u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  destroy_stream(stream);
}

TEST(Stream, an_unknown_handle_is_the_default_stream) {
  EXPECT_EQ(runtime::find_stream(12345), nullptr);
  bool ran = false;
  enqueue_on_stream(12345, [&] { ran = true; });
  EXPECT_TRUE(ran);
  destroy_stream(12345);
}

TEST(Stream, destroying_a_stream_first_runs_what_is_queued) {
  std::atomic<int> count{0};
  const uint64_t stream = create_stream();
  for (int i = 0; i < 20; ++i) enqueue_on_stream(stream, [&] { ++count; });
  destroy_stream(stream);
  EXPECT_EQ(count, 20);
}

TEST(Stream, synchronizing_the_default_stream_waits_for_all) {
  std::atomic<int> count{0};
  const uint64_t a = create_stream(), b = create_stream();
  for (int i = 0; i < 50; ++i) {
    enqueue_on_stream(a, [&] { ++count; });
    enqueue_on_stream(b, [&] { ++count; });
  }
  synchronize_stream(0);
  EXPECT_EQ(count, 100);
  destroy_stream(a);
  destroy_stream(b);
}

TEST(Stream, execution_uses_the_addresses_of_the_call) {
  PlanMaker maker = chain_plan();
  const auto context = maker.context();
  const uint64_t stream = create_stream();
  std::vector<float> x = {1, -1, 2, -2};
  std::vector<std::vector<float>> outputs(40, std::vector<float>(8));
  EXPECT_TRUE(context->set_tensor_address("x", x.data()));
  EXPECT_TRUE(context->set_input_shape("x", {1, 4}));
  for (auto& y : outputs) {
    EXPECT_TRUE(context->set_tensor_address("y", y.data()));
    EXPECT_TRUE(context->execute_async_v3(stream));
  }
  synchronize_stream(stream);
  for (const auto& y : outputs) EXPECT_THAT(y, ElementsAre(2, 0, 4, 0, 0, 0, 0, 0));
  destroy_stream(stream);
}

TEST(Stream, shapes_may_change_while_runs_are_queued) {
  PlanMaker maker = chain_plan();
  const auto context = maker.context();
  const uint64_t stream = create_stream();
  std::vector<float> x(32, 1);
  EXPECT_TRUE(context->set_tensor_address("x", x.data()));
  std::vector<std::vector<float>> outputs(60, std::vector<float>(33));
  for (size_t i = 0; i < outputs.size(); ++i) {
    EXPECT_TRUE(context->set_input_shape("x", {static_cast<int64_t>(1 + i % 8), 4}));
    EXPECT_TRUE(context->set_tensor_address("y", outputs[i].data()));
    EXPECT_TRUE(context->execute_async_v3(stream));
  }
  synchronize_stream(stream);
  for (size_t i = 0; i < outputs.size(); ++i) {
    std::vector<float> expected(33, 0);
    std::fill_n(expected.begin(), 4 * (1 + i % 8), 2.0f);
    EXPECT_EQ(outputs[i], expected) << i;
  }
  destroy_stream(stream);
}

TEST(Stream, a_context_may_go_while_a_run_is_queued) {
  std::vector<float> x = {1, 2, 3, 4}, y(4);
  const uint64_t stream = create_stream();
  {
    PlanMaker maker = chain_plan();
    const auto context = maker.context();
    EXPECT_TRUE(context->set_input_shape("x", {1, 4}));
    EXPECT_TRUE(context->set_tensor_address("x", x.data()));
    EXPECT_TRUE(context->set_tensor_address("y", y.data()));
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(context->execute_async_v3(stream));
  }
  EXPECT_THAT(y, ElementsAre(2, 4, 6, 8));
  destroy_stream(stream);
}

class RecordingProfiler final : public Profiler {
 public:
  void report_layer_time(const std::string& name, float ms) noexcept override {
    names.push_back(name);
    EXPECT_GE(ms, 0);
  }
  std::vector<std::string> names;
};

TEST(Profiler, hears_of_every_layer_in_order) {
  PlanMaker maker = chain_plan();
  const auto context = maker.context();
  std::vector<float> x = {1, 2, 3, 4}, y(4);
  EXPECT_TRUE(context->set_input_shape("x", {1, 4}));
  const auto profiler = std::make_shared<RecordingProfiler>();
  EXPECT_FALSE(context->report_to_profiler());
  context->set_profiler(profiler);
  EXPECT_EQ(context->profiler(), profiler);
  EXPECT_TRUE(context->enqueue_emits_profile());
  EXPECT_TRUE(context->execute_v2({x.data(), y.data()}));
  EXPECT_THAT(profiler->names, ElementsAre("first", "view", "second"));
  context->set_enqueue_emits_profile(false);
  EXPECT_TRUE(context->execute_v2({x.data(), y.data()}));
  EXPECT_EQ(profiler->names.size(), 3u);
  EXPECT_TRUE(context->report_to_profiler());
  EXPECT_EQ(profiler->names.size(), 6u);
}

}  // namespace
}  // namespace trtlike
