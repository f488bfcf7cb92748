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
#include <vector>

#include "core/shape.h"
#include "core/tensor_view.h"
#include "ops/attributes.h"
#include "ops/input_set.h"

namespace trtlike::ops {

/// Type and extents of a tensor. Rank -1 marks an absent optional input. Extents of -1 are not
/// known before run time.
struct TensorType {
  DataType dtype = DataType::Float;
  Dims dims = Dims::unknown_rank();

  bool is_absent() const { return dims.rank() < 0; }
  bool operator==(const TensorType&) const = default;
};

/// An element of a host value that is not known before run time.
inline constexpr int64_t kUnknownElement = INT64_MIN;

/// The elements of a tensor of a host type (core::is_host_type) as far as they are known; nothing
/// when none is.
using HostValue = std::optional<std::vector<int64_t>>;

/// What a shape rule sees. All extents are known at run time; before, any may be -1. `host[i]` are
/// the elements of input i where they are known (always, at run time, for inputs in
/// OpDefinition::host_inputs).
struct InferArgs {
  /// OpDefinition::self.
  const void* self;
  const Attributes& attributes;
  std::span<const TensorType> inputs;
  std::span<const HostValue> host;
  std::span<TensorType> outputs;
  /// The inputs that are constants of the network that is being built.
  InputSet constants = {};

  bool has_input(size_t i) const { return i < inputs.size() && !inputs[i].is_absent(); }
  bool is_constant(size_t i) const { return constants.contains(i); }
  const HostValue& host_value(size_t i) const;
};

/// What a reference computation sees: dense row-major tensors of concrete shape. An absent input
/// has null data and rank -1. Outputs are sized by the shape rule and do not overlap inputs.
struct ReferenceArgs {
  /// OpDefinition::self.
  const void* self;
  const Attributes& attributes;
  std::span<const core::TensorView> inputs;
  std::span<const core::TensorView> outputs;

  bool has_input(size_t i) const { return i < inputs.size() && inputs[i].dims.rank() >= 0; }
};

/// One named input. Weights are inputs that TensorRT shows as the layer's own kernel, bias, ...
struct InputSpec {
  const char* name;
  bool optional = false;
  bool weights = false;
};

inline constexpr int kInternalLayer = -1;

/// Bytes that a plan keeps for a node of an op that is not built in.
struct Blob {
  /// Blobs of a plan that have one name are one blob.
  std::string name;
  std::shared_ptr<const void> data;
  size_t bytes = 0;
};

struct OpDefinition {
  const char* name;     ///< "Convolution"
  const char* meaning;  ///< one line
  int layer_type;  ///< TensorRT's LayerType value, kInternalLayer for ops that only fusion makes
  std::vector<AttributeSpec> attributes;
  std::vector<InputSpec> inputs;
  bool variadic = false;  ///< any number of further inputs like the last one
  int num_outputs = 1;
  InputSet host_inputs = {};  ///< the shape rule needs these inputs' elements at run time
  /// Sets every output's type and extents. Throws UserError for what the op does not take ("input 1
  /// 'kernel': expected rank 4, got rank 3 with shape [...]"); the caller adds the node's name.
  void (*infer)(const InferArgs& args);
  /// The specification, in double or wide integers: the obvious loop. Null for ops whose shape rule
  /// is all there is.
  void (*reference)(const ReferenceArgs& args);
  /// Elements of integer outputs from partly known elements of inputs; null: outputs are unknown
  /// unless all inputs are known.
  void (*propagate)(const InferArgs& args, std::span<HostValue> outputs) = nullptr;
  /// True when the output is the input's bytes in another shape (linear layout): reshape, squeeze,
  /// identity.
  bool (*is_view)(const InferArgs& args) = nullptr;
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
};

/// Adds an op while the program runs, for good: graphs, plans and kernels point at it, so it can
/// be neither removed nor replaced (an op whose functions must change has a `self` that forwards).
/// The pointer may own what the definition points at, its names and `self`. Any thread may call any
/// function of the registry. Throws UserError for a name that is taken or a definition that cannot
/// be used.
const OpDefinition& register_op(std::shared_ptr<const OpDefinition> op);
/// The ops that were added, in this order.
std::vector<const OpDefinition*> registered_ops();
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

/// Checks arity, then runs the shape rule. `outputs` is resized to the op's number of outputs.
/// `constants` as in InferArgs.
void infer(const OpDefinition& op, const Attributes& attributes, std::span<const TensorType> inputs,
           std::span<const HostValue> host, std::vector<TensorType>& outputs,
           const InputSet& constants = {});

/// Elements of outputs as far as they follow from `host`; one entry an output. Uses `propagate`,
/// else, when every input's elements are known and the outputs are small, the reference.
std::vector<HostValue> propagate(const OpDefinition& op, const Attributes& attributes,
                                 std::span<const TensorType> inputs,
                                 std::span<const HostValue> host,
                                 std::span<const TensorType> outputs);

}  // namespace trtlike::ops
