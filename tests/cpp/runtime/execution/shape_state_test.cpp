// Shape tensors, elements that are known without running, and shapes that only the run can tell.
#include "runtime/execution/shape_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/context_impl.h"
#include "support/make_plan.h"

namespace trtlike {
namespace {

using test::PlanMaker;
using test::ramp;
using test::Runner;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr int64_t kProd = 1, kMax = 2;
using Ints = std::vector<int64_t>;

/// y = x flattened to [rows of x, everything else], computed from Shape as exporters do.
PlanMaker flatten_plan() {
  PlanMaker maker;
  const int32_t x = maker.input("x", {-1, 2, -1});
  const int32_t shape = maker.step("Shape", "shape", {x});
  const int32_t zero = maker.constant("zero", {1}, DataType::Int64, {0});
  const int32_t rows = maker.step("Gather", "rows", {shape, zero}, {{"axis", int64_t{0}}});
  const int32_t rest = maker.constant("rest", {1}, DataType::Int64, {-1});
  const int32_t target = maker.step("Concatenation", "target", {rows, rest});
  const int32_t flat = maker.step("Shuffle", "flat", {x, target},
                                  {{"has_reshape", true}, {"zero_is_placeholder", false}});
  maker.output(flat, "y").output(target, "target");
  return maker;
}

TEST(ShapeState, steps_whose_elements_are_known_do_not_run) {
  PlanMaker maker = flatten_plan();
  const auto context = maker.context();
  Runner runner(context);
  runner.input("x", {3, 2, 2}, ramp(12));
  EXPECT_EQ(runner.run("y"), ramp(12));
  EXPECT_EQ(context->tensor_shape("y"), (Dims{3, 4}));
  EXPECT_THAT(runner.run("target"), ElementsAre(3, -1));
  // Two copies, into the two outputs.
  EXPECT_EQ(RuntimeAccess::context(*context).state->first().num_running(), 2u);
  EXPECT_FALSE(RuntimeAccess::context(*context).state->is_data_dependent());
}

PlanMaker reshape_plan() {
  PlanMaker maker;
  const int32_t x = maker.input("x", {6});
  const int32_t shape = maker.input("shape", {2}, DataType::Int32, true);
  maker.output(maker.step("Shuffle", "view", {x, shape}, {{"has_reshape", true}}), "y");
  maker.profile().shape_values["shape"] = {Ints{1, 1}, Ints{2, 3}, Ints{6, 6}};
  return maker;
}

TEST(ShapeState, shape_tensors_are_read_from_the_callers_memory_at_every_run) {
  PlanMaker maker = reshape_plan();
  const auto context = maker.context();
  EXPECT_EQ(context->engine()->tensor_location("shape"), TensorLocation::Host);
  EXPECT_TRUE(context->engine()->is_shape_inference_io("shape"));
  EXPECT_THAT(context->infer_shapes(), ElementsAre("shape"));
  EXPECT_EQ(context->tensor_shape("y").rank(), 2);
  int32_t shape[2] = {2, 3};
  EXPECT_TRUE(context->set_tensor_address("shape", shape));
  EXPECT_THAT(context->infer_shapes(), ElementsAre());
  EXPECT_EQ(context->tensor_shape("y"), (Dims{2, 3}));
  shape[0] = 3;
  shape[1] = 2;
  EXPECT_EQ(context->tensor_shape("y"), (Dims{3, 2}));
  std::vector<float> x = ramp(6), y(6);
  EXPECT_TRUE(context->execute_v2({x.data(), shape, y.data()}));
  EXPECT_EQ(y, x);
}

TEST(ShapeState, a_shape_tensor_outside_of_its_profile_is_refused) {
  PlanMaker maker = reshape_plan();
  const auto context = maker.context();
  int32_t shape[2] = {1, 7};
  std::vector<float> x = ramp(6), y(6);
  EXPECT_FALSE(context->execute_v2({x.data(), shape, y.data()}));
  EXPECT_THAT(maker.logger->text,
              HasSubstr("tensor 'shape', element 1: expected a value in [1, 6], got 7."));
}

TEST(ShapeState, shapes_that_contradict_the_network_name_the_layer) {
  PlanMaker maker = reshape_plan();
  const auto context = maker.context();
  int32_t shape[2] = {2, 2};
  EXPECT_TRUE(context->set_tensor_address("shape", shape));
  try {
    context->infer_shapes();
    FAIL() << "expected UserError";
  } catch (const UserError& e) {
    EXPECT_THAT(e.what(), HasSubstr("[runtime] layer 'view' (Shuffle): "));
  }
}

/// y = the first n elements of x, where n is the largest element of `counts`, which is data.
PlanMaker data_dependent_plan() {
  PlanMaker maker;
  const int32_t x = maker.input("x", {10});
  const int32_t counts = maker.input("counts", {3}, DataType::Int64);
  const int32_t most = maker.step("Reduce", "most", {counts},
                                  {{"op", kMax}, {"axes", int64_t{1}}, {"keep_dims", true}});
  const int32_t start = maker.constant("start", {1}, DataType::Int64, {0});
  const int32_t stride = maker.constant("stride", {1}, DataType::Int64, {1});
  const int32_t head = maker.step("Slice", "head", {x, start, most, stride});
  const int32_t twice = maker.step("ElementWise", "square", {head, head}, {{"op", kProd}});
  maker.output(twice, "y").output(most, "n");
  return maker;
}

class Allocator final : public OutputAllocator {
 public:
  void* reallocate_output(const std::string&, void*, uint64_t size, uint64_t) noexcept override {
    calls += 1;
    bytes = size;
    memory.assign(size / sizeof(float) + 1, 0);
    return refuse ? nullptr : memory.data();
  }
  void notify_shape(const std::string& name, const Dims& d) noexcept override {
    tensor = name;
    dims = d;
  }
  int calls = 0;
  uint64_t bytes = 0;
  bool refuse = false;
  std::vector<float> memory;
  std::string tensor;
  Dims dims;
};

TEST(ShapeState, shapes_may_depend_on_elements_that_steps_compute) {
  PlanMaker maker = data_dependent_plan();
  const auto context = maker.context();
  std::vector<float> x = ramp(10);
  int64_t counts[3] = {1, 3, 2}, n = 0;
  const auto allocator = std::make_shared<Allocator>();
  EXPECT_TRUE(context->set_output_allocator("y", allocator));
  EXPECT_EQ(context->output_allocator("y"), allocator);
  EXPECT_TRUE(context->set_tensor_address("x", x.data()));
  EXPECT_TRUE(context->set_tensor_address("counts", counts));
  EXPECT_TRUE(context->set_tensor_address("n", &n));
  EXPECT_EQ(context->tensor_shape("y"), (Dims{-1}));
  for (int64_t most : {3, 3, 5, 3, 10, 0}) {
    counts[1] = most;
    counts[0] = counts[2] = 0;
    EXPECT_TRUE(context->execute_async_v3(0)) << maker.logger->text;
    EXPECT_EQ(n, most);
    EXPECT_EQ(allocator->dims, (Dims{most}));
    for (int64_t i = 0; i < most; ++i)
      EXPECT_EQ(allocator->memory[static_cast<size_t>(i)], static_cast<float>(i * i));
  }
  EXPECT_EQ(allocator->calls, 6);
  counts[1] = 11;
  EXPECT_FALSE(context->execute_async_v3(0));
  EXPECT_THAT(maker.logger->text, HasSubstr("[runtime] layer 'head' (Slice): "));
}

TEST(ShapeState, output_allocators_provide_ordinary_outputs_too) {
  PlanMaker maker;
  const int32_t x = maker.input("x", {4});
  maker.output(maker.step("Activation", "relu", {x}, {{"type", int64_t{0}}}), "y");
  const auto context = maker.context();
  const auto allocator = std::make_shared<Allocator>();
  EXPECT_TRUE(context->set_output_allocator("y", allocator));
  EXPECT_FALSE(context->set_output_allocator("x", allocator));
  EXPECT_THAT(maker.logger->text, HasSubstr("output allocator for 'x': expected an output"));
  std::vector<float> data = {1, -1, 2, -2};
  EXPECT_TRUE(context->set_tensor_address("x", data.data()));
  EXPECT_TRUE(context->execute_async_v3(0));
  EXPECT_EQ(allocator->bytes, 16u);
  EXPECT_EQ(allocator->tensor, "y");
  EXPECT_EQ(allocator->dims, (Dims{4}));
  EXPECT_EQ(context->tensor_address("y"), allocator->memory.data());
  EXPECT_THAT(allocator->memory, ElementsAre(1, 0, 2, 0, 0));
  allocator->refuse = true;
  EXPECT_FALSE(context->execute_async_v3(0));
  EXPECT_THAT(maker.logger->text,
              HasSubstr("tensor 'y': expected its output allocator to provide 16 bytes"));
}

}  // namespace
}  // namespace trtlike
