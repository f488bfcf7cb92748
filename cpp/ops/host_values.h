// Integer arguments of shape rules: from an attribute or from a host input, known in whole or in
// part; and moving known elements through ops that only rearrange them.
#pragma once

#include <functional>
#include <vector>

#include "core/check.h"
#include "ops/op.h"

namespace trtlike::ops {

inline bool is_known_element(int64_t element) { return element != kUnknownElement; }

/// A known element; the smallest integer, which stands for an unknown one, becomes its neighbour.
inline int64_t known_element(int64_t element) {
  return element == kUnknownElement ? element + 1 : element;
}

/// True when a tensor of this type may have known elements: of a host type and few enough.
bool may_be_known(const TensorType& type);
/// The elements of a dense tensor of a host type.
std::vector<int64_t> host_elements(const core::TensorView& view);
/// The same where they may be known; nothing for other tensors.
HostValue known_elements(const core::TensorView& view);
/// As many elements as the tensor has, all known, into its memory.
void write_host_elements(std::span<const int64_t> elements, const core::TensorView& view);

/// True when the value is there and none of its elements is unknown.
bool is_known(const HostValue& value);

/// The elements of input `index` where it is present, else the attribute. A present input of known
/// length whose elements are unknown gives that many unknown elements; nothing when the length is
/// unknown too. Throws UserError for an input that is not a list (or one scalar) of integers.
HostValue ints_argument(const InferArgs& args, size_t index, const char* attribute);

/// The same at run time, from the elements themselves.
std::vector<int64_t> ints_argument(const ReferenceArgs& args, size_t index, const char* attribute);

/// Throws InputError where input `input` is a constant with an element that is no index of its axis
/// of `data`: element i counts in axis axis_of(i).
void check_constant_indices(const InferArgs& args, size_t input, const char* name, const Dims& data,
                            const std::function<int(int64_t)>& axis_of);

/// The integer elements of a tensor.
std::vector<int64_t> int_elements(const core::TensorView& view);

/// Runs `reference` on the known elements of inputs, each of which moves unchanged or not at all.
/// Bit i of `moved` says that input i is moved (its unknown elements stay unknown); the others must
/// be known in whole, else the outputs are unknown. Element types of moved inputs do not matter.
void move_host_values(const InferArgs& args, void (*reference)(const ReferenceArgs&),
                      uint32_t moved, std::span<HostValue> outputs);

}  // namespace trtlike::ops
