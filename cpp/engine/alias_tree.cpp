// Growing trees of aliases, with the check that every kernel takes the pitches that follow.
#include "engine/alias_tree.h"

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace trtlike::engine {

using kernels::Layout;
using kernels::TensorDesc;

Dims physical_dims(const TensorDesc& desc) {
  if (desc.layout != Layout::ChannelsLast) return desc.dims;
  Dims dims{desc.dims[0]};
  for (int i = 2; i < desc.dims.rank(); ++i) dims.push_back(desc.dims[i]);
  dims.push_back(desc.dims[1]);
  return dims;
}

int64_t pixels(const TensorDesc& desc) {
  return core::elems_between(desc.dims, 0, 1) * core::elems_between(desc.dims, 2, desc.dims.rank());
}

bool is_dense_linear(const TensorDesc& desc) {
  if (desc.pitch != 0) return false;
  if (desc.layout == Layout::Linear) return true;
  return desc.layout == Layout::ChannelsLast &&
         (desc.dims[1] == 1 || core::elems_between(desc.dims, 2, desc.dims.rank()) == 1);
}

AliasTree::AliasTree(ConcretePlan& concrete, std::vector<StepWork>& work,
                     std::vector<Storage> storages)
    : concrete_(concrete),
      work_(work),
      storages_(std::move(storages)),
      members_(storages_.size()),
      touching_(storages_.size()) {
  for (size_t i = 0; i < storages_.size(); ++i) {
    storages_[i].root = static_cast<int32_t>(i);
    members_[i] = {static_cast<int32_t>(i)};
  }
  for (size_t s = concrete.first_step; s < concrete.last_step; ++s) {
    const PlanStep& step = concrete.plan_step(s);
    for (const auto* operands : {&step.inputs, &step.outputs})
      for (int32_t value : *operands)
        if (value >= 0) touching_[index(value)].push_back(s);
  }
}

AliasTree::Range AliasTree::find(int32_t value) const {
  Range range{value, 0};
  while (storage(range.root).root != range.root) {
    range.offset_bytes += storage(range.root).offset_bytes;
    range.root = storage(range.root).root;
  }
  for (int64_t offset = range.offset_bytes; value != range.root;) {
    Storage& on_the_way = storages_[index(value)];
    value = std::exchange(on_the_way.root, range.root);
    offset -= std::exchange(on_the_way.offset_bytes, offset);
  }
  return range;
}

bool AliasTree::accepts(size_t step) const {
  const ConcreteStep& info = concrete_.steps[step];
  const PlanStep& plan_step = concrete_.plan_step(step);
  if (work_[step].work == Work::Nothing) return true;
  // What is done by copies takes any pitch as long as rows of channels stay rows of channels.
  if (info.op->joins_inputs) {
    const TensorDesc& out = concrete_.desc(plan_step.outputs[0]);
    return out.layout == Layout::ChannelsLast &&
           core::normalize_axis(plan_step.attributes.get_int("axis"), out.dims.rank(), "axis") == 1;
  }
  if (work_[step].work == Work::Copies) {
    const TensorDesc& in = concrete_.desc(plan_step.inputs[0]);
    const TensorDesc& out = concrete_.desc(plan_step.outputs[0]);
    return in.layout == out.layout && in.dims == out.dims;
  }
  return info.tactic != nullptr &&
         !kernels::refuse(*info.tactic, make_problem(concrete_, step)).has_value();
}

/// True when the root and its members are the same pixels with some of the channels each.
bool AliasTree::are_bands(int32_t root) const {
  const TensorDesc& whole = concrete_.desc(root);
  return std::all_of(members(root).begin(), members(root).end(), [&](int32_t member) {
    const TensorDesc& desc = concrete_.desc(member);
    if (desc.layout != Layout::ChannelsLast || desc.dims.rank() != whole.dims.rank()) return false;
    Dims dims = desc.dims;
    dims[1] = whole.dims[1];
    return dims == whole.dims;
  });
}

bool AliasTree::set_pitch(const std::vector<int32_t>& values, int64_t pitch) {
  std::vector<int64_t> before;
  for (int32_t value : values) {
    TensorDesc& desc = concrete_.descs[index(value)];
    before.push_back(desc.pitch);
    desc.pitch = desc.dims[1] == pitch ? 0 : pitch;
  }
  bool accepted = true;
  for (size_t i = 0; accepted && i < values.size(); ++i)
    accepted = std::all_of(touching_[index(values[i])].begin(), touching_[index(values[i])].end(),
                           [&](size_t step) { return accepts(step); });
  if (!accepted)
    for (size_t i = 0; i < values.size(); ++i) concrete_.descs[index(values[i])].pitch = before[i];
  return accepted;
}

void AliasTree::link(int32_t root, int32_t into, int64_t offset_bytes) {
  TRTLIKE_ASSERT(storage(root).root == root && find(into).root != root, "alias of value ", root);
  storages_[index(root)].root = into;
  storages_[index(root)].offset_bytes = offset_bytes;
  std::vector<int32_t>&from = members_[index(root)], &to = members_[index(find(into).root)];
  if (from.size() > to.size()) std::swap(from, to);
  to.insert(to.end(), from.begin(), from.end());
  from.clear();
}

bool AliasTree::fold(int32_t root, int32_t into, int64_t offset_bytes, bool band) {
  if (storage(root).region != MemoryRegion::Arena || storage(root).root != root ||
      find(into).root == root)
    return false;
  const TensorDesc& target = concrete_.desc(into);
  if (!band && target.pitch != 0) return false;
  if (band && (!are_bands(root) || !set_pitch(members(root), target.pixel_pitch()))) return false;
  link(root, into, offset_bytes);
  return true;
}

bool AliasTree::attach(int32_t value, int32_t of, int64_t offset_bytes, int64_t pitch) {
  if (storage(value).region != MemoryRegion::Arena || storage(value).root != value ||
      find(of).root == value)
    return false;
  if (pitch != 0 && (!are_bands(value) || !set_pitch(members(value), pitch))) return false;
  link(value, of, offset_bytes);
  return true;
}

std::vector<Storage> AliasTree::storages() const {
  std::vector<Storage> out;
  for (size_t i = 0; i < storages_.size(); ++i) {
    const Range range = find(static_cast<int32_t>(i));
    Storage resolved = storage(range.root);
    resolved.root = range.root;
    resolved.offset_bytes = range.offset_bytes;
    out.push_back(resolved);
  }
  return out;
}

}  // namespace trtlike::engine
