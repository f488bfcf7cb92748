// Building and running plans by hand.
#include "support/make_plan.h"

#include <gtest/gtest.h>

#include <cstring>

#include "core/os/memory.h"
#include "ops/op.h"
#include "runtime/access.h"

namespace trtlike::test {

PlanMaker::PlanMaker() {
  plan.name = "hand-made";
  plan.verbosity = ProfilingVerbosity::Detailed;
}

int32_t PlanMaker::input(const std::string& name, const Dims& dims, DataType dtype,
                         bool is_shape_tensor) {
  const auto index = static_cast<int32_t>(plan.values.size());
  plan.values.push_back({.name = name, .dtype = dtype, .logical_dtype = dtype, .dims = dims});
  plan.bindings.push_back({.name = name,
                           .mode = TensorIOMode::Input,
                           .value = index,
                           .is_shape_tensor = is_shape_tensor});
  return index;
}

int32_t PlanMaker::constant(const std::string& name, const Dims& dims, DataType dtype,
                            const std::vector<double>& elements) {
  const auto index = static_cast<int32_t>(plan.values.size());
  std::vector<std::byte> data(core::dtype_bytes(dtype, core::elems(dims)));
  const core::TensorView view{data.data(), dtype, dims};
  for (size_t i = 0; i < elements.size(); ++i) view.set(static_cast<int64_t>(i), elements[i]);
  const engine::BlobRange range = add_bytes(std::move(data));
  plan.values.push_back({.name = name,
                         .dtype = dtype,
                         .logical_dtype = dtype,
                         .kind = engine::ValueKind::Constant,
                         .dims = dims,
                         .constant = range});
  return index;
}

std::vector<int32_t> PlanMaker::step_n(const std::string& op_name, const std::string& name,
                                       const std::vector<int32_t>& inputs,
                                       const Attributes& attributes, const std::string& tactic) {
  const ops::OpDefinition& op = ops::get_op(op_name);
  engine::PlanStep step;
  step.op = op_name;
  step.name = name;
  step.attributes = ops::complete_attributes(op, attributes);
  step.inputs = inputs;
  step.tactic = tactic;
  std::vector<ops::TensorType> types, outputs;
  std::vector<ops::HostValue> host;
  for (size_t i = 0; i < inputs.size(); ++i) {
    host.emplace_back();
    types.emplace_back();
    if (inputs[i] < 0) continue;
    const engine::PlanValue& value = plan.values[static_cast<size_t>(inputs[i])];
    types.back() = {value.logical_dtype, value.dims};
    if (value.kind == engine::ValueKind::Constant) step.constant_inputs.insert(i);
  }
  ops::infer(op, step.attributes, types, host, outputs);
  for (const ops::TensorType& type : outputs) {
    step.outputs.push_back(static_cast<int32_t>(plan.values.size()));
    plan.values.push_back({.name = outputs.size() == 1
                                       ? name + "_output"
                                       : name + "_output_" + std::to_string(step.outputs.size()),
                           .dtype = type.dtype,
                           .logical_dtype = type.dtype,
                           .dims = type.dims});
  }
  plan.steps.push_back(step);
  return step.outputs;
}

int32_t PlanMaker::step(const std::string& op, const std::string& name,
                        const std::vector<int32_t>& inputs, const Attributes& attributes,
                        const std::string& tactic) {
  return step_n(op, name, inputs, attributes, tactic)[0];
}

PlanMaker& PlanMaker::output(int32_t value) {
  return output(value, plan.values[static_cast<size_t>(value)].name);
}

PlanMaker& PlanMaker::output(int32_t value, const std::string& name) {
  plan.bindings.push_back({.name = name, .mode = TensorIOMode::Output, .value = value});
  return *this;
}

PlanMaker& PlanMaker::blob(const std::string& name, double number) {
  std::vector<std::byte> data(sizeof number);
  std::memcpy(data.data(), &number, sizeof number);
  plan.blobs.push_back({name, add_bytes(std::move(data))});
  for (engine::PlanStep& step : plan.steps)
    if (ops::get_op(step.op).load_blob != nullptr)
      step.blob = static_cast<int32_t>(plan.blobs.size()) - 1;
  return *this;
}

engine::BlobRange PlanMaker::add_bytes(std::vector<std::byte> data) {
  const engine::BlobRange range{constants_end_, data.size()};
  constants_end_ = core::align_up(constants_end_ + data.size());
  constants_.emplace_back(range, std::move(data));
  return range;
}

PlanMaker& PlanMaker::layout(int32_t value, kernels::Layout layout) {
  plan.values[static_cast<size_t>(value)].layout = layout;
  return *this;
}

engine::PlanProfile& PlanMaker::profile() { return plan.profiles.emplace_back(); }

std::shared_ptr<HostMemory> PlanMaker::bytes() const {
  std::vector<engine::PlanConstant> constants;
  for (const auto& [range, data] : constants_)
    constants.push_back({range, {std::shared_ptr<void>(), data.data()}});
  return engine::write_plan(plan, std::move(constants));
}

std::shared_ptr<const engine::LoadedPlan> PlanMaker::loaded() const {
  const std::shared_ptr<HostMemory> memory = bytes();
  return engine::read_plan(memory->owner(), memory->nbytes());
}

std::shared_ptr<CudaEngine> PlanMaker::engine() { return RuntimeAccess::engine(loaded(), logger); }

std::shared_ptr<ExecutionContext> PlanMaker::context() {
  const std::shared_ptr<CudaEngine> e = engine();
  return e->create_execution_context(e);
}

Runner& Runner::input(const std::string& name, const Dims& dims, std::vector<float> elements) {
  inputs_[name] = std::move(elements);
  EXPECT_TRUE(context_->set_input_shape(name, dims));
  EXPECT_TRUE(context_->set_tensor_address(name, inputs_[name].data()));
  return *this;
}

std::vector<float> Runner::run(const std::string& output) {
  const CudaEngine& engine = *context_->engine();
  for (int i = 0; i < engine.num_io_tensors(); ++i) {
    const std::string& name = engine.tensor_name(i);
    if (engine.tensor_mode(name) != TensorIOMode::Output) continue;
    std::vector<std::byte>& memory = outputs_[name];
    memory.assign(static_cast<size_t>(context_->max_output_size(name)) + 1, std::byte{0x7f});
    EXPECT_TRUE(context_->set_tensor_address(name, memory.data()));
  }
  EXPECT_TRUE(context_->execute_async_v3(0));
  const core::TensorView view{outputs_[output].data(), engine.tensor_dtype(output),
                              context_->tensor_shape(output)};
  std::vector<float> elements;
  for (int64_t i = 0; i < view.elems(); ++i) elements.push_back(static_cast<float>(view.at(i)));
  return elements;
}

std::vector<float> ramp(int64_t count, float scale, float offset) {
  std::vector<float> out;
  for (int64_t i = 0; i < count; ++i) out.push_back(static_cast<float>(i) * scale + offset);
  return out;
}

}  // namespace trtlike::test
