// Assertion: all elements of a condition are true. What computes shapes tells; where only the run
// does, the run ends there.
#include "core/check.h"
#include "ops/host_values.h"
#include "ops/op.h"

namespace trtlike::ops {
namespace {

/// The output's extent is known once the condition is, so that a run asks for it.
void infer(const InferArgs& args) {
  TRTLIKE_CHECK(args.inputs[0].dtype == DataType::Bool,
                "[ops] input 0 'condition': expected BOOL, got ",
                core::dtype_name(args.inputs[0].dtype), ".");
  const HostValue& condition = args.host_value(0);
  if (condition)
    for (size_t i = 0; i < condition->size(); ++i)
      TRTLIKE_CHECK((*condition)[i] != 0, "[ops] input 0 'condition': expected true, got false at ",
                    i, ": ", args.attributes.get_string("message"), ".");
  args.outputs[0] = {DataType::Bool, {is_known(condition) ? 1 : core::kUnknownDim}};
}

void bound_extents(const InferArgs& args) { args.outputs[0].dims[0] = 1; }

void reference(const ReferenceArgs& args) {
  for (int64_t i = 0; i < args.outputs[0].elems(); ++i) args.outputs[0].as<bool>()[i] = true;
}

}  // namespace

const OpDefinition& assertion_op() {
  static const OpDefinition op{
      .name = "Assertion",
      .meaning = "an error where an element of the condition is false; else true",
      .layer_type = LayerType::Assertion,
      .attributes = {{"message", std::string()}},
      .inputs = {{.name = "condition"}},
      .host_inputs = {0},
      .infer = infer,
      .reference = reference,
      .bound_extents = bound_extents,
      .rounding = kDiminished,
  };
  return op;
}

}  // namespace trtlike::ops
