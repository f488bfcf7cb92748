// What the functions of an op see: types, extents and elements of operands.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/shape.h"
#include "core/tensor_view.h"
#include "ops/attributes.h"

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

/// More elements than this are not known before run time: shapes are not that long.
inline constexpr int64_t kMaxKnownElements = 4096;

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
  /// Per input: the dense elements of a constant of the network that is being built, else null.
  /// May be shorter.
  std::span<const void* const> constants = {};

  bool has_input(size_t i) const { return i < inputs.size() && !inputs[i].is_absent(); }
  const void* constant(size_t i) const { return i < constants.size() ? constants[i] : nullptr; }
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

}  // namespace trtlike::ops
