// Plan to bytes. The same plan and constants give the same bytes: fields are written in order, gaps
// are zero.
#include <cstring>
#include <type_traits>

#include "core/bytes.h"
#include "core/os/memory.h"
#include "engine/plan.h"
#include "engine/plan_format.h"

namespace trtlike::engine {
namespace {

using core::ByteWriter;

template <typename T, typename F>
void put_list(ByteWriter& out, const T& items, F&& put_item) {
  out.put(static_cast<uint64_t>(items.size()));
  for (const auto& item : items) put_item(item);
}

void put_dims(ByteWriter& out, const Dims& dims) {
  out.put(static_cast<int32_t>(dims.rank()));
  for (int64_t extent : dims) out.put(extent);
}

void put_range(ByteWriter& out, const BlobRange& range) {
  out.put(range.offset);
  out.put(range.bytes);
}

void put_record(ByteWriter& out, const ByteWriter& record) { out.put_string(record.bytes()); }

template <typename T>
void put_scalars(ByteWriter& out, const std::vector<T>& items) {
  put_list(out, items, [&](T item) { out.put(item); });
}

void put_attribute(ByteWriter& out, const AttributeValue& value) {
  out.put(static_cast<uint8_t>(value.index()));
  std::visit(
      [&](const auto& v) {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, bool>) {
          out.put(static_cast<uint8_t>(v));
        } else if constexpr (std::is_same_v<T, std::string>) {
          out.put_string(v);
        } else if constexpr (std::is_arithmetic_v<T>) {
          out.put(v);
        } else {
          put_scalars(out, v);
        }
      },
      value);
}

void put_attributes(ByteWriter& out, const ops::Attributes& attributes) {
  put_list(out, attributes.items(), [&](const auto& item) {
    out.put_string(item.first);
    put_attribute(out, item.second);
  });
}

ByteWriter quantization_record(const core::Quantization& quantization) {
  ByteWriter out;
  if (!quantization) return out;
  out.put(quantization.axis());
  out.put(quantization.block());
  out.put(static_cast<uint8_t>(quantization.is_symmetric()));
  put_scalars(out, quantization.scales());
  put_scalars(out, quantization.zero_points());
  return out;
}

ByteWriter value_record(const PlanValue& value) {
  ByteWriter out;
  out.put_string(value.name);
  out.put(value.dtype);
  out.put(value.logical_dtype);
  out.put(value.layout);
  out.put(value.kind);
  put_dims(out, value.dims);
  put_range(out, value.constant);
  put_record(out, quantization_record(value.quantization));
  return out;
}

ByteWriter step_record(const PlanStep& step) {
  ByteWriter out;
  out.put_string(step.op);
  out.put_string(step.name);
  out.put_string(step.metadata);
  put_attributes(out, step.attributes);
  put_scalars(out, step.inputs);
  put_scalars(out, step.outputs);
  out.put_string(step.tactic);
  TRTLIKE_ASSERT(step.packed_inputs.end() <= 32, "packed inputs ", step.packed_inputs.to_string());
  out.put(step.constant_inputs.first_32());
  out.put(step.packed_inputs.first_32());
  put_range(out, step.packed);
  put_list(out, step.packed_descs, [&](const kernels::TensorDesc& d) { out.put(d.dtype); });
  put_list(out, step.packed_descs, [&](const kernels::TensorDesc& d) { put_dims(out, d.dims); });
  out.put(static_cast<uint8_t>(step.strict));
  out.put(step.tuned_ms);
  for (const kernels::TensorDesc& desc : step.packed_descs)
    put_record(out, quantization_record(desc.quantization));
  out.put(step.blob);
  put_scalars(out, step.regions);
  return out;
}

ByteWriter binding_record(const PlanBinding& binding) {
  ByteWriter out;
  out.put_string(binding.name);
  out.put(binding.mode);
  out.put(binding.value);
  out.put(static_cast<uint8_t>(binding.is_shape_tensor));
  put_list(out, binding.dimension_names, [&](const std::string& name) { out.put_string(name); });
  return out;
}

ByteWriter profile_record(const PlanProfile& profile) {
  ByteWriter out;
  put_list(out, profile.shapes, [&](const auto& item) {
    out.put_string(item.first);
    for (const Dims& dims : item.second) put_dims(out, dims);
  });
  put_list(out, profile.shape_values, [&](const auto& item) {
    out.put_string(item.first);
    for (const auto& values : item.second) put_scalars(out, values);
  });
  out.put(profile.memory_bytes);
  return out;
}

ByteWriter weights_record(const PlanWeights& weights) {
  ByteWriter out;
  out.put_string(weights.name);
  out.put(weights.dtype);
  out.put(weights.count);
  out.put(weights.checksum);
  put_list(out, weights.uses, [&](const PlanWeights::Use& use) {
    out.put_string(use.layer);
    out.put(use.role);
  });
  return out;
}

ByteWriter recipe_value_record(const RecipeValue& value) {
  ByteWriter out;
  out.put(value.source);
  out.put(value.dtype);
  put_dims(out, value.dims);
  out.put(value.of);
  put_range(out, value.literal);
  return out;
}

ByteWriter recipe_step_record(const RecipeStep& step) {
  ByteWriter out;
  out.put_string(step.op);
  put_attributes(out, step.attributes);
  put_scalars(out, step.inputs);
  put_scalars(out, step.outputs);
  return out;
}

ByteWriter target_record(const RecipeTarget& target) {
  ByteWriter out;
  out.put(target.value);
  out.put(target.desc.dtype);
  put_dims(out, target.desc.dims);
  out.put(target.desc.layout);
  put_record(out, quantization_record(target.desc.quantization));
  put_range(out, target.range);
  return out;
}

ByteWriter recipes_record(const PlanRecipes& recipes) {
  ByteWriter out;
  if (recipes.empty()) return out;
  out.put(recipes.kept_bytes);
  put_list(out, recipes.weights, [&](const auto& w) { put_record(out, weights_record(w)); });
  put_list(out, recipes.values, [&](const auto& v) { put_record(out, recipe_value_record(v)); });
  put_list(out, recipes.steps, [&](const auto& s) { put_record(out, recipe_step_record(s)); });
  put_list(out, recipes.targets, [&](const auto& t) { put_record(out, target_record(t)); });
  return out;
}

ByteWriter plan_record(const Plan& plan) {
  ByteWriter out;
  out.put_string(plan.name);
  out.put_string(plan.fingerprint);
  out.put(static_cast<int32_t>(plan.threads));
  out.put(plan.verbosity);
  put_list(out, plan.values, [&](const PlanValue& v) { put_record(out, value_record(v)); });
  put_list(out, plan.steps, [&](const PlanStep& s) { put_record(out, step_record(s)); });
  put_list(out, plan.bindings, [&](const PlanBinding& b) { put_record(out, binding_record(b)); });
  put_list(out, plan.profiles, [&](const PlanProfile& p) { put_record(out, profile_record(p)); });
  out.put(plan.needs.bits);
  put_list(out, plan.blobs, [&](const PlanBlob& blob) {
    out.put_string(blob.name);
    put_range(out, blob.range);
  });
  put_list(out, plan.regions, [&](const Plan& region) { put_record(out, plan_record(region)); });
  put_list(out, plan.debug_tensors, [&](const PlanDebugTensor& tensor) {
    out.put_string(tensor.name);
    out.put(tensor.value);
  });
  out.put(static_cast<uint8_t>(plan.reports_unfused));
  put_record(out, recipes_record(plan.recipes));
  return out;
}

ByteWriter metadata_of(const Plan& plan) {
  ByteWriter metadata;
  metadata.put_string(plan_record(plan).bytes());
  return metadata;
}

}  // namespace

