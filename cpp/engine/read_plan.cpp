// Bytes to plan: structure only. What the fields mean is checked by validate_plan.
#include <cstring>
#include <map>

#include "core/bytes.h"
#include "engine/blobs.h"
#include "engine/deferred_packing.h"
#include "engine/loaded_plan.h"
#include "engine/plan_format.h"

namespace trtlike::engine {
namespace {

using core::ByteReader;

constexpr const char* kWhat = "engine";

template <typename... Parts>
void require(bool condition, const Parts&... parts) {
  if (!condition) throw PlanError(core::str("[engine] plan ", parts...));
}

Dims get_dims(ByteReader& in) {
  const auto rank = in.get<int32_t>();
  if (rank == -1) return Dims::unknown_rank();
  require(rank >= 0 && rank <= Dims::kMaxDims, "dimensions: expected a rank from 0 to ",
          Dims::kMaxDims, ", got ", rank, ".");
  Dims dims;
  for (int i = 0; i < rank; ++i) dims.push_back(in.get<int64_t>());
  return dims;
}

BlobRange get_range(ByteReader& in) {
  BlobRange range;
  range.offset = in.get<uint64_t>();
  range.bytes = in.get<uint64_t>();
  return range;
}

template <typename T>
std::vector<T> get_scalars(ByteReader& in) {
  std::vector<T> items(in.get_count(sizeof(T)));
  for (T& item : items) item = in.get<T>();
  return items;
}

AttributeValue get_attribute(ByteReader& in) {
  const auto kind = in.get<uint8_t>();
  switch (static_cast<ops::AttributeKind>(kind)) {
    case ops::AttributeKind::Bool:
      return in.get<uint8_t>() != 0;
    case ops::AttributeKind::Int:
      return in.get<int64_t>();
    case ops::AttributeKind::Float:
      return in.get<double>();
    case ops::AttributeKind::String:
      return in.get_string();
    case ops::AttributeKind::Ints:
      return get_scalars<int64_t>(in);
    case ops::AttributeKind::Floats:
      return get_scalars<double>(in);
  }
  throw PlanError(core::str("[engine] plan attribute: expected a kind from 0 to 5, got ",
                            static_cast<int>(kind), "."));
}

/// One length-prefixed record; `get` must take all of it.
template <typename F>
auto get_record(ByteReader& in, F&& get) {
  const size_t bytes = in.get_count(1);
  ByteReader record(in.take(bytes), bytes, kWhat);
  auto item = get(record);
  require(record.remaining() == 0, "record: expected its fields to fill it, got ",
          record.remaining(), " bytes more.");
  return item;
}

core::Quantization get_quantization(ByteReader& in) {
  return get_record(in, [](ByteReader& record) {
    if (record.remaining() == 0) return core::Quantization();
    const auto axis = record.get<int32_t>();
    const auto block = record.get<int64_t>();
    const bool symmetric = record.get<uint8_t>() != 0;
    std::vector<float> scales = get_scalars<float>(record);
    return core::Quantization::of(axis, block, symmetric, std::move(scales),
                                  get_scalars<int32_t>(record));
  });
}

PlanValue get_value(ByteReader& in, uint32_t version) {
  PlanValue value;
  value.name = in.get_string();
  value.dtype = in.get<DataType>();
  value.logical_dtype = in.get<DataType>();
  value.layout = in.get<kernels::Layout>();
  value.kind = in.get<ValueKind>();
  value.dims = get_dims(in);
  value.constant = get_range(in);
  if (version >= 3) value.quantization = get_quantization(in);
  return value;
}

ops::Attributes get_attributes(ByteReader& in) {
  ops::Attributes attributes;
  for (size_t i = in.get_count(9); i > 0; --i) {
    const std::string name = in.get_string();
    attributes.set(name, get_attribute(in));
  }
  return attributes;
}

PlanStep get_step(ByteReader& in, uint32_t version) {
  PlanStep step;
  step.op = in.get_string();
  step.name = in.get_string();
  step.metadata = in.get_string();
  step.attributes = get_attributes(in);
  step.inputs = get_scalars<int32_t>(in);
  step.outputs = get_scalars<int32_t>(in);
  step.tactic = in.get_string();
  step.constant_inputs = ops::InputSet::of_mask(in.get<uint32_t>());
  step.packed_inputs = ops::InputSet::of_mask(in.get<uint32_t>());
  step.packed = get_range(in);
  for (const DataType dtype : get_scalars<DataType>(in)) step.packed_descs.push_back({dtype});
  const size_t packed = in.get_count(4);
  require(packed == step.packed_descs.size(), "packed inputs: expected ", step.packed_descs.size(),
          " shapes, got ", packed, ".");
  for (kernels::TensorDesc& desc : step.packed_descs) desc.dims = get_dims(in);
  step.strict = in.get<uint8_t>() != 0;
  step.tuned_ms = in.get<double>();
  if (version < 3) return step;
  for (kernels::TensorDesc& desc : step.packed_descs) desc.quantization = get_quantization(in);
  step.blob = in.get<int32_t>();
  if (version >= 4) step.regions = get_scalars<int32_t>(in);
  return step;
}

/// The file says of the first 32 inputs which are constants.
void find_further_constants(const std::vector<PlanValue>& values, PlanStep& step) {
  for (size_t i = 32; i < step.inputs.size(); ++i) {
    const auto value = static_cast<size_t>(step.inputs[i]);
    if (step.inputs[i] >= 0 && value < values.size() && values[value].kind == ValueKind::Constant)
      step.constant_inputs.insert(i);
  }
}

PlanBinding get_binding(ByteReader& in) {
  PlanBinding binding;
  binding.name = in.get_string();
  binding.mode = in.get<TensorIOMode>();
  binding.value = in.get<int32_t>();
  binding.is_shape_tensor = in.get<uint8_t>() != 0;
  for (size_t i = in.get_count(8); i > 0; --i) binding.dimension_names.push_back(in.get_string());
  return binding;
}

PlanProfile get_profile(ByteReader& in) {
  PlanProfile profile;
  for (size_t i = in.get_count(20); i > 0; --i) {
    const std::string name = in.get_string();
    for (Dims& dims : profile.shapes[name]) dims = get_dims(in);
  }
  for (size_t i = in.get_count(32); i > 0; --i) {
    const std::string name = in.get_string();
    for (auto& values : profile.shape_values[name]) values = get_scalars<int64_t>(in);
  }
  profile.memory_bytes = in.get<int64_t>();
  return profile;
}

template <typename F>
auto get_records(ByteReader& in, F&& get) {
  std::vector<decltype(get(in))> items;
  for (size_t i = in.get_count(8); i > 0; --i) items.push_back(get_record(in, get));
  return items;
}

PlanWeights get_weights(ByteReader& in) {
  PlanWeights weights;
  weights.name = in.get_string();
  weights.dtype = in.get<DataType>();
  weights.count = in.get<int64_t>();
  weights.checksum = in.get<uint64_t>();
  for (size_t i = in.get_count(12); i > 0; --i) {
    const std::string layer = in.get_string();
    weights.uses.push_back({layer, in.get<WeightsRole>()});
  }
  return weights;
}

RecipeValue get_recipe_value(ByteReader& in) {
  RecipeValue value;
  value.source = in.get<RecipeSource>();
  value.dtype = in.get<DataType>();
  value.dims = get_dims(in);
  value.of = in.get<int32_t>();
  value.literal = get_range(in);
  return value;
}

RecipeStep get_recipe_step(ByteReader& in) {
  RecipeStep step;
  step.op = in.get_string();
  step.attributes = get_attributes(in);
  step.inputs = get_scalars<int32_t>(in);
  step.outputs = get_scalars<int32_t>(in);
  return step;
}

RecipeTarget get_target(ByteReader& in) {
  RecipeTarget target;
  target.value = in.get<int32_t>();
  target.desc.dtype = in.get<DataType>();
  target.desc.dims = get_dims(in);
  target.desc.layout = in.get<kernels::Layout>();
  target.desc.quantization = get_quantization(in);
  target.range = get_range(in);
  return target;
}

PlanRecipes get_recipes(ByteReader& in) {
  PlanRecipes recipes;
  if (in.remaining() == 0) return recipes;
  recipes.kept_bytes = in.get<uint64_t>();
  recipes.weights = get_records(in, get_weights);
  recipes.values = get_records(in, get_recipe_value);
  recipes.steps = get_records(in, get_recipe_step);
  recipes.targets = get_records(in, get_target);
  return recipes;
}

Plan get_plan(ByteReader& in, uint32_t version, int depth) {
  require(depth <= Plan::kMaxDepth, "regions: expected at most ", Plan::kMaxDepth,
          " inside each other, got more.");
  Plan plan;
  plan.name = in.get_string();
  plan.fingerprint = in.get_string();
  if (version == 1) {
    const auto level = in.get<int32_t>();
    require(level >= 0 && level < std::ssize(core::isa_levels()),
            "instruction set: expected a value from 0 to ", std::ssize(core::isa_levels()) - 1,
            ", got ", level, ".");
    plan.needs = core::isa_levels()[static_cast<size_t>(level)].isa;
  }
  plan.threads = in.get<int32_t>();
  plan.verbosity = in.get<ProfilingVerbosity>();
  plan.values = get_records(in, [&](ByteReader& record) { return get_value(record, version); });
  plan.steps = get_records(in, [&](ByteReader& record) { return get_step(record, version); });
  for (PlanStep& step : plan.steps) find_further_constants(plan.values, step);
  plan.bindings = get_records(in, get_binding);
  plan.profiles = get_records(in, get_profile);
  if (version >= 2) plan.needs = {in.get<uint64_t>()};
  for (size_t i = version >= 3 ? in.get_count(24) : 0; i > 0; --i) {
    const std::string name = in.get_string();
    plan.blobs.push_back({name, get_range(in)});
  }
  if (version >= 4)
    plan.regions =
        get_records(in, [&](ByteReader& record) { return get_plan(record, version, depth + 1); });
  for (size_t i = version >= 5 ? in.get_count(12) : 0; i > 0; --i) {
    const std::string name = in.get_string();
    plan.debug_tensors.push_back({name, in.get<int32_t>()});
  }
  if (version >= 5) plan.reports_unfused = in.get<uint8_t>() != 0;
  if (version >= 6) plan.recipes = get_record(in, get_recipes);
  return plan;
}

bool fits(uint64_t offset, uint64_t bytes, uint64_t whole) {
  return offset <= whole && bytes <= whole - offset;
}

Header read_header(const void* bytes, size_t num_bytes) {
  Header header;
  require(num_bytes >= sizeof header, "size: expected at least ", sizeof header, " bytes, got ",
          num_bytes, ". This is no trtlike plan, or a truncated one.");
  std::memcpy(&header, bytes, sizeof header);
  require(std::memcmp(header.magic, kMagic, sizeof kMagic) == 0,
          "magic: expected the first bytes of a trtlike plan, got others. Plans of TensorRT itself "
          "cannot be read; build from the ONNX model.");
  require(header.version >= kOldestVersion && header.version <= kVersion,
          "format: expected version ", kVersion, ", got ", header.version,
          ". Rebuild the plan with this version of trtlike.");
  require(header.zero == 0, "header: expected 0 at byte 12, got ", header.zero,
          ". The plan is damaged.");
  require(header.file_bytes == num_bytes, "size: expected ", header.file_bytes, " bytes, got ",
          num_bytes, ". The plan is truncated or has bytes appended.");
  const uint64_t checksum =
      core::checksum(static_cast<const char*>(bytes) + kChecksumFrom, num_bytes - kChecksumFrom);
  require(header.checksum == checksum, "checksum: expected ", header.checksum, ", got ", checksum,
          ". The plan is damaged.");
  require(fits(header.metadata_offset, header.metadata_bytes, num_bytes) &&
              header.metadata_offset >= sizeof header,
          "metadata: expected a range inside ", num_bytes, " bytes, got offset ",
          header.metadata_offset, " and ", header.metadata_bytes, " bytes.");
  require(fits(header.constants_offset, header.constants_bytes, num_bytes) &&
              header.constants_offset % kConstantsAlignment == 0,
          "constants: expected an aligned range inside ", num_bytes, " bytes, got offset ",
          header.constants_offset, " and ", header.constants_bytes, " bytes.");
  return header;
}

/// The section's size with what a plan to be refitted may lack.
size_t count_constants(const PlanRecipes& recipes, size_t there) {
  uint64_t whole = there;
  for (const RecipeTarget& target : recipes.targets)
    if (fits(target.range.offset, target.range.bytes, UINT64_MAX))
      whole = std::max(whole, target.range.offset + target.range.bytes);
  require(recipes.empty() || there == whole || there == recipes.kept_bytes,
          "constants: expected all ", whole, " bytes, or ", recipes.kept_bytes,
          " without those that are refitted, got ", there, ".");
  return whole;
}

}  // namespace

std::shared_ptr<const LoadedPlan> read_plan(std::shared_ptr<const void> bytes, size_t num_bytes,
                                            std::shared_ptr<const core::OpenFile> file) {
  require(bytes != nullptr, "bytes: expected an address, got null.");
  require(reinterpret_cast<uintptr_t>(bytes.get()) % kRangeAlignment == 0,
          "bytes: expected an address that is a multiple of ", kRangeAlignment, ", got ",
          bytes.get(), ".");
  const Header header = read_header(bytes.get(), num_bytes);
  const auto* begin = static_cast<const char*>(bytes.get());
  auto loaded = std::make_shared<LoadedPlan>();
  ByteReader in(begin + header.metadata_offset, header.metadata_bytes, kWhat);
  try {
    loaded->plan =
        get_record(in, [&](ByteReader& record) { return get_plan(record, header.version, 0); });
  } catch (const UserError& e) {
    throw PlanError(e.what());
  }
  require(in.remaining() == 0, "metadata: expected one record, got ", in.remaining(),
          " bytes more.");
  loaded->constants = reinterpret_cast<const std::byte*>(begin + header.constants_offset);
  loaded->constants_bytes = count_constants(loaded->plan.recipes, header.constants_bytes);
  loaded->there_bytes = header.constants_bytes;
  loaded->num_bytes = num_bytes;
  loaded->bytes = std::move(bytes);
  loaded->file = std::move(file);
  load_parts(*loaded);
  validate_plan(loaded->plan, loaded->constants_bytes);
  check_truth_values(*loaded);
  return loaded;
}

}  // namespace trtlike::engine
