// What an operation means: its attributes, arity, type and shape rule, and a slow exact
// computation. One object per op.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ops/input_set.h"
#include "ops/op_args.h"
#include "trtlike/enums/layer_enums.h"

namespace trtlike::ops {

/// One named input. Weights are inputs that TensorRT shows as the layer's own kernel, bias, ...
struct InputSpec {
  const char* name;
  bool optional = false;
  bool weights = false;
  /// A constant here is weights too: tactics pack it from the network's own elements, and the
  /// reference reads it in whatever floating-point type it is stored.
  bool packable = false;
  bool takes_narrow = false;  ///< the reference reads core::is_narrow types here
};

inline bool always(const InferArgs&) { return true; }
inline bool never(const InferArgs&) { return false; }

/// How it shows in an op's outputs when operands are stored in fewer bits. What an op says nothing
/// about stays wide.
struct Rounding {
  static constexpr size_t kNoTerms = SIZE_MAX;
  /// The inputs from this one on are terms: their roundings reach the outputs undiminished.
  size_t first_term = 0;
  /// Roundings of input 0 do not average away: it is summed or normalized in rows.
  bool (*reads_wide)(const InferArgs& args) = always;
  /// The outputs are sums, which may cancel later.
  bool (*gives_wide)(const InferArgs& args) = always;
  /// The outputs are numbers of their declared types even where the operands are stored wider.
  bool (*is_exact)(const InferArgs& args) = never;
};
inline constexpr Rounding kDiminished{Rounding::kNoTerms, never, never, never};
inline constexpr Rounding kUndiminished{0, never, never, never};
inline constexpr Rounding kMoved{0, never, never, always};  ///< outputs are elements of the inputs

struct PointwiseLowering;

/// The layer type of ops that only fusion makes.
inline constexpr auto kInternalLayer = static_cast<LayerType>(-1);

/// Bytes that a plan keeps for a node of an op that is not built in.
struct Blob {
  /// Blobs of a plan that have one name are one blob.
  std::string name;
  std::shared_ptr<const void> data;
  size_t bytes = 0;
};

/// Graphs that a node of an op holds.
enum class Regions {
  None,
  Branches,  ///< two, of which the condition takes one: If
  Turns,     ///< one, a turn of a loop: Loop
};

struct OpDefinition {
  const char* name;     ///< "Convolution"
  const char* meaning;  ///< one line
  LayerType layer_type;
  std::vector<AttributeSpec> attributes;
  std::vector<InputSpec> inputs;
  bool gives_narrow = false;  ///< the reference writes core::is_narrow types
  bool variadic = false;      ///< any number of further inputs like the last one
  int num_outputs = 1;
  /// The integer attribute that says how many outputs a node has; null: num_outputs.
  const char* outputs_attribute = nullptr;
  /// What a node gives follows from its graphs: `infer` checks its own inputs only, and leaves
  /// outputs as they are.
  Regions regions = Regions::None;
  /// The input that a later part of a loop's turn computes: an edge against the order of the graph.
  InputSet back_inputs = {};
  InputSet host_inputs = {};  ///< the shape rule needs these inputs' elements at run time
  /// Sets every output's type and extents. Throws UserError for what the op does not take ("input 1
  /// 'kernel': expected rank 4, got rank 3 with shape [...]"); the caller adds the node's name.
  void (*infer)(const InferArgs& args);
  /// The specification, in double or wide integers: the obvious loop. Null for ops whose shape rule
  /// is all there is.
  void (*reference)(const ReferenceArgs& args) = nullptr;
  /// Elements of integer outputs from partly known elements of inputs; null: outputs are unknown
  /// unless all inputs are known.
  void (*propagate)(const InferArgs& args, std::span<HostValue> outputs) = nullptr;
  /// True when the output is the input's bytes in another shape (linear layout): reshape, squeeze,
  /// identity.
  bool (*is_view)(const InferArgs& args) = nullptr;
  /// Gives unknown extents of outputs numbers that no run exceeds, where the inputs' extents tell.
  /// Null: nothing tells.
  void (*bound_extents)(const InferArgs& args) = nullptr;
  /// True when extents behind the op follow from data: what feeds it is no shape tensor for that.
  bool is_data_dependent = false;
  /// What an op that is not built in was registered with. All of its functions get it, in their
  /// arguments or before them.
  const void* self = nullptr;
  /// What a plan must keep for a node with these attributes beyond them: the state of a plugin.
  /// Null: nothing.
  Blob (*save_blob)(const void* self, const Attributes& attributes) = nullptr;
  /// The blob again, when a plan is read and before anything else is asked about the step. `bytes`
  /// start at a multiple of 64 and live as long as what is returned, which lives as long as the
  /// plan: the op finds its state again by what stands in the attributes. Throws UserError for
  /// bytes that are none of its own.
  std::shared_ptr<const void> (*load_blob)(const void* self, const Attributes& attributes,
                                           std::string_view name,
                                           std::span<const std::byte> bytes) = nullptr;

