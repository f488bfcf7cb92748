// The plan reader on damaged bytes: refused by PlanError, or harmless to load and run.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>

#include "core/bytes.h"
#include "core/memory.h"
#include "engine/plan_format.h"
#include "runtime/bindings.h"
#include "support/make_plan.h"
#include "trtlike/error.h"
#include "trtlike/runtime.h"

namespace trtlike {
namespace {

using test::PlanMaker;

/// TRTLIKE_FUZZ_ROUNDS asks for a longer run, TRTLIKE_FUZZ_SEED for another one.
uint32_t setting(const char* variable, uint32_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : static_cast<uint32_t>(std::strtoul(text, nullptr, 10));
}

uint32_t rounds() { return setting("TRTLIKE_FUZZ_ROUNDS", 10000); }

std::mt19937 seeded() {
  const uint32_t seed = setting("TRTLIKE_FUZZ_SEED", 1);
  testing::Test::RecordProperty("seed", std::to_string(seed));
  std::printf("seed %u\n", seed);
  return std::mt19937(seed);
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
  maker.profile().shapes["x"] = {Dims{1, 4, 3, 3}, Dims{1, 4, 3, 3}, Dims{2, 4, 3, 3}};
  return maker;
}

std::shared_ptr<void> copy_of(const std::string& bytes) {
  std::shared_ptr<void> copy = core::allocate_shared(std::max<size_t>(bytes.size(), 1));
  std::memcpy(copy.get(), bytes.data(), bytes.size());
  return copy;
}

void mend_checksum(std::string& bytes) {
  engine::Header header;
  std::memcpy(&header, bytes.data(), sizeof header);
  header.checksum =
      core::checksum(bytes.data() + engine::kChecksumFrom, bytes.size() - engine::kChecksumFrom);
  std::memcpy(bytes.data(), &header, sizeof header);
}

/// Memory for every binding of a context whose shapes are set; false when one is too large to try.
bool give_addresses(ExecutionContext& context, std::vector<std::vector<std::byte>>& memory) {
  constexpr int64_t kMost = 1 << 12;
  const CudaEngine& engine = *context.engine();
  const engine::Plan& plan = engine.plan().plan;
  for (int i = 0; i < engine.num_io_tensors(); ++i) {
    const std::string& name = engine.tensor_name(i);
    const Dims dims = context.tensor_shape(name);
    int64_t elems = 1;
    for (int64_t extent : dims) {
      if (extent < 0 || extent > kMost || elems > kMost / std::max<int64_t>(extent, 1))
        return false;
      elems *= extent;
    }
    memory.emplace_back(runtime::binding_desc(plan, i, dims).bytes() + 64);
    if (engine.is_shape_inference_io(name)) {
      memory.back().assign(memory.back().size(), std::byte{0});
      memory.back()[0] = std::byte{1};
      memory.back()[4] = std::byte{16};
    }
    context.set_tensor_address(name, memory.back().data());
  }
  return true;
}

/// Loads and runs; every failure must be one of ours.
bool survives(const std::string& bytes) {
  const auto logger = std::make_shared<test::RecordingLogger>();
  const auto engine = Runtime(logger).deserialize_cuda_engine(copy_of(bytes), bytes.size());
  if (engine == nullptr) return false;
  const auto context = engine->create_execution_context(engine);
  if (context == nullptr) return true;
  try {
    for (int i = 0; i < engine->num_io_tensors(); ++i) {
      const std::string& name = engine->tensor_name(i);
      if (engine->tensor_mode(name) != TensorIOMode::Input) continue;
      context->set_input_shape(name, engine->tensor_profile_shape(name, 0)[0]);
    }
    std::vector<std::vector<std::byte>> memory;
    if (context->infer_shapes().size() <= 1 && give_addresses(*context, memory) &&
        context->memory_size() < (1 << 20))
      context->execute_async_v3(0);
    engine->engine_information(true, context.get());
  } catch (const Error&) {
  }
  return true;
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
  std::vector<float> x(36, 1), y(16);
  int32_t shape[] = {4, 4};
  int64_t extents[4] = {};
  EXPECT_TRUE(context->execute_v2({x.data(), shape, y.data(), extents})) << logger->text;
  EXPECT_EQ(y[0], 3);
  EXPECT_EQ(extents[1], 4);
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
  for (uint32_t i = 0; i < rounds(); ++i) {
    std::string damaged = bytes;
    const size_t at = random() % bytes.size();
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << random() % 8));
    survived += survives(damaged);
  }
  EXPECT_EQ(survived, 0);
}

TEST(PlanReader, flipped_bytes_with_a_mended_checksum_are_refused_or_harmless) {
  const std::string bytes = victim_bytes();
  engine::Header header;
  std::memcpy(&header, bytes.data(), sizeof header);
  const size_t metadata_end = header.metadata_offset + header.metadata_bytes;
  std::mt19937 random = seeded();
  int survived = 0;
  for (uint32_t i = 0; i < rounds(); ++i) {
    std::string damaged = bytes;
    for (size_t flips = 1 + random() % 2; flips > 0; --flips) {
      const size_t at = random() % metadata_end;
      damaged[at] = static_cast<char>(random() % 2 == 0 ? damaged[at] ^ (1 << random() % 8)
                                                        : static_cast<int>(random()));
    }
    mend_checksum(damaged);
    survived += survives(damaged);
  }
  // Names, padding and the like may change without harm.
  EXPECT_GT(survived, 100);
}

}  // namespace
}  // namespace trtlike
