// Cumulative and CumProd: sums or products of all elements before, along an axis.
#include "ops/arithmetic.h"
#include "ops/host_values.h"

namespace trtlike::ops {
namespace {

void infer_axis(const InferArgs& args) {
  const TensorType &input = args.inputs[0], &axis = args.inputs[1];
  TRTLIKE_CHECK(core::is_number(input.dtype), "[ops] input 0: expected numbers, got ",
                core::dtype_name(input.dtype), ".");
  TRTLIKE_CHECK(
      core::is_integer(axis.dtype) && core::is_static(axis.dims) && core::elems(axis.dims) == 1,
      "[ops] input 1 'axis': expected one integer, got ", core::dtype_name(axis.dtype),
      " with shape ", axis.dims, ".");
  if (is_known(args.host_value(1)))
    core::normalize_axis(args.host_value(1)->front(), input.dims.rank(), "input 1 'axis'");
  args.outputs[0] = input;
}

void infer(const InferArgs& args) {
  const int64_t op = args.attributes.get_int("op");
  TRTLIKE_CHECK(op == enum_number(CumulativeOperation::Sum),
                "[ops] attribute 'op': expected SUM (0), got ", op, ".");
  infer_axis(args);
}

template <typename T, typename Combine>
void accumulate(const ReferenceArgs& args, int axis, core::Wide<T> start, Combine combine) {
  const core::TensorView &input = args.inputs[0], &out = args.outputs[0];
  const int64_t outer = core::elems_between(input.dims, 0, axis), extent = input.dims[axis];
  const int64_t inner = core::elems_between(input.dims, axis + 1, input.dims.rank());
  const bool exclusive = args.attributes.get_bool("exclusive");
  const bool reverse = args.attributes.get_bool("reverse");
  for (int64_t o = 0; o < outer; ++o) {
    for (int64_t i = 0; i < inner; ++i) {
      core::Wide<T> result = start;
      for (int64_t step = 0; step < extent; ++step) {
        const int64_t row = reverse ? extent - 1 - step : step;
        const int64_t at = (o * extent + row) * inner + i;
        const core::Wide<T> before = result;
        result = combine(result, core::widen(input.as<T>()[at]));
        out.as<T>()[at] = core::narrow<T>(exclusive ? before : result);
      }
    }
  }
}

int axis_of(const ReferenceArgs& args) {
  return core::normalize_axis(int_elements(args.inputs[1]).front(), args.inputs[0].dims.rank(),
                              "input 1 'axis'");
}

void reference(const ReferenceArgs& args) {
  core::dispatch_dtype(args.outputs[0].dtype, "Cumulative", [&](auto tag) {
    using T = decltype(tag);
    accumulate<T>(args, axis_of(args), 0, core::wrapping_sum<core::Wide<T>>);
  });
}

void reference_product(const ReferenceArgs& args) {
  core::dispatch_dtype(args.outputs[0].dtype, "CumProd", [&](auto tag) {
    using T = decltype(tag);
    accumulate<T>(args, axis_of(args), 1, core::wrapping_product<core::Wide<T>>);
  });
}

}  // namespace

const OpDefinition& cumulative_op() {
  static const OpDefinition op{
      .name = "Cumulative",
      .meaning = "running sums along an axis",
      .layer_type = LayerType::Cumulative,
      .attributes = {{"op", int64_t{0}}, {"exclusive", false}, {"reverse", false}},
      .inputs = {{.name = "input"}, {.name = "axis"}},
      .host_inputs = {1},
      .infer = infer,
      .reference = reference,
      .count_operations = count_inputs,
  };
  return op;
}

const OpDefinition& cum_prod_op() {
  static const OpDefinition op{
      .name = "CumProd",
      .meaning = "running products along an axis",
      .layer_type = LayerType::PluginV3,
      .attributes = {{"exclusive", false}, {"reverse", false}},
      .inputs = {{.name = "input"}, {.name = "axis"}},
      .host_inputs = {1},
      .infer = infer_axis,
      .reference = reference_product,
      .count_operations = count_inputs,
  };
  return op;
}

}  // namespace trtlike::ops
