// Select: elements of one of two tensors, chosen by a third, broadcast.
#include "ops/pointwise/pointwise_lowering.h"
#include "ops/shapes/broadcast.h"

namespace trtlike::ops {

const OpDefinition& select_op();

namespace {

/// The extents of both alternatives, which must be equal: a value of an If has the shape of the
/// branch that is taken.
Dims common_extents(const InferArgs& args) {
  const Dims &yes = args.inputs[1].dims, &no = args.inputs[2].dims;
  bool equal = yes.rank() == no.rank();
  Dims out = yes;
  for (int axis = 0; equal && axis < out.rank(); ++axis) {
    equal = yes[axis] == no[axis] || yes[axis] < 0 || no[axis] < 0;
    out[axis] = std::max(yes[axis], no[axis]);
  }
  TRTLIKE_CHECK(equal, input_name(select_op(), 2), ": expected the shape of ",
                input_name(select_op(), 1), ", ", yes, ", got ", no,
                ". Branches of different shapes need a condition that is known at build.");
  return out;
}

void infer(const InferArgs& args) {
  const OpDefinition& self = select_op();
  TRTLIKE_CHECK(args.inputs[0].dtype == DataType::Bool, input_name(self, 0),
                ": expected BOOL, got ", core::dtype_name(args.inputs[0].dtype), ".");
  check_same_dtype(args, self, 2, 1);
  const bool same = args.attributes.get_bool("same_shapes");
  args.outputs[0] = {args.inputs[1].dtype,
                     same ? common_extents(args) : infer_broadcast(args, self)};
}

void reference(const ReferenceArgs& args) {
  const core::TensorView& out = args.outputs[0];
  core::dispatch_dtype(out.dtype, "Select", [&](auto tag) {
    using T = decltype(tag);
    for_each_broadcast(out.dims, args.inputs, [&](int64_t i, const int64_t* at) {
      out.as<T>()[i] = args.inputs[0].as<uint8_t>()[at[0]] != 0 ? args.inputs[1].as<T>()[at[1]]
                                                                : args.inputs[2].as<T>()[at[2]];
    });
  });
}

void propagate(const InferArgs& args, std::span<HostValue> outputs) {
  const HostValue &condition = args.host_value(0), &then_value = args.host_value(1),
                  &else_value = args.host_value(2);
  const Dims& out = args.outputs[0].dims;
  if (!condition || !then_value || !else_value || !core::is_static(out)) return;
  const Dims strides[] = {broadcast_strides(args.inputs[0].dims, out),
                          broadcast_strides(args.inputs[1].dims, out),
                          broadcast_strides(args.inputs[2].dims, out)};
  std::vector<int64_t> elements(static_cast<size_t>(core::elems(out)));
  for_each_broadcast(out, strides, [&](int64_t i, const int64_t* at) {
    const int64_t chosen = (*condition)[static_cast<size_t>(at[0])];
    const int64_t yes = (*then_value)[static_cast<size_t>(at[1])];
    const int64_t no = (*else_value)[static_cast<size_t>(at[2])];
    elements[static_cast<size_t>(i)] = yes == no                   ? yes
                                       : chosen == kUnknownElement ? kUnknownElement
                                       : chosen != 0               ? yes
                                                                   : no;
  });
  outputs[0] = std::move(elements);
}

void lower(const InferArgs& args, PointwiseLowering& out) {
  if (!core::is_float(args.inputs[1].dtype) && args.inputs[1].dtype != DataType::Bool)
    return out.refuse_type(args, 1, "a floating-point type or b8");
  const int condition = out.add(args, 0), yes = out.add(args, 1), no = out.add(args, 2);
  out.program.output = out.program.append(PointwiseOpcode::Select, condition, yes, no);
}

}  // namespace

const OpDefinition& select_op() {
  static const OpDefinition op{
      .name = "Select",
      .meaning = "elements of 'then' where the condition holds, else of 'else'",
      .layer_type = LayerType::Select,
      .attributes = {{"same_shapes", false}},
      .inputs = {{"condition"}, {"then"}, {"else"}},
      .infer = infer,
      .reference = reference,
      .propagate = propagate,
      .rounding = kMoved,
      .lower = lower,
  };
  return op;
}

}  // namespace trtlike::ops