void seal_plan(char* bytes, Header header) {
  std::memcpy(bytes, &header, sizeof header);
  header.checksum = core::checksum(bytes + kChecksumFrom, header.file_bytes - kChecksumFrom);
  std::memcpy(bytes, &header, sizeof header);
}

std::shared_ptr<HostMemory> write_plan(const Plan& plan, std::vector<PlanConstant> constants) {
  size_t constants_bytes = 0;
  for (const auto& [range, data] : constants) {
    TRTLIKE_ASSERT(range.offset % kRangeAlignment == 0 && (data != nullptr || range.bytes == 0),
                   "constant range at ", range.offset);
    constants_bytes = std::max(constants_bytes, static_cast<size_t>(range.offset + range.bytes));
  }
  validate_plan(plan, constants_bytes);
  const ByteWriter metadata = metadata_of(plan);

  Header header{};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.version = kVersion;
  header.metadata_offset = sizeof header;
  header.metadata_bytes = metadata.size();
  header.constants_offset = core::align_up(sizeof header + metadata.size(), kConstantsAlignment);
  header.constants_bytes = constants_bytes;
  header.file_bytes = header.constants_offset + constants_bytes;

  const std::shared_ptr<void> memory = core::allocate_shared(header.file_bytes);
  auto* bytes = static_cast<char*>(memory.get());
  std::memcpy(bytes + header.metadata_offset, metadata.bytes().data(), metadata.size());
  for (auto& [range, data] : constants) {
    if (range.bytes != 0)
      std::memcpy(bytes + header.constants_offset + range.offset, data.get(), range.bytes);
    data.reset();
  }
  seal_plan(bytes, header);
  return std::make_shared<HostMemory>(memory, header.file_bytes);
}

void rewrite_metadata(HostMemory& written, const Plan& plan) {
  auto* bytes = static_cast<char*>(const_cast<void*>(written.data()));
  Header header;
  std::memcpy(&header, bytes, sizeof header);
  const ByteWriter metadata = metadata_of(plan);
  TRTLIKE_ASSERT(metadata.size() == header.metadata_bytes, "metadata of the same size");
  std::memcpy(bytes + header.metadata_offset, metadata.bytes().data(), metadata.size());
  seal_plan(bytes, header);
}

}  // namespace trtlike::engine
