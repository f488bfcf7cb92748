// Preparing and running plans below the context, with an oracle of dense references.
#include "support/aliased_run.h"

#include <gtest/gtest.h>

#include <cstring>

#include "core/os/memory.h"
#include "support/strided_tactic.h"

namespace trtlike::test {

AliasedRun::AliasedRun(const PlanMaker& maker, const kernels::Tactic& tactic,
                       const std::map<std::string, const kernels::Tactic*>& others)
    : loaded_(maker.loaded()), table_(loaded_->plan) {
  for (size_t s = 0; s < table_.steps.size(); ++s) {
    if (table_.steps[s].tactic == nullptr) continue;
    const auto other = others.find(loaded_->plan.steps[s].name);
    table_.steps[s].tactic = other == others.end() ? &tactic : other->second;
  }
  shapes_ = runtime::initial_shapes(loaded_->plan, loaded_->constants);
  runtime::resolve_shapes(loaded_->plan, shapes_, runtime::AtUnknown::Stop);
  prepared_ = std::make_unique<runtime::ExecutablePlan>(
      *loaded_, table_, shapes_, 0, loaded_->plan.steps.size(), std::vector<int32_t>{}, 2);
}

engine::Work AliasedRun::work(const std::string& step) const {
  for (size_t s = 0; s < loaded_->plan.steps.size(); ++s)
    if (loaded_->plan.steps[s].name == step) return prepared_->aliases().steps[s].work;
  ADD_FAILURE() << "no step " << step;
  return engine::Work::Nothing;
}

const engine::Storage& AliasedRun::storage(int32_t value) const {
  return prepared_->aliases().storages[static_cast<size_t>(value)];
}

int AliasedRun::num_working() const {
  int count = 0;
  for (const engine::StepWork& step : prepared_->aliases().steps)
    count += step.work != engine::Work::Nothing;
  return count;
}

namespace {

/// Each value's dense elements, computed by the references in order.
std::vector<std::vector<std::byte>> run_references(
    const engine::LoadedPlan& loaded, const runtime::Shapes& shapes,
    const std::map<std::string, std::vector<float>>& inputs) {
  const engine::Plan& plan = loaded.plan;
  std::vector<std::vector<std::byte>> elements(plan.values.size());
  const auto view = [&](int32_t value) {
    if (value < 0) return core::TensorView{nullptr, DataType::Float, Dims::unknown_rank()};
    const auto v = static_cast<size_t>(value);
    const DataType dtype = plan.values[v].dtype;
    elements[v].resize(core::dtype_bytes(dtype, core::elems(shapes.dims[v])) + 1);
    return core::TensorView{elements[v].data(), dtype, shapes.dims[v]};
  };
  for (size_t v = 0; v < plan.values.size(); ++v) {
    if (plan.values[v].kind != engine::ValueKind::Constant) continue;
    const core::TensorView constant = view(static_cast<int32_t>(v));
    std::memcpy(constant.data, loaded.constants + plan.values[v].constant.offset, constant.bytes());
  }
  for (const engine::PlanBinding& binding : plan.bindings) {
    if (binding.mode != TensorIOMode::Input) continue;
    const core::TensorView input = view(binding.value);
    for (int64_t i = 0; i < input.elems(); ++i)
      input.set(i, inputs.at(binding.name)[static_cast<size_t>(i)]);
  }
  for (const engine::PlanStep& step : plan.steps) {
    std::vector<core::TensorView> in, out;
    for (int32_t value : step.inputs) in.push_back(view(value));
    for (int32_t value : step.outputs) out.push_back(view(value));
    ops::get_op(step.op).reference({nullptr, step.attributes, in, out});
  }
  return elements;
}

}  // namespace

std::map<std::string, std::vector<float>> AliasedRun::run(
    const std::map<std::string, std::vector<float>>& inputs) {
  const engine::Plan& plan = loaded_->plan;
  const auto expected = run_references(*loaded_, shapes_, inputs);
  const auto desc_of = [&](const engine::PlanBinding& binding) {
    const engine::PlanValue& value = plan.values[static_cast<size_t>(binding.value)];
    kernels::TensorDesc desc;
    desc.dtype = value.dtype;
    desc.layout = value.layout;
    desc.dims = shapes_.of(binding.value);
    return desc;
  };
  std::vector<std::vector<std::byte>> memory;
  std::vector<void*> addresses;
  for (const engine::PlanBinding& binding : plan.bindings) {
    const kernels::TensorDesc desc = desc_of(binding);
    memory.emplace_back(desc.bytes() + 64, std::byte{0x7f});
    addresses.push_back(memory.back().data());
    if (binding.mode == TensorIOMode::Input)
      scatter_dense(desc, expected[static_cast<size_t>(binding.value)].data(), addresses.back());
  }
  const auto inputs_before = memory;
  // Old bytes in the arena must not matter.
  const std::shared_ptr<void> arena = core::allocate_shared(prepared_->arena_bytes() + 1);
  std::memset(arena.get(), 0x7f, prepared_->arena_bytes());
  std::vector<void*> values(plan.values.size(), nullptr);
  prepared_->bind({static_cast<std::byte*>(arena.get()), addresses, values});
  const core::ThreadPool pool(2);
  for (int round = 0; round < 2; ++round) prepared_->run(pool, {});

  std::map<std::string, std::vector<float>> outputs;
  for (size_t b = 0; b < plan.bindings.size(); ++b) {
    const engine::PlanBinding& binding = plan.bindings[b];
    const kernels::TensorDesc desc = desc_of(binding);
    if (binding.mode == TensorIOMode::Input) {
      EXPECT_EQ(memory[b], inputs_before[b]) << "input '" << binding.name << "' was written to";
      continue;
    }
    std::vector<std::byte> dense(desc.bytes() + 1);
    gather_dense(desc, addresses[b], dense.data());
    EXPECT_EQ(std::memcmp(dense.data(), expected[static_cast<size_t>(binding.value)].data(),
                          desc.bytes()),
              0)
        << "output '" << binding.name << "'";
    const core::TensorView view{dense.data(), desc.dtype, desc.dims};
    for (int64_t i = 0; i < view.elems(); ++i)
      outputs[binding.name].push_back(static_cast<float>(view.at(i)));
  }
  return outputs;
}

}  // namespace trtlike::test
