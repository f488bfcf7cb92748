// One case for each thing that a plan can get wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "support/make_plan.h"
#include "trtlike/error.h"

namespace trtlike::engine {
namespace {

using test::PlanMaker;
using testing::HasSubstr;

PlanMaker valid_plan() {
  PlanMaker maker;
  const int32_t x = maker.input("x", {-1, 3});                                               // 0
  const int32_t shape = maker.input("shape", {1}, DataType::Int64, true);                    // 1
  const int32_t c = maker.constant("c", {1, 3}, DataType::Float, {1, 2, 3});                 // 2
  const int32_t sum = maker.step("ElementWise", "sum", {x, c}, {{"op", int64_t{0}}});        // 3
  const int32_t relu = maker.step("Activation", "relu", {sum}, {{"type", int64_t{0}}});      // 4
  maker.output(maker.step("Shuffle", "view", {relu, shape}, {{"has_reshape", true}}), "y");  // 5
  maker.profile().shapes["x"] = {Dims{1, 3}, Dims{2, 3}, Dims{4, 3}};
  return maker;
}

struct Case {
  const char* name;
  std::function<void(Plan&)> change;
  const char* says;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> list = {
      {"needs", [](Plan& p) { p.needs = {uint64_t{1} << 63}; },
       "instruction set: expected CPU features of the bits"},
      {"threads", [](Plan& p) { p.threads = 0; }, "threads: expected a number from 1 to 1024"},
      {"verbosity", [](Plan& p) { p.verbosity = static_cast<ProfilingVerbosity>(-1); },
       "profiling verbosity"},
      {"dtype", [](Plan& p) { p.values[3].dtype = static_cast<DataType>(77); },
       "value 'sum_output', element type: expected the number of a DataType, got 77."},
      {"logical_dtype", [](Plan& p) { p.values[3].logical_dtype = static_cast<DataType>(-1); },
       "value 'sum_output', logical element type"},
      {"layout", [](Plan& p) { p.values[3].layout = static_cast<kernels::Layout>(3); },
       "value 'sum_output', layout"},
      {"layout_rank", [](Plan& p) { p.values[3].layout = kernels::Layout::ChannelsLast; },
       "expected a rank of at least 3 for channels_last"},
      {"kind", [](Plan& p) { p.values[3].kind = static_cast<ValueKind>(2); }, "kind"},
      {"negative_dims", [](Plan& p) { p.values[3].dims[0] = -2; }, "extents of at least -1"},
      {"huge_dims", [](Plan& p) { p.values[3].dims = {int64_t{1} << 40, int64_t{1} << 40}; },
       "at most 2^48 elements"},
      {"rank", [](Plan& p) { p.values[3].dims = Dims::unknown_rank(); }, "known rank"},
      {"constant_offset", [](Plan& p) { p.values[2].constant.offset = 64; },
       "value 'c', constant range"},
      {"constant_misaligned", [](Plan& p) { p.values[2].constant.offset = 4; }, "constant range"},
      {"constant_overflow", [](Plan& p) { p.values[2].constant.bytes = ~uint64_t{0}; },
       "constant range"},
      {"constant_short", [](Plan& p) { p.values[2].dims = {2, 3}; },
       "constant range: expected 24 bytes, got 12."},
      {"constant_dynamic", [](Plan& p) { p.values[2].dims = {-1, 3}; }, "known extents"},
      {"binding_name", [](Plan& p) { p.bindings[1].name = "x"; },
       "binding 'x': expected a name of its own."},
      {"binding_mode", [](Plan& p) { p.bindings[0].mode = TensorIOMode::None; }, "mode"},
      {"binding_value", [](Plan& p) { p.bindings[0].value = 6; },
       "binding 'x', value: expected the index of one of 6 values, got 6."},
      {"binding_shared", [](Plan& p) { p.bindings[1].value = 0; }, "a value of its own"},
      {"binding_constant", [](Plan& p) { p.bindings[0].value = 2; }, "a value of its own"},
      {"binding_float_shape", [](Plan& p) { p.bindings[0].is_shape_tensor = true; },
       "shape tensor to be of an integer type"},
      {"output_not_computed",
       [](Plan& p) {
         p.values.push_back(p.values[3]);
         p.bindings[2].value = 6;
       },
       "binding 'y': expected a step that computes it"},
      {"op", [](Plan& p) { p.steps[0].op = "Frobnicate"; },
       "step 'sum' (Frobnicate), op: expected one that this build has."},
      {"op_constant", [](Plan& p) { p.steps[0].op = "Constant"; }, "one that computes"},
      {"attribute_missing", [](Plan& p) { p.steps[0].attributes = {}; }, "attributes: expected 1"},
      {"attribute_unknown", [](Plan& p) { p.steps[0].attributes.set("color", int64_t{1}); },
       "expected one of the attributes op, got 'color'"},
      {"attribute_kind", [](Plan& p) { p.steps[0].attributes.set("op", true); },
       "attribute 'op': expected an integer"},
      {"attribute_value", [](Plan& p) { p.steps[0].attributes.set("op", int64_t{99}); }, "99"},
      {"tactic", [](Plan& p) { p.steps[0].tactic = "magic"; }, "got 'magic'. Rebuild the plan"},
      {"constant_mask", [](Plan& p) { p.steps[0].constant_inputs = {2}; }, "packed inputs"},
      {"constant_of_activation", [](Plan& p) { p.steps[0].constant_inputs = {0, 1}; },
       "input 0: expected a constant, got 'x'."},
      {"packed_mask", [](Plan& p) { p.steps[0].packed_inputs = {0}; }, "packed inputs"},
      {"packed_count",
       [](Plan& p) {
         p.steps[0].packed_inputs = {1};
         p.steps[0].inputs[1] = -1;
       },
       "expected 1 descriptions, got 0 types"},
      {"packed_with_value",
       [](Plan& p) {
         p.steps[0].packed_inputs = {1};
         p.steps[0].packed_dtypes = {DataType::Float};
         p.steps[0].packed_dims = {Dims{1, 3}};
       },
       "expected no value beside the packed one"},
      {"packed_range", [](Plan& p) { p.steps[0].packed = {64, 1}; }, "constant range"},
      {"packed_dynamic",
       [](Plan& p) {
         p.steps[0].packed_inputs = {1};
         p.steps[0].inputs[1] = -1;
         p.steps[0].packed_dtypes = {DataType::Float};
         p.steps[0].packed_dims = {Dims{-1, 3}};
       },
       "packed input: expected known extents"},
      {"input_index", [](Plan& p) { p.steps[0].inputs[0] = 6; }, "input: expected the index"},
      {"input_negative", [](Plan& p) { p.steps[0].inputs[0] = -7; }, "input: expected the index"},
      {"order", [](Plan& p) { std::swap(p.steps[0], p.steps[1]); },
       "input 0: expected a value that an earlier step computes, got 'sum_output'."},
      {"input_missing", [](Plan& p) { p.steps[0].inputs[0] = -1; }, "expected input 0"},
      {"inputs_empty", [](Plan& p) { p.steps[1].inputs.clear(); }, "expected input 0"},
      {"host_input", [](Plan& p) { p.steps[2].inputs[1] = 3; },
       "input 1: expected integers, which shapes are computed from, got FLOAT."},
      {"host_input_long", [](Plan& p) { p.values[1].dims = {5000}; },
       "input 1: expected at most 4096 integers"},
      {"outputs_count", [](Plan& p) { p.steps[0].outputs.push_back(5); }, "expected 1 outputs"},
      {"output_twice", [](Plan& p) { p.steps[1].outputs[0] = 3; },
       "expected an output that nothing else computes, got 'sum_output'."},
      {"output_constant", [](Plan& p) { p.steps[0].outputs[0] = 2; }, "nothing else computes"},
      {"output_shape", [](Plan& p) { p.values[4].dims = {-1, 4}; },
       "step 'relu' (Activation), output 0: expected [-1, 3], got [-1, 4]."},
      {"output_type",
       [](Plan& p) { p.values[4].dtype = p.values[4].logical_dtype = DataType::Int32; },
       "output 0: expected FLOAT, got INT32."},
      {"storage_type", [](Plan& p) { p.values[4].dtype = DataType::Int64; },
       "value 'relu_output': expected to store FLOAT as a floating-point type or INT8, got INT64."},
      {"reference_of_mixed_types", [](Plan& p) { p.values[4].dtype = DataType::Half; },
       "step 'relu' (Activation): expected operands of one type to be stored as one type"},
      {"profile_name", [](Plan& p) { p.profiles[0].shapes["z"] = p.profiles[0].shapes["x"]; },
       "profile: expected the name of an input, got 'z'."},
      {"profile_rank", [](Plan& p) { p.profiles[0].shapes["x"][0] = {1}; },
       "expected known extents for [-1, 3], got [1]."},
      {"profile_order", [](Plan& p) { p.profiles[0].shapes["x"][0] = {3, 3}; },
       "dimension 0: expected min <= opt <= max, got 3, 2 and 4."},
      {"profile_static", [](Plan& p) { p.profiles[0].shapes["x"][2] = {4, 4}; },
       "dimension 1: expected 3, got 3 to 4."},
      {"profile_values_of_execution_tensor", [](Plan& p) { p.profiles[0].shape_values["x"] = {}; },
       "expected a shape tensor"},
      {"profile_values_order",
       [](Plan& p) {
         p.profiles[0].shape_values["shape"] = {std::vector<int64_t>{2}, std::vector<int64_t>{1},
                                                std::vector<int64_t>{3}};
       },
       "element 0: expected min <= opt <= max"},
      {"memory", [](Plan& p) { p.profiles[0].memory_bytes = -1; }, "at least 0 bytes"},
  };
  return list;
}

TEST(ValidatePlan, the_plan_of_the_cases_is_valid) { EXPECT_NO_THROW(valid_plan().bytes()); }

TEST(ValidatePlan, each_wrong_field_is_refused_with_its_sentence) {
  for (const Case& c : cases()) {
    PlanMaker maker = valid_plan();
    c.change(maker.plan);
    try {
      validate_plan(maker.plan, 12);
      ADD_FAILURE() << c.name << ": expected PlanError";
    } catch (const PlanError& e) {
      EXPECT_THAT(e.what(), HasSubstr("[engine] ")) << c.name;
      EXPECT_THAT(e.what(), HasSubstr(c.says)) << c.name;
    }
  }
}

}  // namespace
}  // namespace trtlike::engine
