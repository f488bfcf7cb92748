// Interfaces of the user's in C++: debug listeners, error recorders, allocators, streams of bytes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>

#include "trtlike/trtlike.h"

namespace trtlike {
namespace {

using testing::HasSubstr;

class Recorder final : public ErrorRecorder {
 public:
  int num_errors() const noexcept override { return static_cast<int>(errors.size()); }
  ErrorCode error_code(int index) const noexcept override { return at(index).first; }
  std::string error_desc(int index) const noexcept override { return at(index).second; }
  bool has_overflowed() const noexcept override { return false; }
  void clear() noexcept override { errors.clear(); }
  bool report_error(ErrorCode code, const std::string& description) noexcept override {
    errors.emplace_back(code, description);
    return true;
  }

  std::vector<std::pair<ErrorCode, std::string>> errors;

 private:
  const std::pair<ErrorCode, std::string>& at(int i) const {
    return errors.at(static_cast<size_t>(i));
  }
};

class Allocator final : public GpuAllocator {
 public:
  void* allocate(uint64_t size, uint64_t alignment, uint32_t) noexcept override {
    ++taken;
    return std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  }
  bool deallocate(void* memory) noexcept override {
    ++given;
    std::free(memory);
    return true;
  }
  int taken = 0, given = 0;
};

class Listener final : public DebugListener {
 public:
  bool process_debug_tensor(const void* address, TensorLocation, DataType type, const Dims& shape,
                            const std::string& name, uint64_t) noexcept override {
    EXPECT_EQ(type, DataType::Float);
    EXPECT_EQ(shape, (Dims{4}));
    const auto* values = static_cast<const float*>(address);
    seen.emplace_back(name, std::vector<float>(values, values + 4));
    return true;
  }
  std::vector<std::pair<std::string, std::vector<float>>> seen;
};

class Bytes final : public StreamWriter, public StreamReader {
 public:
  int64_t write(const void* data, int64_t bytes) noexcept override {
    const int64_t part = std::min<int64_t>(bytes, 1000);
    text.append(static_cast<const char*>(data), static_cast<size_t>(part));
    return part;
  }
  int64_t read(void* destination, int64_t bytes) noexcept override {
    const size_t part = std::min({static_cast<size_t>(bytes), size_t{999}, text.size() - at});
    std::memcpy(destination, text.data() + at, part);
    at += part;
    return static_cast<int64_t>(part);
  }
  std::string text;
  size_t at = 0;
};

/// out = relu(-x); -x is named "inner" and marked.
struct Example {
  Example() {
    const Tensor x = network.add_input("x", DataType::Float, {4});
    Tensor inner = network.add_unary(x, UnaryOperation::Neg).output(0);
    inner.set_name("inner");
    Tensor out = network.add_activation(inner, ActivationType::Relu).output(0);
    out.set_name("out");
    network.mark_output(out);
    EXPECT_TRUE(network.mark_debug(inner));
    EXPECT_FALSE(network.mark_debug(inner));
  }
  Network network;
  BuilderConfig config;
};

TEST(Interfaces, a_plan_goes_through_streams_and_runs_in_the_users_memory) {
  Example example;
  Builder builder(nullptr);
  Bytes bytes;
  ASSERT_TRUE(builder.build_serialized_network_to_stream(example.network, example.config, bytes));
  Runtime runtime(nullptr);
  const auto allocator = std::make_shared<Allocator>();
  runtime.set_gpu_allocator(allocator);
  StreamReader& reader = bytes;
  const auto engine = runtime.deserialize_cuda_engine(reader);
  ASSERT_NE(engine, nullptr);
  EXPECT_EQ(bytes.at, bytes.text.size());
  EXPECT_TRUE(engine->is_debug_tensor("inner"));
  EXPECT_FALSE(engine->is_debug_tensor("out"));
  EXPECT_EQ(engine->num_io_tensors(), 2);
  auto context = engine->create_execution_context(engine);
  const auto listener = std::make_shared<Listener>();
  context->set_debug_listener(listener);
  EXPECT_TRUE(context->set_all_tensors_debug_state(true));
  float x[4] = {-1, 2, -3, 4}, out[4];
  ASSERT_TRUE(context->execute_v2({x, out}));
  ASSERT_EQ(listener->seen.size(), 1u);
  EXPECT_EQ(listener->seen[0].first, "inner");
  EXPECT_THAT(listener->seen[0].second, testing::ElementsAre(1, -2, 3, -4));
  EXPECT_THAT(out, testing::ElementsAre(1, 0, 3, 0));
  EXPECT_GT(allocator->taken, 0);
  context.reset();
  EXPECT_EQ(allocator->given, allocator->taken);
}

TEST(Interfaces, every_kind_of_failure_has_its_code) {
  Example example;
  const auto recorder = std::make_shared<Recorder>();
  Builder builder(nullptr);
  builder.set_error_recorder(recorder);
  Network empty = builder.create_network();
  EXPECT_EQ(builder.build_serialized_network(empty, example.config), nullptr);
  EXPECT_EQ(recorder->error_code(0), ErrorCode::InvalidArgument);
  EXPECT_THAT(recorder->error_desc(0), HasSubstr("expected at least one output"));
  recorder->clear();
  EXPECT_THROW(empty.add_layer("Nothing", {}), UserError);
  EXPECT_EQ(recorder->num_errors(), 1);
  EXPECT_THROW(empty.mark_debug(example.network.output(0)), UserError);
  Runtime runtime(nullptr);
  runtime.set_error_recorder(recorder);
  EXPECT_EQ(runtime.deserialize_cuda_engine(std::make_shared<char>(), 1), nullptr);
  EXPECT_EQ(recorder->error_code(1), ErrorCode::FailedInitialization);
}

TEST(Interfaces, memory_of_the_users_is_checked) {
  Example example;
  Builder builder(nullptr);
  const auto engine = builder.build_engine_with_config(example.network, example.config);
  const auto recorder = std::make_shared<Recorder>();
  engine->set_error_recorder(recorder);
  RuntimeConfig config;
  config.set_execution_context_allocation_strategy(ExecutionContextAllocationStrategy::UserManaged);
  const auto context = engine->create_execution_context(engine, config);
  alignas(64) static std::byte memory[1 << 16];
  EXPECT_LE(context->update_device_memory_size_for_shapes(), std::ssize(memory));
  EXPECT_FALSE(context->set_device_memory(memory + 1, 64));
  EXPECT_THAT(recorder->error_desc(0), HasSubstr("and at least 0 bytes"));
  EXPECT_TRUE(context->set_device_memory(memory, std::ssize(memory)));
  float x[4] = {-1, 2, -3, 4}, out[4];
  ASSERT_TRUE(context->execute_v2({x, out}));
  EXPECT_THAT(out, testing::ElementsAre(1, 0, 3, 0));
}

}  // namespace
}  // namespace trtlike