  // What others ask of an op. An op that says nothing is slow, never wrong. `args` has the outputs'
  // types; those with concrete extents say so.

  /// Multiplications and additions of the direct algorithm, one for each element of an element-wise
  /// op, at concrete extents. Null: it only moves elements.
  int64_t (*count_operations)(const InferArgs& args) = nullptr;
  Rounding rounding = {};
  /// The op as a pointwise program on operands stored in the types of `args`, at concrete extents.
  /// Null: it is none.
  void (*lower)(const InferArgs& args, PointwiseLowering& out) = nullptr;
  /// The first index on each axis of the box of input 0 that the output is, at concrete extents;
  /// nothing when it is none or not known. Null: never.
  std::optional<Dims> (*find_box)(const InferArgs& args) = nullptr;
  /// The output is the inputs one after another along the attribute "axis".
  bool joins_inputs = false;
  /// Reads no more elements of an input than it writes.
  bool picks_elements = false;
  /// Input 0 is a table of which it reads few rows.
  bool is_lookup = false;
  /// Tactics convert operands to what they compute in: the result's type says nothing about it.
  bool converts_operands = false;
  /// Works on windows of images: operands of rank 3 and 5 are tried channels last too, as rank 4 is
  /// for every op.
  bool is_spatial = false;
  /// The outputs follow from the extents of the inputs, whatever the elements are.
  bool reads_extents_only = false;
  /// Reads or writes the bits of elements: operands are stored in the types that they are declared.
  bool reads_bits = false;
  /// True where elements differ from run to run: what computes them is neither done ahead nor
  /// shared. Null: never.
  bool (*is_random)(const Attributes& attributes) = nullptr;
};

/// Adds an op while the program runs, for good: graphs, plans and kernels point at it, so it can
/// be neither removed nor replaced (an op whose functions must change has a `self` that forwards).
/// The pointer may own what the definition points at, its names and `self`. Any thread may call any
/// function of the registry. Throws UserError for a name that is taken or a definition that cannot
/// be used.
const OpDefinition& register_op(std::shared_ptr<const OpDefinition> op);
/// The ops that were added, in this order.
std::vector<const OpDefinition*> registered_ops();
/// True where outputs follow from the inputs.
inline bool is_repeatable(const OpDefinition& op, const Attributes& attributes) {
  return op.is_random == nullptr || !op.is_random(attributes);
}
/// The op of this name, built in or added; null when there is none.
const OpDefinition* find_op(std::string_view name);
/// The op of this name; InternalError when there is none.
const OpDefinition& get_op(std::string_view name);
/// The ops that are built in, in the order of ops.inc.
std::span<const OpDefinition* const> built_in_ops();

/// A complete attribute set for `op` from the given ones and the table's defaults. Throws UserError
/// listing the attributes there are for an unknown name, or naming both kinds for a wrong one (an
/// integer is taken for a float, a bool for an integer).
Attributes complete_attributes(const OpDefinition& op,
                               const std::vector<std::pair<std::string, AttributeValue>>& given);

/// The number of outputs of a node with these attributes.
size_t count_outputs(const OpDefinition& op, const Attributes& attributes);

/// Checks arity, then runs the shape rule. `outputs` is resized to the op's number of outputs.
/// `constants` as in InferArgs.
void infer(const OpDefinition& op, const Attributes& attributes, std::span<const TensorType> inputs,
           std::span<const HostValue> host, std::vector<TensorType>& outputs,
           std::span<const void* const> constants = {});

/// Gives the outputs' unknown extents OpDefinition::bound_extents, once those of all inputs are
/// known; true where it changed any.
bool bound_extents(const OpDefinition& op, const InferArgs& args);

/// Elements of outputs as far as they follow from `host`; one entry an output. Uses `propagate`,
/// else, when every input's elements are known and the outputs are small, the reference.
std::vector<HostValue> propagate(const OpDefinition& op, const Attributes& attributes,
                                 std::span<const TensorType> inputs,
                                 std::span<const HostValue> host,
                                 std::span<const TensorType> outputs);

}  // namespace trtlike::ops
