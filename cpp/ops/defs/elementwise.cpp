// ElementWise: one operation on two tensors, broadcast.
#include "ops/arithmetic.h"
#include "ops/integer_arithmetic.h"
#include "ops/pointwise/pointwise_lowering.h"
#include "ops/pointwise/pointwise_program.h"
#include "ops/shapes/broadcast.h"

namespace trtlike::ops {

const OpDefinition& elementwise_op();

namespace {

ElementWiseOperation operation(const Attributes& attributes) {
  const int64_t op = attributes.get_int("op");
  TRTLIKE_CHECK(op >= 0 && op < kEnumCount<ElementWiseOperation>, "attribute 'op': expected 0 to ",
                kEnumCount<ElementWiseOperation> - 1, ", got ", op, ".");
  return static_cast<ElementWiseOperation>(op);
}

bool is_comparison(ElementWiseOperation op) {
  return op == ElementWiseOperation::Equal || op == ElementWiseOperation::Greater ||
         op == ElementWiseOperation::Less;
}

bool is_logic(ElementWiseOperation op) {
  return op == ElementWiseOperation::And || op == ElementWiseOperation::Or ||
         op == ElementWiseOperation::Xor;
}

void infer(const InferArgs& args) {
  const OpDefinition& self = elementwise_op();
  const ElementWiseOperation op = operation(args.attributes);
  const DataType dtype = args.inputs[0].dtype;
  const char* name = opcode_info(to_opcode(op)).name;
  check_same_dtype(args, self, 1);
  if (is_logic(op)) {
    TRTLIKE_CHECK(dtype == DataType::Bool || core::is_integer(dtype), input_name(self, 0),
                  ": expected BOOL (or an integer type, for its bits) for ", name, ", got ",
                  core::dtype_name(dtype), ".");
  } else if (op != ElementWiseOperation::Equal) {
    TRTLIKE_CHECK(core::is_number(dtype), input_name(self, 0), ": expected a number type for ",
                  name, ", got ", core::dtype_name(dtype), ".");
  }
  args.outputs[0] = {is_comparison(op) ? DataType::Bool : dtype, infer_broadcast(args, self)};
}

template <typename T>
void compute_integers(const ReferenceArgs& args, ElementWiseOperation op) {
  const core::TensorView &a = args.inputs[0], &b = args.inputs[1], &out = args.outputs[0];
  for_each_broadcast(out.dims, args.inputs, [&](int64_t i, const int64_t* at) {
    const T value = integer_elementwise<T>(op, a.as<T>()[at[0]], b.as<T>()[at[1]]);
    if (out.dtype == DataType::Bool) {
      out.as<bool>()[i] = value != 0;
    } else {
      out.as<T>()[i] = value;
    }
  });
}

void reference(const ReferenceArgs& args) {
  const ElementWiseOperation op = operation(args.attributes);
  const core::TensorView &a = args.inputs[0], &b = args.inputs[1], &out = args.outputs[0];
  core::dispatch_dtype(a.dtype, "ElementWise", [&](auto tag) {
    using T = decltype(tag);
    if constexpr (std::is_same_v<T, bool>) {
      compute_integers<uint8_t>(args, op);
    } else if constexpr (std::is_integral_v<T>) {
      compute_integers<T>(args, op);
    } else {
      const PointwiseInstruction f{to_opcode(op), 0, 1};
      for_each_broadcast(out.dims, args.inputs, [&](int64_t i, const int64_t* at) {
        out.set(i, evaluate(f, a.at(at[0]), b.at(at[1]), 0));
      });
    }
  });
}

int64_t propagate_element(ElementWiseOperation op, DataType dtype, int64_t a, int64_t b) {
  if (op == ElementWiseOperation::Prod && (a == 0 || b == 0)) return 0;
  if (a == kUnknownElement || b == kUnknownElement) return kUnknownElement;
  int64_t result = 0;
  core::dispatch_dtype(dtype, "ElementWise", [&](auto tag) {
    using T = std::conditional_t<std::is_same_v<decltype(tag), bool>, uint8_t, decltype(tag)>;
    if constexpr (std::is_integral_v<T>)
      result =
          static_cast<int64_t>(integer_elementwise<T>(op, static_cast<T>(a), static_cast<T>(b)));
  });
  return result;
}

void propagate(const InferArgs& args, std::span<HostValue> outputs) {
  const HostValue &a = args.host_value(0), &b = args.host_value(1);
  const Dims& out = args.outputs[0].dims;
  if (!a || !b || !core::is_static(out)) return;
  const ElementWiseOperation op = operation(args.attributes);
  const Dims strides[] = {broadcast_strides(args.inputs[0].dims, out),
                          broadcast_strides(args.inputs[1].dims, out)};
  std::vector<int64_t> elements(static_cast<size_t>(core::elems(out)));
  for_each_broadcast(out, strides, [&](int64_t i, const int64_t* at) {
    elements[static_cast<size_t>(i)] =
        propagate_element(op, args.inputs[0].dtype, (*a)[static_cast<size_t>(at[0])],
                          (*b)[static_cast<size_t>(at[1])]);
  });
  outputs[0] = std::move(elements);
}

void lower(const InferArgs& args, PointwiseLowering& out) {
  if (!core::is_float(args.inputs[0].dtype) && args.inputs[0].dtype != DataType::Bool)
    return out.refuse_type(args, 0, "a floating-point type or b8");
  const int a = out.add(args, 0), b = out.add(args, 1);
  out.program.output = out.program.append(to_opcode(operation(args.attributes)), a, b);
}

}  // namespace

const OpDefinition& elementwise_op() {
  static const OpDefinition op{
      .name = "ElementWise",
      .meaning = "one operation on two tensors, broadcast",
      .layer_type = LayerType::ElementWise,
      .attributes = {{"op", int64_t{0}}},
      .inputs = {{"a"}, {"b"}},
      .infer = infer,
      .reference = reference,
      .propagate = propagate,
      .count_operations = count_outputs,
      .rounding = kUndiminished,
      .lower = lower,
  };
  return op;
}

}  // namespace trtlike::ops
