// What engines, contexts and streams refuse at run time.
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "core/os/memory.h"
#include "core/strings.h"
#include "errors/refusals.h"
#include "runtime/access.h"
#include "support/make_plan.h"
#include "trtlike/runtime.h"

namespace trtlike::test {
namespace {

using ContextPtr = std::shared_ptr<ExecutionContext>;

/// y = relu(x) with a first extent of 1 to 8, and z = relu(y).
PlanMaker dynamic_plan() {
  PlanMaker maker;
  const int32_t x = maker.input("x", {-1, 3});
  const int32_t y = maker.step("Activation", "first", {x}, {{"type", int64_t{0}}});
  maker.output(y, "y").output(maker.step("Activation", "second", {y}, {{"type", int64_t{0}}}), "z");
  maker.profile().shapes["x"] = {Dims{1, 3}, Dims{4, 3}, Dims{8, 3}};
  return maker;
}

/// Without profiles: y = x + x.
PlanMaker free_plan() {
  PlanMaker maker;
  const int32_t x = maker.input("x", {-1, 3}), w = maker.input("w", {-1, 3});
  maker.plan.bindings[0].dimension_names = maker.plan.bindings[1].dimension_names = {"rows", ""};
  maker.output(maker.step("ElementWise", "sum", {x, w}, {{"op", int64_t{0}}}), "y");
  return maker;
}

/// y = x in the shape that n holds, which is [1] to [8].
PlanMaker shape_tensor_plan() {
  PlanMaker maker;
  const int32_t x = maker.input("x", {8}), n = maker.input("n", {1}, DataType::Int64, true);
  maker.output(maker.step("Slice", "slice", {x, -1, n}, {{"start", std::vector<int64_t>{0}}}), "y");
  engine::PlanProfile& profile = maker.profile();
  profile.shapes["x"] = {Dims{8}, Dims{8}, Dims{8}};
  profile.shapes["n"] = {Dims{1}, Dims{1}, Dims{1}};
  profile.shape_values["n"] = {std::vector<int64_t>{1}, {4}, {8}};
  return maker;
}

/// y = x + w, said to have 2 rows.
PlanMaker two_row_plan() {
  PlanMaker maker = free_plan();
  maker.plan.values.back().dims = {2, 3};
  return maker;
}

/// y = x of what the machine's memory has no room for, as INT64 between two casts.
PlanMaker wide_plan() {
  PlanMaker maker;
  const int32_t x = maker.input("x", {-1, -1});
  const int32_t wide = maker.step("Cast", "widen", {x}, {{"to_type", int64_t{8}}});
  const int32_t back = maker.step("Cast", "back", {wide}, {{"to_type", int64_t{0}}});
  maker.output(maker.step("Cast", "narrow", {back}, {{"to_type", int64_t{0}}}), "y");
  return maker;
}

ContextPtr context_of(const PlanMaker& maker, const std::shared_ptr<Logger>& logger) {
  const auto engine = RuntimeAccess::engine(maker.loaded(), logger);
  return engine->create_execution_context(engine);
}

LoggedCase in_context(const char* name, PlanMaker (*make)(), void (*act)(ExecutionContext&),
                      const std::string& sentence) {
  return {name,
          [make, act](const std::shared_ptr<Logger>& logger) {
            const ContextPtr context = context_of(make(), logger);
            act(*context);
          },
          sentence};
}

/// Runs with memory for 8 rows of each tensor at one address a tensor.
void run(ExecutionContext& context, int64_t rows) {
  static float memory[3][24];
  context.set_input_shape("x", {rows, 3});
  EXPECT_FALSE(context.execute_v2({memory[0], memory[1], memory[2]}));
}

class NoMemory final : public OutputAllocator {
 public:
  void* reallocate_output(const std::string&, void*, uint64_t, uint64_t) noexcept override {
    return nullptr;
  }
  void notify_shape(const std::string&, const Dims&) noexcept override {}
};

const size_t kMachineMiB = core::total_memory_bytes() >> 20;

const LoggedCase kContext[] = {
    in_context(
        "tensor_name", dynamic_plan,
        [](ExecutionContext& c) { c.set_tensor_address("w", nullptr); },
        "[runtime] tensor name: expected one of 'x', 'y', 'z', got 'w'."),
    in_context(
        "shape_of_an_output", dynamic_plan,
        [](ExecutionContext& c) { c.set_input_shape("y", {1, 3}); },
        "[runtime] tensor 'y': expected an input, got an output. The shapes of outputs "
        "follow from inputs."),
    in_context(
        "rank", dynamic_plan, [](ExecutionContext& c) { c.set_input_shape("x", {3}); },
        "[runtime] tensor 'x': expected rank 2 as in [-1, 3], got [3]."),
    in_context(
        "extent_below_0", dynamic_plan,
        [](ExecutionContext& c) { c.set_input_shape("x", {-1, 3}); },
        "[runtime] tensor 'x', dimension 0: expected a value of at least 0, got -1."),
    in_context(
        "fixed_extent", dynamic_plan, [](ExecutionContext& c) { c.set_input_shape("x", {1, 4}); },
        "[runtime] tensor 'x', dimension 1: expected 3, got 4."),
    in_context(
        "outside_the_profile", dynamic_plan,
        [](ExecutionContext& c) { c.set_input_shape("x", {9, 3}); },
        "[runtime] tensor 'x', dimension 0: expected a value in [1, 8], got 9."),
    in_context(
        "profile", dynamic_plan,
        [](ExecutionContext& c) { c.set_optimization_profile_async(1, 0); },
        "[runtime] optimization profile: expected an index from 0 to 0, got 1."),
    in_context(
        "no_shape", dynamic_plan, [](ExecutionContext& c) { c.execute_async_v3(0); },
        "[runtime] tensor 'x': expected its shape (and, for a shape tensor, its address) "
        "to be set before the run, got none. Call set_input_shape first."),
    in_context(
        "no_input_address", dynamic_plan,
        [](ExecutionContext& c) {
          c.set_input_shape("x", {1, 3});
          c.execute_async_v3(0);
        },
        "[runtime] tensor 'x': expected an address, got none. Call set_tensor_address "
        "first."),
    in_context(
        "no_output_address", dynamic_plan,
        [](ExecutionContext& c) {
          float x[3];
          c.set_input_shape("x", {1, 3});
          c.set_tensor_address("x", x);
          c.execute_async_v3(0);
        },
        "[runtime] tensor 'y': expected an address, got none. Call set_tensor_address or "
        "set_output_allocator first."),
    in_context(
        "too_little_memory", dynamic_plan,
        [](ExecutionContext& c) {
          float memory[3][6];
          c.set_input_shape("x", {2, 3});
          for (const char* name : {"x", "y", "z"})
            c.set_tensor_address(name, memory[name[0] - 'x'], name[0] == 'y' ? 20 : 24);
          c.execute_async_v3(0);
        },
        "[runtime] tensor 'y': expected memory of at least 24 bytes for shape [2, 3], got "
        "20 bytes."),
    in_context(
        "shared_outputs", dynamic_plan,
        [](ExecutionContext& c) {
          float x[3], y[3];
          c.set_input_shape("x", {1, 3});
          c.execute_v2({x, y, y});
        },
        "[runtime] output 'y': expected memory of its own, got memory that tensor 'z' has "
        "too."),
    in_context(
        "addresses", dynamic_plan, [](ExecutionContext& c) { c.execute_v2({nullptr}); },
        "[runtime] execute_v2: expected 3 addresses, one a tensor, got 1."),
    in_context(
        "allocator_of_an_input", dynamic_plan,
        [](ExecutionContext& c) { c.set_output_allocator("x", std::make_shared<NoMemory>()); },
        "[runtime] output allocator for 'x': expected an output, got an input."),
    in_context(
        "allocator_without_memory", dynamic_plan,
        [](ExecutionContext& c) {
          c.set_output_allocator("z", std::make_shared<NoMemory>());
          run(c, 2);
        },
        "[runtime] tensor 'z': expected its output allocator to provide 24 bytes, got none."),
    in_context(
        "named_extents", free_plan,
        [](ExecutionContext& c) {
          c.set_input_shape("w", {3, 3});
          run(c, 2);
        },
        "[runtime] tensor 'w', dimension 0 'rows': expected 2 as in tensor 'x', got 3. "
        "Dimensions of one name are equal."),
    in_context(
        "elements", free_plan,
        [](ExecutionContext& c) {
          c.set_input_shape("w", {int64_t{1} << 47, 3});
          run(c, int64_t{1} << 47);
        },
        "[runtime] layer 'sum' (ElementWise): [ops] ElementWise, output 0: expected at most "
        "2^48 elements, got shape [140737488355328, 3]."),
    in_context(
        "other_shape_than_built_for", two_row_plan,
        [](ExecutionContext& c) {
          c.set_input_shape("w", {4, 3});
          run(c, 4);
        },
        "[runtime] layer 'sum' (ElementWise), output 0: expected shape [2, 3] as the engine "
        "was built for, got [4, 3]."),
    in_context(
        "memory", wide_plan,
        [](ExecutionContext& c) {
          c.set_input_shape("x", {1 << 20, 1 << 22});
          EXPECT_FALSE(c.execute_async_v3(0));
        },
        core::str(
            "[runtime] memory: expected at most the ", kMachineMiB, " MiB of this machine, got ",
            1 << 25,
            " MiB for these shapes. The largest tensor is 'widen_output', s64[1048576, 4194304].")),
    in_context(
        "shape_tensor_element", shape_tensor_plan,
        [](ExecutionContext& c) {
          float x[8], y[8];
          int64_t n = 9;
          c.execute_v2({x, &n, y});
        },
        "[runtime] tensor 'n', element 0: expected a value in [1, 8], got 9."),
};

LoggedCase load(const char* name, const std::string& bytes, const std::string& sentence) {
  return {name,
          [bytes](const std::shared_ptr<Logger>& logger) {
            const auto copy = std::make_shared<std::string>(bytes);
            EXPECT_EQ(Runtime(logger).deserialize_cuda_engine(
                          std::shared_ptr<const void>(copy, copy->data()), copy->size()),
                      nullptr);
          },
          sentence};
}

LoggedCase load_file(const char* name, const std::string& path, const std::string& sentence) {
  return {name,
          [path](const std::shared_ptr<Logger>& logger) {
            EXPECT_EQ(Runtime(logger).load_engine_file(path), nullptr);
          },
          sentence};
}

const LoggedCase kLoading[] = {
    load("no_plan", std::string(200, 'x'),
         "while loading a plan: [engine] plan magic: expected the first bytes of a trtlike plan, "
         "got others. Plans of TensorRT itself cannot be read; build from the ONNX model."),
    {"no_bytes",
     [](const std::shared_ptr<Logger>& logger) {
       EXPECT_EQ(Runtime(logger).deserialize_cuda_engine(nullptr, 0), nullptr);
     },
     "while loading a plan: [engine] plan bytes: expected an address, got null."},
    load_file("no_file", "/nowhere/model.engine",
              "while loading '/nowhere/model.engine': [core] file '/nowhere/model.engine': "
              "expected to open it for reading, got: No such file or directory."),
    load_file("folder", "/tmp",
              "while loading '/tmp': [core] file '/tmp': expected a regular file, got something "
              "else."),
};

RefusalCase of_engine(const char* name, void (*act)(const CudaEngine&), const char* sentence) {
  return {name, [act] { act(*dynamic_plan().engine()); }, sentence};
}

const RefusalCase kEngine[] = {
    of_engine(
        "tensor_index", [](const CudaEngine& e) { e.tensor_name(3); },
        "[runtime] tensor index: expected 0 to 2, got 3."),
    of_engine(
        "tensor_name", [](const CudaEngine& e) { e.tensor_shape("w"); },
        "[runtime] tensor name: expected one of 'x', 'y', 'z', got 'w'."),
    of_engine(
        "profile", [](const CudaEngine& e) { e.tensor_profile_shape("x", 1); },
        "[runtime] optimization profile: expected an index from 0 to 0, got 1."),
    of_engine(
        "layer",
        [](const CudaEngine& e) {
          e.layer_information(2, LayerInformationFormat::OneLine, nullptr);
        },
        "[runtime] layer index: expected 0 to 1, got 2."),
};

/// What `act` says in a child of this process.
std::string in_child(const std::function<void()>& act) {
  int ends[2];
  if (pipe(ends) != 0) return "no pipe";
  const pid_t child = fork();
  if (child == 0) {
    const std::string sentence = sentence_of(act);
    const bool told = write(ends[1], sentence.data(), sentence.size()) >= 0;
    _exit(told ? 0 : 1);
  }
  close(ends[1]);
  char text[1024];
  std::string said;
  for (ssize_t n; (n = read(ends[0], text, sizeof text)) > 0;)
    said.append(text, static_cast<size_t>(n));
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return said;
}

TEST(RuntimeRefusals, a_stream_from_before_a_fork) {
  const uint64_t stream = create_stream();
  const std::string sentence =
      "[runtime] stream: expected one of this process, got one from before a fork, whose worker "
      "is not here. Create streams in the child.";
  EXPECT_EQ(in_child([&] { synchronize_stream(stream); }), sentence);
  EXPECT_EQ(in_child([&] { enqueue_on_stream(stream, [] {}); }), sentence);
  destroy_stream(stream);
}

TEST(RuntimeRefusals, waiting_for_a_stream_from_its_own_callback) {
  const uint64_t stream = create_stream();
  std::string said;
  enqueue_on_stream(stream, [&] { said = sentence_of([&] { synchronize_stream(stream); }); });
  synchronize_stream(stream);
  EXPECT_EQ(said,
            "[runtime] synchronize_stream: expected a call from outside of the stream, got one "
            "from a callback of a run on it.");
  destroy_stream(stream);
}

TEST(RuntimeRefusals, a_context_that_another_thread_is_in) {
  PlanMaker maker = dynamic_plan();
  const ContextPtr context = maker.context();
  context->enter();
  std::string said;
  std::thread([&] { said = sentence_of([&] { context->tensor_shape("x"); }); }).join();
  context->leave();
  EXPECT_EQ(said,
            "[runtime] get_tensor_shape: expected a context that belongs to this thread, got one "
            "in use by another thread. Create a context for each thread.");
}

TEST(RuntimeRefusals, a_context_from_a_callback_of_its_own_run) {
  class Caller final : public OutputAllocator {
   public:
    void* reallocate_output(const std::string&, void*, uint64_t, uint64_t) noexcept override {
      said = sentence_of([&] { context->tensor_shape("x"); });
      return memory;
    }
    void notify_shape(const std::string&, const Dims&) noexcept override {}
    ExecutionContext* context = nullptr;
    std::string said;
    float memory[3] = {};
  };
  PlanMaker maker = dynamic_plan();
  const ContextPtr context = maker.context();
  const auto caller = std::make_shared<Caller>();
  caller->context = context.get();
  float x[3] = {}, y[3] = {};
  context->set_input_shape("x", {1, 3});
  context->set_output_allocator("z", caller);
  EXPECT_TRUE(context->execute_v2({x, y, nullptr}));
  EXPECT_EQ(caller->said,
            "[runtime] get_tensor_shape: expected a call when the run is over, got one from a "
            "callback of this context's own run.");
}

INSTANTIATE_TEST_SUITE_P(RunTime, LoggedRefusals, testing::ValuesIn(kContext),
                         case_name<LoggedCase>);
INSTANTIATE_TEST_SUITE_P(Loading, LoggedRefusals, testing::ValuesIn(kLoading),
                         case_name<LoggedCase>);
INSTANTIATE_TEST_SUITE_P(Engine, Refusals, testing::ValuesIn(kEngine), case_name<RefusalCase>);

}  // namespace
}  // namespace trtlike::test
