// What shares storage, what is copied, and that the numbers are those of dense references.
#include "engine/alias_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "support/aliased_run.h"
#include "support/strided_tactic.h"

namespace trtlike::engine {
namespace {

using kernels::Layout;
using test::AliasedRun;
using test::dense_tactic;
using test::in_place_tactic;
using test::PlanMaker;
using test::ramp;
using test::strided_tactic;
using testing::ElementsAre;

using Ints = std::vector<int64_t>;
constexpr int64_t kRelu = 0, kSigmoid = 1, kSum = 0;

int32_t relu(PlanMaker& maker, const std::string& name, int32_t x) {
  return maker.step("Activation", name, {x}, {{"type", kRelu}});
}

int32_t reshape(PlanMaker& maker, const std::string& name, int32_t x, const Ints& dims,
                const std::string& tactic = "reference") {
  return maker.step("Shuffle", name, {x}, {{"has_reshape", true}, {"reshape_dims", dims}}, tactic);
}

int32_t slice(PlanMaker& maker, const std::string& name, int32_t x, const Ints& start,
              const Ints& shape) {
  return maker.step("Slice", name, {x},
                    {{"start", start}, {"shape", shape}, {"stride", Ints(start.size(), 1)}});
}

int32_t concat(PlanMaker& maker, const std::string& name, const std::vector<int32_t>& pieces,
               int64_t axis) {
  return maker.step("Concatenation", name, pieces, {{"axis", axis}});
}

TEST(AliasPlan, a_reshape_between_layers_costs_nothing) {
  PlanMaker maker;
  const int32_t x = maker.input("x", {2, 6});
  const int32_t a = relu(maker, "a", x);
  const int32_t view = reshape(maker, "view", a, {3, 4}, "");
  maker.output(relu(maker, "b", view), "y");
  AliasedRun run(maker, dense_tactic());
  EXPECT_EQ(run.work("view"), Work::Nothing);
  EXPECT_TRUE(run.share(a, view));
  run.run({{"x", ramp(12, 1, -5)}});
}

TEST(AliasPlan, a_reshape_into_an_output_lets_the_layer_before_write_there) {
  PlanMaker maker;
  const int32_t x = maker.input("x", {2, 6});
  const int32_t a = relu(maker, "a", x);
  const int32_t y = reshape(maker, "view", a, {12});
  maker.output(y);
  AliasedRun run(maker, dense_tactic());
  EXPECT_EQ(run.work("view"), Work::Nothing);
  EXPECT_EQ(run.storage(a).region, MemoryRegion::Output);
  EXPECT_EQ(run.prepared().arena_bytes(), 0u);
  run.run({{"x", ramp(12, 1, -5)}});
}

TEST(AliasPlan, from_an_input_to_an_output_a_view_is_a_copy) {
  PlanMaker maker;
  const int32_t x = maker.input("x", {2, 6});
  maker.output(reshape(maker, "view", x, {12}), "y");
  AliasedRun run(maker, dense_tactic());
  EXPECT_EQ(run.work("view"), Work::Copies);
  run.run({{"x", ramp(12)}});
}

TEST(AliasPlan, one_value_can_be_several_outputs_and_an_input_an_output) {
  PlanMaker maker;
  const int32_t x = maker.input("x", {5});
  const int32_t a = relu(maker, "a", x);
  maker.output(a, "y").output(a, "z").output(x, "w");
  maker.output(maker.constant("c", {2}, DataType::Float, {3, 4}), "k");
  AliasedRun run(maker, dense_tactic());
  const auto outputs = run.run({{"x", ramp(5, 1, -2)}});
  EXPECT_THAT(outputs.at("z"), ElementsAre(0, 0, 0, 1, 2));
  EXPECT_THAT(outputs.at("w"), ElementsAre(-2, -1, 0, 1, 2));
  EXPECT_THAT(outputs.at("k"), ElementsAre(3, 4));
}

TEST(AliasPlan, linear_pieces_are_written_into_the_concatenation) {
  PlanMaker maker;
  const int32_t x = maker.input("x", {1, 2, 3, 2});
  const int32_t a = relu(maker, "a", x), b = relu(maker, "b", x);
  const int32_t joined = concat(maker, "join", {a, b, x}, 1);
  maker.output(relu(maker, "c", joined), "y");
  AliasedRun run(maker, dense_tactic());
  EXPECT_EQ(run.work("join"), Work::Copies);  // of the input alone
  EXPECT_TRUE(run.share(a, joined));
  EXPECT_TRUE(run.share(b, joined));
  EXPECT_EQ(run.storage(b).offset_bytes, 48);
  run.run({{"x", ramp(12, 1, -5)}});
}

TEST(AliasPlan, interleaved_pieces_stay_a_kernel) {
  PlanMaker maker;
  const int32_t x = maker.input("x", {2, 3});
  const int32_t a = relu(maker, "a", x), b = relu(maker, "b", x);
  maker.output(concat(maker, "join", {a, b}, 1), "y");
  AliasedRun run(maker, dense_tactic());
  EXPECT_EQ(run.work("join"), Work::Kernel);
  run.run({{"x", ramp(6, 1, -3)}});
}

TEST(AliasPlan, the_same_piece_twice_is_copied_once) {
  PlanMaker maker;
  const int32_t x = maker.input("x", {1, 4});
  const int32_t a = relu(maker, "a", x);
  maker.output(concat(maker, "join", {a, a}, 1), "y");
  AliasedRun run(maker, dense_tactic());
  EXPECT_EQ(run.work("join"), Work::Copies);
  run.run({{"x", ramp(4, 1, -1)}});
}

/// conv-like: channels-last a and b side by side, read again by c.
struct Bands {
  PlanMaker maker;
  int32_t a, b, joined;
  Bands() {
    const int32_t x = maker.input("x", {2, 3, 2, 2});
    a = relu(maker, "a", x);
    b = relu(maker, "b", maker.step("Activation", "s", {x}, {{"type", kSigmoid}}));
    joined = concat(maker, "join", {a, b}, 1);
    maker.output(relu(maker, "c", joined), "y");
    for (size_t v = 0; v < maker.plan.values.size(); ++v)
      maker.layout(static_cast<int32_t>(v), Layout::ChannelsLast);
  }
};

TEST(AliasPlan, channels_last_pieces_become_bands_where_tactics_take_a_pitch) {
  Bands net;
  AliasedRun run(net.maker, strided_tactic());
  EXPECT_EQ(run.work("join"), Work::Nothing);
  EXPECT_EQ(run.pitch(net.a), 6);
  EXPECT_EQ(run.pitch(net.b), 6);
  EXPECT_EQ(run.storage(net.b).offset_bytes, 3 * 4);
  run.run({{"x", ramp(24, 0.25f, -3)}});
}

TEST(AliasPlan, one_producer_without_pitch_costs_one_copy) {
  Bands net;
  AliasedRun run(net.maker, strided_tactic(), {{"a", &dense_tactic()}});
  EXPECT_EQ(run.work("join"), Work::Copies);
  EXPECT_EQ(run.pitch(net.a), 0);
  EXPECT_EQ(run.pitch(net.b), 6);
  run.run({{"x", ramp(24, 0.25f, -3)}});
}

TEST(AliasPlan, dense_tactics_keep_the_concatenation_kernel) {
  Bands net;
  AliasedRun run(net.maker, dense_tactic());
  EXPECT_EQ(run.work("join"), Work::Kernel);
  run.run({{"x", ramp(24, 0.25f, -3)}});
}

TEST(AliasPlan, bands_of_bands_share_one_storage) {
  PlanMaker maker;
  const int32_t x = maker.input("x", {1, 2, 3, 3});
  const int32_t a = relu(maker, "a", x), b = relu(maker, "b", x);
  const int32_t first = concat(maker, "first", {a, b}, 1);
  const int32_t c = relu(maker, "c", first);
  const int32_t second = concat(maker, "second", {a, b, c}, 1);
  maker.output(relu(maker, "d", second), "y");
  for (size_t v = 0; v < maker.plan.values.size(); ++v)
    maker.layout(static_cast<int32_t>(v), Layout::ChannelsLast);
  AliasedRun run(maker, strided_tactic());
  EXPECT_EQ(run.work("first"), Work::Nothing);
  EXPECT_EQ(run.work("second"), Work::Nothing);
  EXPECT_EQ(run.pitch(first), 8);
  EXPECT_EQ(run.storage(b).offset_bytes, 2 * 4);
  run.run({{"x", ramp(18, 1, -9)}});
}

TEST(AliasPlan, a_split_and_its_concatenation_share_one_storage) {
  PlanMaker maker;
  const int32_t x = maker.input("x", {1, 4, 2, 3});
  const int32_t all = relu(maker, "all", x);
  const int32_t low = slice(maker, "low", all, {0, 0, 0, 0}, {1, 2, 2, 3});
  const int32_t high = slice(maker, "high", all, {0, 2, 0, 0}, {1, 2, 2, 3});
  const int32_t more = maker.step("Activation", "more", {high}, {{"type", kSigmoid}});
  const int32_t joined = concat(maker, "join", {low, high, more}, 1);
  maker.output(relu(maker, "last", joined), "y");
  for (size_t v = 0; v < maker.plan.values.size(); ++v)
    maker.layout(static_cast<int32_t>(v), Layout::ChannelsLast);
  AliasedRun run(maker, strided_tactic());
  EXPECT_EQ(run.num_working(), 3);  // all, more, last
  EXPECT_EQ(run.pitch(high), 6);
  EXPECT_EQ(run.pitch(all), 6);
  EXPECT_TRUE(run.share(more, all));
  run.run({{"x", ramp(24, 0.25f, -3)}});
}

TEST(AliasPlan, contiguous_slices_are_offsets) {
  PlanMaker maker;
  const int32_t x = maker.input("x", {4, 3});
  const int32_t a = relu(maker, "a", x);
  const int32_t rows = slice(maker, "rows", a, {1, 0}, {2, 3});
  const int32_t columns = slice(maker, "columns", a, {0, 1}, {4, 2});
  const int32_t cell = slice(maker, "cell", x, {2, 1}, {1, 2});
  maker.output(relu(maker, "p", rows), "p").output(relu(maker, "q", columns), "q");
  maker.output(relu(maker, "r", cell), "r");
  AliasedRun run(maker, dense_tactic());
  EXPECT_EQ(run.work("rows"), Work::Nothing);
  EXPECT_EQ(run.storage(rows).offset_bytes, 12);
  EXPECT_EQ(run.work("columns"), Work::Kernel);
  EXPECT_EQ(run.storage(cell).region, MemoryRegion::Input);
  EXPECT_EQ(run.storage(cell).offset_bytes, 28);
  const auto outputs = run.run({{"x", ramp(12)}});
  EXPECT_THAT(outputs.at("p"), ElementsAre(3, 4, 5, 6, 7, 8));
  EXPECT_THAT(outputs.at("r"), ElementsAre(7, 8));
}

TEST(AliasPlan, an_output_takes_over_an_input_that_dies) {
  PlanMaker maker;
  const int32_t x = maker.input("x", {64});
  const int32_t a = relu(maker, "a", x), b = relu(maker, "b", a);
  const int32_t c = maker.step("ElementWise", "c", {b, a}, {{"op", kSum}});
  const int32_t d = relu(maker, "d", c);
  maker.output(relu(maker, "e", d), "y");
  AliasedRun run(maker, in_place_tactic());
  EXPECT_FALSE(run.share(a, b));  // a is read again by c
  EXPECT_TRUE(run.share(b, c));
  EXPECT_TRUE(run.share(c, d));
  EXPECT_EQ(run.storage(d).region, MemoryRegion::Output);
  EXPECT_EQ(run.storage(x).region, MemoryRegion::Input);
  EXPECT_EQ(run.prepared().arena_bytes(), 256u);
  run.run({{"x", ramp(64, 1, -30)}});
}

TEST(AliasPlan, in_place_steps_inside_a_band_keep_the_band) {
  Bands net;
  AliasedRun run(net.maker, in_place_tactic());
  EXPECT_EQ(run.work("join"), Work::Nothing);
  EXPECT_EQ(run.pitch(net.b), 6);
  run.run({{"x", ramp(24, 0.25f, -3)}});
}

TEST(AliasPlan, flattening_a_pooled_map_is_a_view_in_channels_last) {
  PlanMaker maker;
  const int32_t x = maker.input("x", {2, 5, 1, 1});
  const int32_t a = relu(maker, "a", x);
  const int32_t flat = reshape(maker, "flat", a, {2, 5});
  maker.output(relu(maker, "b", flat), "y");
  maker.layout(x, Layout::ChannelsLast).layout(a, Layout::ChannelsLast);
  AliasedRun run(maker, dense_tactic());
  EXPECT_EQ(run.work("flat"), Work::Nothing);
  run.run({{"x", ramp(10, 1, -4)}});
}

TEST(AliasPlan, a_channels_last_reshape_that_moves_bytes_stays_a_kernel) {
  PlanMaker maker;
  const int32_t x = maker.input("x", {1, 2, 3, 1});
  const int32_t a = relu(maker, "a", x);
  const int32_t flat = reshape(maker, "flat", a, {6});
  maker.output(relu(maker, "b", flat), "y");
  maker.layout(x, Layout::ChannelsLast).layout(a, Layout::ChannelsLast);
  AliasedRun run(maker, dense_tactic());
  EXPECT_EQ(run.work("flat"), Work::Kernel);
  run.run({{"x", ramp(6, 1, -2)}});
}

/// Random chains of relu, sum, slice and concatenation of channels on a [2, c, 2, 2] tensor.
PlanMaker random_plan(std::mt19937& random, bool channels_last) {
  const auto pick = [&](size_t count) { return random() % count; };
  PlanMaker maker;
  const int64_t batch = 1 + static_cast<int64_t>(pick(2));
  std::vector<int32_t> values = {maker.input("x", {batch, 4, 2, 2})};
  const auto channels = [&](int32_t v) {
    return maker.plan.values[static_cast<size_t>(v)].dims[1];
  };
  for (int i = 0; i < 14; ++i) {
    const std::string name = "s" + std::to_string(i);
    const int32_t x = values[pick(values.size())];
    const int64_t c = channels(x);
    switch (pick(5)) {
      case 0: {
        const auto start = static_cast<int64_t>(pick(static_cast<size_t>(c)));
        const int64_t extent = 1 + static_cast<int64_t>(pick(static_cast<size_t>(c - start)));
        values.push_back(slice(maker, name, x, {0, start, 0, 0}, {batch, extent, 2, 2}));
        break;
      }
      case 1: {
        const int32_t other = values[pick(values.size())];
        if (c + channels(other) <= 16) values.push_back(concat(maker, name, {x, other}, 1));
        break;
      }
      case 2: {
        const int32_t other = values[pick(values.size())];
        if (channels(other) == c)
          values.push_back(maker.step("ElementWise", name, {x, other}, {{"op", kSum}}));
        break;
      }
      case 3:
        values.push_back(maker.step("Identity", name, {x}));
        break;
      default:
        values.push_back(relu(maker, name, x));
    }
  }
  for (int i = 0; i < 3; ++i) maker.output(values[pick(values.size())], "y" + std::to_string(i));
  if (channels_last)
    for (size_t v = 0; v < maker.plan.values.size(); ++v)
      maker.layout(static_cast<int32_t>(v), Layout::ChannelsLast);
  return maker;
}

TEST(AliasPlan, random_plans_give_the_numbers_of_the_references) {
  std::mt19937 random(20);
  for (int round = 0; round < 600; ++round) {
    const PlanMaker maker = random_plan(random, round % 3 != 0);
    const kernels::Tactic* tactics[] = {&strided_tactic(), &dense_tactic(), &in_place_tactic()};
    std::map<std::string, const kernels::Tactic*> others;
    for (const PlanStep& step : maker.plan.steps) others[step.name] = tactics[random() % 3];
    AliasedRun run(maker, in_place_tactic(),
                   round % 2 == 0 ? std::map<std::string, const kernels::Tactic*>{} : others);
    const int64_t count = core::elems(maker.plan.values[0].dims);
    run.run({{"x", ramp(count, 1, -7)}});
    ASSERT_FALSE(testing::Test::HasFailure()) << "round " << round << "\n"
                                              << print_plan(maker.plan);
  }
}

}  // namespace
}  // namespace trtlike::engine
