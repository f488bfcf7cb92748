// One case for each thing that a plan can get wrong.
#include <gtest/gtest.h>

#include <functional>

#include "kernels/tactic.h"
#include "support/make_plan.h"
#include "trtlike/error.h"

namespace trtlike::engine {
namespace {

using test::PlanMaker;

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

std::string element_wise_tactics() {
  std::vector<std::string> names;
  for (const kernels::Tactic* tactic : kernels::tactics_for("ElementWise"))
    names.emplace_back(tactic->name);
  return core::join(names);
}

std::string registered_names() {
  std::vector<std::string> names;
  for (const ops::OpDefinition* op : ops::registered_ops()) names.emplace_back(op->name);
  return names.empty() ? "none" : core::join(names);
}

void quantize(PlanValue& value, const core::Quantization& quantization) {
  value.dtype = DataType::Int8;
  value.quantization = quantization;
}

struct Case {
  const char* name;
  std::function<void(Plan&)> change;
  std::string says;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> list = {
      {"needs", [](Plan& p) { p.needs = {uint64_t{1} << 63}; },
       core::str("plan, instruction set: expected CPU features of the bits ",
                 core::known_isa().bits,
                 ", got 9223372036854775808. Rebuild the plan with this version of trtlike.")},
      {"threads", [](Plan& p) { p.threads = 0; },
       "plan, threads: expected a number from 1 to 1024, got 0."},
      {"verbosity", [](Plan& p) { p.verbosity = static_cast<ProfilingVerbosity>(-1); },
       "plan, profiling verbosity: expected a value from 0 to 2, got -1."},
      {"dtype", [](Plan& p) { p.values[3].dtype = static_cast<DataType>(77); },
       "value 'sum_output', element type: expected the number of a DataType, got 77."},
      {"logical_dtype", [](Plan& p) { p.values[3].logical_dtype = static_cast<DataType>(-1); },
       "value 'sum_output', logical element type: expected the number of a DataType, got -1."},
      {"layout", [](Plan& p) { p.values[3].layout = static_cast<kernels::Layout>(3); },
       "value 'sum_output', layout: expected a value from 0 to 1, got 3."},
      {"layout_rank", [](Plan& p) { p.values[3].layout = kernels::Layout::ChannelsLast; },
       "value 'sum_output', layout: expected a rank of at least 3 for channels_last, got [-1, 3]."},
      {"kind", [](Plan& p) { p.values[3].kind = static_cast<ValueKind>(2); },
       "value 'sum_output', kind: expected a value from 0 to 1, got 2."},
      {"negative_dims", [](Plan& p) { p.values[3].dims[0] = -2; },
       "value 'sum_output', dimensions: expected extents of at least -1, got [-2, 3]."},
      {"huge_dims", [](Plan& p) { p.values[3].dims = {int64_t{1} << 40, int64_t{1} << 40}; },
       "value 'sum_output', dimensions: expected at most 2^48 elements, got shape [1099511627776, "
       "1099511627776]."},
      {"rank", [](Plan& p) { p.values[3].dims = Dims::unknown_rank(); },
       "value 'sum_output', dimensions: expected a known rank, got [?]."},
      {"constant_offset", [](Plan& p) { p.values[2].constant.offset = 64; },
       "value 'c', constant range: expected an aligned one inside 12 bytes, got offset 64 and 12 "
       "bytes."},
      {"constant_misaligned", [](Plan& p) { p.values[2].constant.offset = 4; },
       "value 'c', constant range: expected an aligned one inside 12 bytes, got offset 4 and 12 "
       "bytes."},
      {"constant_overflow", [](Plan& p) { p.values[2].constant.bytes = ~uint64_t{0}; },
       "value 'c', constant range: expected an aligned one inside 12 bytes, got offset 0 and "
       "18446744073709551615 bytes."},
      {"constant_short", [](Plan& p) { p.values[2].dims = {2, 3}; },
       "value 'c', constant range: expected 24 bytes, got 12."},
      {"constant_dynamic", [](Plan& p) { p.values[2].dims = {-1, 3}; },
       "value 'c': expected a constant to be of known extents, got [-1, 3]."},
      {"binding_name", [](Plan& p) { p.bindings[1].name = "x"; },
       "binding 'x': expected a name of its own, got another binding's."},
      {"binding_mode", [](Plan& p) { p.bindings[0].mode = TensorIOMode::None; },
       "binding 'x', mode: expected input or output, got 0."},
      {"binding_value", [](Plan& p) { p.bindings[0].value = 6; },
       "binding 'x', value: expected the index of one of 6 values, got 6."},
      {"binding_shared", [](Plan& p) { p.bindings[1].value = 0; },
       "binding 'shape': expected a value of its own, got 'x'."},
      {"binding_constant", [](Plan& p) { p.bindings[0].value = 2; },
       "binding 'x': expected a value of its own, got 'c'."},
      {"binding_float_shape", [](Plan& p) { p.bindings[0].is_shape_tensor = true; },
       "binding 'x': expected a shape tensor to be of an integer type, got FLOAT."},
      {"output_not_computed",
       [](Plan& p) {
         p.values.push_back(p.values[3]);
         p.bindings[2].value = 6;
       },
       "binding 'y': expected a step that computes it, got none."},
      {"op", [](Plan& p) { p.steps[0].op = "Frobnicate"; },
       core::str(
           "step 'sum' (Frobnicate), op: expected one that this build has, got an unknown one. "
           "Rebuild the plan, or, where the op was registered at run time when the plan was "
           "built, load the library or import the module that registers it first. Registered "
           "here at run time: ",
           registered_names(), ".")},
      {"op_constant", [](Plan& p) { p.steps[0].op = "Constant"; },
       "step 'sum' (Constant), op: expected one that computes, got none."},
      {"attribute_missing", [](Plan& p) { p.steps[0].attributes = {}; },
       "step 'sum' (ElementWise), attributes: expected 1, got 0."},
      {"attribute_unknown", [](Plan& p) { p.steps[0].attributes.set("color", int64_t{1}); },
       "step 'sum' (ElementWise): [ops] ElementWise: expected one of the attributes op, got "
       "'color'."},
      {"attribute_kind", [](Plan& p) { p.steps[0].attributes.set("op", true); },
       "step 'sum' (ElementWise), attribute 'op': expected an integer, got a boolean."},
      {"attribute_value", [](Plan& p) { p.steps[0].attributes.set("op", int64_t{99}); },
       "step 'sum' (ElementWise): attribute 'op': expected 0 to 13, got 99."},
      {"tactic", [](Plan& p) { p.steps[0].tactic = "magic"; },
       core::str("step 'sum' (ElementWise), tactic: expected one of ", element_wise_tactics(),
                 ", got 'magic'. Rebuild the plan with this build of trtlike, or register the "
                 "tactic first where it was registered at run time when the plan was built.")},
      {"constant_mask", [](Plan& p) { p.steps[0].constant_inputs = {2}; },
       "step 'sum' (ElementWise), packed inputs: expected constants among 2 inputs, got [2] and "
       "[]."},
      {"constant_of_activation", [](Plan& p) { p.steps[0].constant_inputs = {0, 1}; },
       "step 'sum' (ElementWise), input 0: expected a constant, got 'x'."},
      {"packed_mask", [](Plan& p) { p.steps[0].packed_inputs = {0}; },
       "step 'sum' (ElementWise), packed inputs: expected constants among 2 inputs, got [1] and "
       "[0]."},
      {"packed_count",
       [](Plan& p) {
         p.steps[0].packed_inputs = {1};
         p.steps[0].inputs[1] = -1;
       },
       "step 'sum' (ElementWise), packed inputs: expected 1 descriptions, got 0."},
      {"packed_with_value",
       [](Plan& p) {
         p.steps[0].packed_inputs = {1};
         p.steps[0].packed_descs = {{DataType::Float, {1, 3}}};
       },
       "step 'sum' (ElementWise), input 1: expected no value beside the packed one, got 2."},
      {"packed_range", [](Plan& p) { p.steps[0].packed = {64, 1}; },
       "step 'sum' (ElementWise), constant range: expected an aligned one inside 12 bytes, got "
       "offset 64 and 1 bytes."},
      {"packed_dynamic",
       [](Plan& p) {
         p.steps[0].packed_inputs = {1};
         p.steps[0].inputs[1] = -1;
         p.steps[0].packed_descs = {{DataType::Float, {-1, 3}}};
       },
       "step 'sum' (ElementWise), packed input: expected known extents, got [-1, 3]."},
      {"input_index", [](Plan& p) { p.steps[0].inputs[0] = 6; },
       "step 'sum' (ElementWise), input: expected the index of one of 6 values, got 6."},
      {"input_negative", [](Plan& p) { p.steps[0].inputs[0] = -7; },
       "step 'sum' (ElementWise), input: expected the index of one of 6 values, got -7."},
      {"order", [](Plan& p) { std::swap(p.steps[0], p.steps[1]); },
       "step 'relu' (Activation), input 0: expected a value that an earlier step computes, got "
       "'sum_output'."},
      {"input_missing", [](Plan& p) { p.steps[0].inputs[0] = -1; },
       "step 'sum' (ElementWise): [ops] ElementWise: expected input 0 'a', got none."},
      {"inputs_empty", [](Plan& p) { p.steps[1].inputs.clear(); },
       "step 'relu' (Activation): [ops] Activation: expected input 0 'input', got none."},
      {"host_input", [](Plan& p) { p.steps[2].inputs[1] = 3; },
       "step 'view' (Shuffle), input 1: expected integers, which shapes are computed from, got "
       "FLOAT."},
      {"host_input_long", [](Plan& p) { p.values[1].dims = {5000}; },
       "step 'view' (Shuffle), input 1: expected at most 4096 integers, which shapes are computed "
       "from, got shape [5000]."},
      {"outputs_count", [](Plan& p) { p.steps[0].outputs.push_back(5); },
       "step 'sum' (ElementWise): expected 1 outputs, got 2."},
      {"output_twice", [](Plan& p) { p.steps[1].outputs[0] = 3; },
       "step 'relu' (Activation): expected an output that nothing else computes, got "
       "'sum_output'."},
      {"output_constant", [](Plan& p) { p.steps[0].outputs[0] = 2; },
       "step 'sum' (ElementWise): expected an output that nothing else computes, got 'c'."},
      {"output_shape", [](Plan& p) { p.values[4].dims = {-1, 4}; },
       "step 'relu' (Activation), output 0: expected [-1, 3], got [-1, 4]."},
      {"output_type",
       [](Plan& p) { p.values[4].dtype = p.values[4].logical_dtype = DataType::Int32; },
       "step 'relu' (Activation), output 0: expected FLOAT, got INT32."},
      {"storage_type", [](Plan& p) { p.values[4].dtype = DataType::Int64; },
       "value 'relu_output': expected to store FLOAT as a floating-point type or quantized, got "
       "INT64."},
      {"storage_without_scales", [](Plan& p) { p.values[4].dtype = DataType::Int8; },
       "value 'relu_output': expected to store FLOAT as a floating-point type or quantized, got "
       "INT8."},
      {"quantized_type",
       [](Plan& p) { p.values[4].quantization = core::Quantization::per_tensor(1); },
       "value 'relu_output', quantization, element type: expected one of INT8, UINT8, INT16, "
       "UINT16, INT4, FP8, FP4, UINT4, INT2, UINT2, got FLOAT."},
      {"quantized_axis",
       [](Plan& p) { quantize(p.values[4], core::Quantization::per_channel(2, {1})); },
       "value 'relu_output', quantization, axis: expected -1 or an axis of [-1, 3], got 2."},
      {"quantized_count",
       [](Plan& p) { quantize(p.values[4], core::Quantization::per_channel(1, {1, 2})); },
       "value 'relu_output', quantization, scales: expected 3 for [-1, 3], quantized along 1, got "
       "2."},
      {"quantized_scale",
       [](Plan& p) { quantize(p.values[4], core::Quantization::per_tensor(-1)); },
       "value 'relu_output', quantization, scale 0: expected a positive number, got -1."},
      {"quantized_without_scales",
       [](Plan& p) { quantize(p.values[4], core::Quantization::per_tensor(1).without_numbers()); },
       "value 'relu_output', quantization, scales: expected some, got none."},
      {"quantized_packed",
       [](Plan& p) {
         p.steps[0].packed_inputs = {1};
         p.steps[0].inputs[1] = -1;
         p.steps[0].packed_descs = {{DataType::Int8, {1, 3}}};
         p.steps[0].packed_descs[0].quantization = core::Quantization::per_channel(7, {});
       },
       "step 'sum' (ElementWise), packed input, quantization, axis: expected -1 or an axis of [1, "
       "3], got 7."},
      {"blob_name", [](Plan& p) { p.blobs = {{"a", {}}, {"a", {}}}; },
       "blob 'a': expected a name of its own, got one that is taken."},
      {"blob_range", [](Plan& p) { p.blobs = {{"a", {64, 1}}}; },
       "blob 'a': expected an aligned range inside 12 bytes, got offset 64 and 1 bytes."},
      {"blob_of_op_that_keeps_none", [](Plan& p) { p.steps[0].blob = 0; },
       "step 'sum' (ElementWise), blob: expected -1, for the op keeps none, got 0."},
      {"reference_of_mixed_types", [](Plan& p) { p.values[4].dtype = DataType::Half; },
       "step 'relu' (Activation): expected operands of one type to be stored as one type for the "
       "reference, got several types."},
      {"profile_name", [](Plan& p) { p.profiles[0].shapes["z"] = p.profiles[0].shapes["x"]; },
       "profile: expected the name of an input, got 'z'."},
      {"profile_rank", [](Plan& p) { p.profiles[0].shapes["x"][0] = {1}; },
       "profile, input 'x': expected known extents for [-1, 3], got [1]."},
      {"profile_order", [](Plan& p) { p.profiles[0].shapes["x"][0] = {3, 3}; },
       "profile, input 'x', dimension 0: expected min <= opt <= max, got 3, 2 and 4."},
      {"profile_static", [](Plan& p) { p.profiles[0].shapes["x"][2] = {4, 4}; },
       "profile, input 'x', dimension 1: expected 3, got 3 to 4."},
      {"profile_values_of_execution_tensor", [](Plan& p) { p.profiles[0].shape_values["x"] = {}; },
       "profile, input 'x': expected a shape tensor, got an execution tensor."},
      {"profile_values_order",
       [](Plan& p) {
         p.profiles[0].shape_values["shape"] = {std::vector<int64_t>{2}, std::vector<int64_t>{1},
                                                std::vector<int64_t>{3}};
       },
       "profile, input 'shape', element 0: expected min <= opt <= max, got 2, 1 and 3."},
      {"profile_values_lengths",
       [](Plan& p) {
         p.profiles[0].shape_values["shape"] = {std::vector<int64_t>{}, std::vector<int64_t>{1},
                                                std::vector<int64_t>{3}};
       },
       "profile, input 'shape': expected min, opt and max of one length, got 0, 1 and 1."},
      {"memory", [](Plan& p) { p.profiles[0].memory_bytes = -1; },
       "profile, memory: expected at least 0 bytes, got -1."},
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
      EXPECT_EQ(e.what(), "[engine] " + c.says) << c.name;
    }
  }
}

}  // namespace
}  // namespace trtlike::engine
