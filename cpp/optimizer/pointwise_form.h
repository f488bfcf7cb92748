// Nodes as pointwise programs: what the fusions that end in a program share.
#pragma once

#include <optional>
#include <vector>

#include "ir/graph.h"
#include "ir/patch.h"
#include "ops/pointwise/pointwise_program.h"

namespace trtlike::optimizer {

/// A node as a program over values. Scalar constants are part of the program.
struct PointwiseForm {
  ops::PointwiseProgram program;
  std::vector<ir::ValueId> operands;
};

/// The node's program when it is an element-wise op in floating point. Its output may be a truth
/// value (a comparison); its operands are of floating point, or BOOL for logic. A program may read
/// quantized numbers as they are stored.
std::optional<PointwiseForm> pointwise_form(const ir::Graph& graph, ir::NodeId node);

/// `outer` with its operand `value` computed by `inner`. Equal operands and equal instructions
/// become one.
PointwiseForm compose(const PointwiseForm& outer, ir::ValueId value, const PointwiseForm& inner);

/// The same program with equal instructions merged and unused ones removed; operands that nothing
/// reads are removed too, except the first `num_fixed`.
void simplify(PointwiseForm& form, size_t num_fixed = 0);

/// `program` with the activations that its instructions spell out: x * 0.5 * (1 + erf(x / sqrt 2)).
void recognise_activations(ops::PointwiseProgram& program);

/// True when every operand is of `dtype`.
bool all_operands_are(const ir::Graph& graph, const PointwiseForm& form, DataType dtype);

/// True when every operand is of `dtype`, or of quantized numbers.
bool all_operands_are_or_quantized(const ir::Graph& graph, const PointwiseForm& form,
                                   DataType dtype);
/// A PointWise node that gives `dtype`, which it has to name unless operand 0 is of that type.
ir::ValueId add_program(ir::Patch& patch, const std::string& name, const PointwiseForm& form,
                        DataType dtype, bool names_type);

/// The limits of a program that kernels run in registers.
inline constexpr size_t kMaxOperands = 12;
inline constexpr size_t kMaxInstructions = 96;
bool is_within_limits(const PointwiseForm& form);

}  // namespace trtlike::optimizer
