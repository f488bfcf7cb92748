// Reduce: sum, product, maximum, minimum or mean over some axes.
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/check.h"
#include "ops/arithmetic.h"
#include "ops/elements.h"
#include "ops/shapes/reduce_shape.h"

namespace trtlike::ops {

ReduceShape reduce_shape(const Attributes& attributes, const Dims& input) {
  ReduceShape shape;
  const int64_t operation = attributes.get_int("op");
  TRTLIKE_CHECK(operation >= 0 && operation <= 4, "[ops] attribute 'op': expected SUM (0), ",
                "PROD (1), MAX (2), MIN (3) or AVG (4), got ", operation, ".");
  shape.operation = static_cast<ReduceOperation>(operation);
  shape.axes = masked_axes(attributes, "axes", input.rank());
  const bool keep = attributes.get_bool("keep_dims");
  for (int i = 0; i < input.rank(); ++i) {
    const bool reduced = std::find(shape.axes.begin(), shape.axes.end(), i) != shape.axes.end();
    shape.kept.push_back(reduced ? 1 : input[i]);
    if (!reduced || keep) shape.output.push_back(reduced ? 1 : input[i]);
  }
  return shape;
}

namespace {

void infer(const InferArgs& args) {
  const TensorType& input = args.inputs[0];
  TRTLIKE_CHECK(core::is_number(input.dtype), "[ops] input 0 'input': expected numbers, got ",
                core::dtype_name(input.dtype), ".");
  args.outputs[0] = {input.dtype, reduce_shape(args.attributes, input.dims).output};
}

/// What a reduction of no elements gives; the least and the largest value are those of the type
/// that is reduced.
template <typename T, typename Stored>
T start_value(ReduceOperation operation) {
  using L = std::numeric_limits<Stored>;
  switch (operation) {
    case ReduceOperation::Prod:
      return T{1};
    case ReduceOperation::Max:
      return L::has_infinity ? static_cast<T>(-L::infinity()) : static_cast<T>(L::lowest());
    case ReduceOperation::Min:
      return L::has_infinity ? static_cast<T>(L::infinity()) : static_cast<T>(L::max());
    default:
      return T{0};
  }
}

template <typename T>
T combine(ReduceOperation operation, T a, T b) {
  switch (operation) {
    case ReduceOperation::Prod:
      return core::wrapping_product(a, b);
    case ReduceOperation::Max:
      return b > a || b != b ? b : a;
    case ReduceOperation::Min:
      return b < a || b != b ? b : a;
    default:
      return core::wrapping_sum(a, b);
  }
}

template <typename Stored, typename Wide, typename Load, typename Store>
void reduce(const ReduceShape& shape, const Dims& input, Load&& load, Store&& store) {
  const Dims strides = broadcast_strides(shape.kept, input);
  const int64_t kept = core::elems(shape.kept), all = core::elems(input);
  std::vector<Wide> out(static_cast<size_t>(kept), start_value<Wide, Stored>(shape.operation));
  for (int64_t i = 0; i < all; ++i) {
    Wide& to = out[static_cast<size_t>(strided_offset(i, input, strides))];
    to = combine(shape.operation, to, load(i));
  }
  int64_t count = 1;
  for (const int axis : shape.axes) count *= input[axis];
  for (int64_t i = 0; i < kept; ++i) {
    Wide value = out[static_cast<size_t>(i)];
    if (shape.operation == ReduceOperation::Avg && (count != 0 || !std::is_integral_v<Wide>))
      value /= static_cast<Wide>(count);
    store(i, value);
  }
}

void reference(const ReferenceArgs& args) {
  const core::TensorView &in = args.inputs[0], &out = args.outputs[0];
  const ReduceShape shape = reduce_shape(args.attributes, in.dims);
  core::dispatch_dtype(in.dtype, "reduction", [&](auto tag) {
    using T = decltype(tag);
    using Wide = core::Wide<T>;
    using Range = std::conditional_t<std::is_integral_v<T>, T, Wide>;
    reduce<Range, Wide>(
        shape, in.dims, [&](int64_t i) { return core::widen(in.as<T>()[i]); },
        [&](int64_t i, Wide v) { out.as<T>()[i] = core::narrow<T>(v); });
  });
}

/// An output element is known when all elements it is made of are.
void propagate(const InferArgs& args, std::span<HostValue> outputs) {
  const HostValue& host = args.host_value(0);
  const Dims& dims = args.inputs[0].dims;
  if (!host || !core::is_static(dims) || !core::is_host_type(args.inputs[0].dtype)) return;
  const ReduceShape shape = reduce_shape(args.attributes, dims);
  std::vector<int64_t> result(static_cast<size_t>(core::elems(shape.kept)));
  reduce<int64_t, int64_t>(
      shape, dims,
      [&](int64_t i) {
        const int64_t v = (*host)[static_cast<size_t>(i)];
        return v == kUnknownElement ? 0 : v;
      },
      [&](int64_t i, int64_t v) { result[static_cast<size_t>(i)] = v; });
  const Dims strides = broadcast_strides(shape.kept, dims);
  for (size_t i = 0; i < host->size(); ++i)
    if ((*host)[i] == kUnknownElement)
      result[static_cast<size_t>(strided_offset(static_cast<int64_t>(i), dims, strides))] =
          kUnknownElement;
  outputs[0] = std::move(result);
}

bool is_view(const InferArgs& args) {
  const Dims& dims = args.inputs[0].dims;
  for (const int axis : masked_axes(args.attributes, "axes", dims.rank()))
    if (dims[axis] != 1) return false;
  return true;
}

bool adds_up(const InferArgs& args) {
  const auto op = args.attributes.get_enum<ReduceOperation>("op");
  return op != ReduceOperation::Max && op != ReduceOperation::Min && is_in_rows(args);
}

}  // namespace

const OpDefinition& reduce_op() {
  static const OpDefinition op{
      .name = "Reduce",
      .meaning = "sum, product, maximum, minimum or mean over some axes",
      .layer_type = LayerType::Reduce,
      .attributes = {{"op", int64_t{0}}, {"axes", int64_t{0}}, {"keep_dims", false}},
      .inputs = {{.name = "input"}},
      .infer = infer,
      .reference = reference,
      .propagate = propagate,
      .is_view = is_view,
      .count_operations = count_inputs,
      .rounding = {0, adds_up, adds_up, never},
  };
  return op;
}

}  // namespace trtlike::ops
