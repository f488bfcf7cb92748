// Unary: one mathematical function of each element.
#include "ops/arithmetic.h"
#include "ops/pointwise/pointwise_lowering.h"
#include "ops/pointwise/pointwise_program.h"
#include "ops/shapes/broadcast.h"

namespace trtlike::ops {

const OpDefinition& unary_op();

namespace {

UnaryOperation operation(const Attributes& attributes) {
  const int64_t op = attributes.get_int("op");
  TRTLIKE_CHECK(op >= 0 && op < kEnumCount<UnaryOperation>, "attribute 'op': expected 0 to ",
                kEnumCount<UnaryOperation> - 1, ", got ", op, ".");
  return static_cast<UnaryOperation>(op);
}

bool takes_integers(UnaryOperation op) {
  return op == UnaryOperation::Abs || op == UnaryOperation::Neg || op == UnaryOperation::Sign ||
         op == UnaryOperation::Not;
}

void infer(const InferArgs& args) {
  const UnaryOperation op = operation(args.attributes);
  const DataType dtype = args.inputs[0].dtype;
  const bool fits = op == UnaryOperation::Not ? dtype == DataType::Bool || core::is_integer(dtype)
                    : takes_integers(op)      ? core::is_number(dtype)
                                              : core::is_floating_point(dtype);
  TRTLIKE_CHECK(fits, input_name(unary_op(), 0), ": expected ",
                op == UnaryOperation::Not ? "BOOL (or an integer type, for its bits)"
                : takes_integers(op)      ? "a number type"
                                          : "a floating-point type",
                " for ", opcode_info(to_opcode(op)).name, ", got ", core::dtype_name(dtype), ".");
  const bool tests = op == UnaryOperation::IsInf || op == UnaryOperation::IsNan;
  args.outputs[0] = {tests ? DataType::Bool : dtype, args.inputs[0].dims};
}

/// ABS and NEG of the smallest value wrap around.
template <typename T>
T integer_unary(UnaryOperation op, T v) {
  const T negative = static_cast<T>(0 - static_cast<uint64_t>(v));
  if constexpr (std::is_same_v<T, bool>) {
    return !v;
  } else {
    switch (op) {
      case UnaryOperation::Abs:
        return v < 0 ? negative : v;
      case UnaryOperation::Neg:
        return negative;
      case UnaryOperation::Sign:
        return static_cast<T>((v > 0) - (v < 0));
      default:
        return static_cast<T>(~v);
    }
  }
}

void reference(const ReferenceArgs& args) {
  const core::TensorView &in = args.inputs[0], &out = args.outputs[0];
  const UnaryOperation op = operation(args.attributes);
  core::dispatch_dtype(in.dtype, "Unary", [&](auto tag) {
    using T = decltype(tag);
    if constexpr (std::is_integral_v<T>) {
      for (int64_t i = 0; i < in.elems(); ++i) out.as<T>()[i] = integer_unary(op, in.as<T>()[i]);
    } else {
      const PointwiseInstruction f{to_opcode(op), 0};
      for (int64_t i = 0; i < in.elems(); ++i) out.set(i, evaluate(f, in.at(i), 0, 0));
    }
  });
}

void propagate(const InferArgs& args, std::span<HostValue> outputs) {
  const HostValue& host = args.host_value(0);
  const UnaryOperation op = operation(args.attributes);
  if (!host || !takes_integers(op)) return;
  std::vector<int64_t> elements = *host;
  core::dispatch_dtype(args.inputs[0].dtype, "Unary", [&](auto tag) {
    using T = decltype(tag);
    if constexpr (std::is_integral_v<T>) {
      for (int64_t& v : elements)
        if (v != kUnknownElement) v = static_cast<int64_t>(integer_unary(op, static_cast<T>(v)));
    }
  });
  outputs[0] = std::move(elements);
}

void lower(const InferArgs& args, PointwiseLowering& out) {
  lower_unary(args, {to_opcode(operation(args.attributes))}, out);
}

}  // namespace

const OpDefinition& unary_op() {
  static const OpDefinition op{
      .name = "Unary",
      .meaning = "one mathematical function of each element",
      .layer_type = LayerType::Unary,
      .attributes = {{"op", int64_t{0}}},
      .inputs = {{"input"}},
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
