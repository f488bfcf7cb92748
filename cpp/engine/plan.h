// The plan: everything that a run needs, as plain data. Written by the builder, read at load, never
// changed.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/os/cpu.h"
#include "engine/recipes/plan_recipes.h"
#include "kernels/tensor_desc.h"
#include "ops/op.h"
#include "trtlike/engine.h"
#include "trtlike/types.h"

namespace trtlike::engine {

enum class ValueKind : int32_t { Activation = 0, Constant = 1 };

/// A tensor between steps. Bindings name some of them.
struct PlanValue {
  std::string name;
  /// How the elements are stored.
  DataType dtype = DataType::Float;
  /// The network's own type, which the shape rules see; differs from dtype where a layer runs in
  /// another precision.
  DataType logical_dtype = DataType::Float;
  kernels::Layout layout = kernels::Layout::Linear;
  /// What the elements stand for where they are quantized.
  core::Quantization quantization = {};
  ValueKind kind = ValueKind::Activation;
  /// Build-time extents, -1 where they change at run time.
  Dims dims{};
  /// Constants: dense elements in the value's layout.
  BlobRange constant{};

  /// At these extents. What the network declares as integers is integers to kernels.
  kernels::TensorDesc desc(const Dims& at) const {
    const bool stands_for_reals = logical_dtype != dtype;
    return {.dtype = dtype,
            .dims = at,
            .layout = layout,
            .quantization = stands_for_reals ? quantization : core::Quantization()};
  }
};

/// One op computed by one tactic.
struct PlanStep {
  std::string op;
  /// The layers that it computes, as users know them: "conv1 + relu1".
  std::string name;
  std::string metadata;
  ops::Attributes attributes;
  /// Indices of values; -1 for an absent optional input.
  std::vector<int32_t> inputs;
  std::vector<int32_t> outputs;
  /// Empty: a view, or a step whose elements follow from shapes; should it have to run, the first
  /// tactic that takes it does.
  std::string tactic;
  /// Constants of the network: their elements are in `packed` or in the value.
  ops::InputSet constant_inputs;
  /// What is in `packed` and has no value of its own (inputs[i] is -1 but packed_descs says what it
  /// was). Places below 32.
  ops::InputSet packed_inputs;
  BlobRange packed;
  /// The packed inputs, in the order of their places: linear, a quantization without its numbers.
  std::vector<kernels::TensorDesc> packed_descs;
  bool strict = false;
  /// Time measured at build, summed over the profiles' opt shapes; 0 when it was not measured.
  double tuned_ms = 0;
  /// The index of what the op keeps in the plan for this step; -1: nothing.
  int32_t blob = -1;
  /// Indices of the plan's regions, for ops that have OpDefinition::regions. No tactic computes
  /// such a step: its regions run, between the steps before and those behind it.
  std::vector<int32_t> regions;
};

struct PlanBinding {
  std::string name;
  TensorIOMode mode = TensorIOMode::Input;
  int32_t value = -1;
  /// Inputs: the elements are needed to compute shapes.
  bool is_shape_tensor = false;
  std::vector<std::string> dimension_names{};
};

struct PlanProfile {
  std::map<std::string, std::array<Dims, 3>> shapes;
  std::map<std::string, std::array<std::vector<int64_t>, 3>> shape_values;
  /// Bytes of arena and scratch at the largest shapes.
  int64_t memory_bytes = 0;
};

/// Bytes that only the ops that keep them can read.
struct PlanBlob {
  std::string name;
  BlobRange range;
};

/// A value that runs hand to a DebugListener, by the name of the network's tensor.
struct PlanDebugTensor {
  std::string name;
  int32_t value = -1;
};

struct Plan {
  std::string name;
  /// The machine that the tactics were timed on, and the CPU features that they need.
  std::string fingerprint;
  core::Isa needs = core::Isa::Portable;
  int threads = 1;
  ProfilingVerbosity verbosity = ProfilingVerbosity::LayerNamesOnly;
  std::vector<PlanValue> values;
  std::vector<PlanStep> steps;
  std::vector<PlanBinding> bindings;
  std::vector<PlanProfile> profiles;
  std::vector<PlanBlob> blobs;
  std::vector<PlanDebugTensor> debug_tensors{};
  /// Other values may be handed to it too, by their own names.
  bool reports_unfused = false;
  /// Plans inside steps. Their bindings are, in this order, what the step's op gives them and what
  /// it takes from them (ir/graph.h says which); they have no profiles, and share the constants.
  std::vector<Plan> regions;
  /// Of a plan that can be refitted, its regions included.
  PlanRecipes recipes;

  /// Regions may be inside each other this deep.
  static constexpr int kMaxDepth = 100;
};

/// What goes to a range of the constants section.
struct PlanConstant {
  BlobRange range;
  std::shared_ptr<const void> data;
};

/// Plan format: see plan_format.h. Same plan and constants give the same bytes. Lets go of each
/// constant once it is written.
std::shared_ptr<HostMemory> write_plan(const Plan& plan, std::vector<PlanConstant> constants);
/// Replaces the metadata in bytes that write_plan has just made and nobody else has seen, by a plan
/// that differs in numbers only (its metadata is as long as before).
void rewrite_metadata(HostMemory& written, const Plan& plan);
/// Throws PlanError naming the first step, value or binding whose indices, ranges, ops, attributes
/// or tactics do not fit.
void validate_plan(const Plan& plan, size_t constants_bytes);
/// Throws PlanError unless the recipes' indices, ranges, ops and attributes fit.
void validate_recipes(const Plan& plan, size_t constants_bytes);
/// Types and extents of a step's inputs as its shape rule sees them, with the values' extents from
/// `dims` (one a value). Packed floating-point inputs count as the type of the first other one.
std::vector<ops::TensorType> input_types(const Plan& plan, const PlanStep& step,
                                         const std::vector<Dims>& dims);
/// True when the op's reference can compute the step as its operands are stored: floating-point
/// numbers as such, and what kernels::refuse_stored_types takes.
bool fits_reference(const Plan& plan, const PlanStep& step);
/// The plan as text, complete and stable: what tests and reviews diff.
std::string print_plan(const Plan& plan);

}  // namespace trtlike::engine
