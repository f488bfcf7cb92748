// The plan reader on damaged bytes: refused by PlanError, or harmless to load and run.
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "engine/plan_format.h"
#include "support/damaged_plan.h"
#include "support/gain_op.h"
#include "support/make_plan.h"
#include "trtlike/runtime.h"

namespace trtlike {
namespace {

using test::copy_of;
using test::fuzz_rounds;
using test::mend_checksum;
using test::PlanMaker;
using test::seeded;
using test::survives;
using test::with_flips;

/// Two gains with a quantized value between them, and the blob that both keep.
void add_quantized(PlanMaker& maker, int32_t from) {
  static const auto gain = test::add_gain("victim", 2);
  const test::PlanMaker::Attributes state = {{"state", std::string("victim")}};
  const int32_t a = maker.step("TestGain", "a", {from}, state, "gain");
  maker.output(maker.step("TestGain", "b", {a}, state, "gain"), "gained");
  engine::PlanValue& between = maker.plan.values[static_cast<size_t>(a)];
  between.dtype = DataType::Int8;
  between.quantization = core::Quantization::per_channel(1, {0.5f, 0.5f, 0.5f, 0.5f}, {1, 1, 1, 1});
  maker.blob("gain", 2);
}

PlanMaker victim() {
  PlanMaker maker;
  const int32_t x = maker.input("x", {-1, 4, 3, 3});
  const int32_t shape = maker.input("shape", {2}, DataType::Int32, true);
  const int32_t c = maker.constant("c", {1, 4, 1, 1}, DataType::Float, {1, 2, 3, 4});
  const int32_t sum = maker.step("ElementWise", "sum", {x, c}, {{"op", int64_t{0}}});
  const int32_t relu = maker.step("Activation", "relu", {sum}, {{"type", int64_t{0}}});
  const int32_t start = maker.constant("start", {4}, DataType::Int64, {0, 1, 0, 0});
  const int32_t part = maker.step(
      "Slice", "part", {relu, start},
      {{"shape", std::vector<int64_t>{1, 2, 3, 3}}, {"stride", std::vector<int64_t>{1, 1, 1, 1}}});
  const int32_t joined = maker.step("Concatenation", "join", {part, part}, {{"axis", int64_t{1}}});
  const int32_t pool =
      maker.step("Pooling", "pool", {joined}, {{"window_size", std::vector<int64_t>{2, 2}}});
  maker.output(maker.step("Shuffle", "view", {pool, shape}, {{"has_reshape", true}}), "y");
  maker.output(maker.step("Shape", "extents", {pool}), "extents");
  add_quantized(maker, relu);
  maker.profile().shapes["x"] = {Dims{1, 4, 3, 3}, Dims{1, 4, 3, 3}, Dims{2, 4, 3, 3}};
  return maker;
}

std::string victim_bytes() {
  const auto memory = victim().bytes();
  return {static_cast<const char*>(memory->data()), memory->nbytes()};
}

TEST(PlanReader, the_undamaged_plan_runs) {
  const auto logger = std::make_shared<test::RecordingLogger>();
  const std::string bytes = victim_bytes();
  const auto engine = Runtime(logger).deserialize_cuda_engine(copy_of(bytes), bytes.size());
  ASSERT_NE(engine, nullptr) << logger->text;
  const auto context = engine->create_execution_context(engine);
  EXPECT_TRUE(context->set_input_shape("x", {1, 4, 3, 3}));
  std::vector<float> x(36, 1), y(16), gained(36);
  int32_t shape[] = {4, 4};
  int64_t extents[4] = {};
  EXPECT_TRUE(context->execute_v2({x.data(), shape, y.data(), extents, gained.data()}))
      << logger->text;
  EXPECT_EQ(y[0], 3);
  EXPECT_EQ(extents[1], 4);
  // 2 = 1 + 1 doubled twice; 5 = 1 + 4 too.
  EXPECT_EQ(gained[0], 8);
  EXPECT_EQ(gained[35], 20);
}

TEST(PlanReader, truncated_plans_are_refused) {
  const std::string bytes = victim_bytes();
  for (int i = 0; i < 1000; ++i) {
    const size_t length = bytes.size() * static_cast<size_t>(i) / 1000;
    EXPECT_FALSE(survives(bytes.substr(0, length))) << length;
    // The same with a header that says so.
    if (length < sizeof(engine::Header)) continue;
    std::string shorter = bytes.substr(0, length);
    const auto file_bytes = static_cast<uint64_t>(length);
    std::memcpy(shorter.data() + offsetof(engine::Header, file_bytes), &file_bytes, 8);
    mend_checksum(shorter);
    EXPECT_FALSE(survives(shorter)) << length;
  }
}

TEST(PlanReader, flipped_bytes_are_refused) {
  const std::string bytes = victim_bytes();
  std::mt19937 random = seeded();
  int survived = 0;
  for (uint32_t i = 0; i < fuzz_rounds(); ++i) {
    std::string damaged = bytes;
    const size_t at = random() % bytes.size();
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << random() % 8));
    survived += survives(damaged);
  }
  EXPECT_EQ(survived, 0);
}

TEST(PlanReader, flipped_bytes_with_a_mended_checksum_are_refused_or_harmless) {
  const std::string bytes = victim_bytes();
  std::mt19937 random = seeded();
  int survived = 0;
  for (uint32_t i = 0; i < fuzz_rounds(); ++i) survived += survives(with_flips(bytes, random));
  // Names, padding and the like may change without harm.
  EXPECT_GT(survived, 100);
}

}  // namespace
}  // namespace trtlike
