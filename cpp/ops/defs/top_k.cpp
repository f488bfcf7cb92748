// TopK: the k largest or smallest elements along an axis, in order, and where they were.
#include <algorithm>
#include <numeric>

#include "core/check.h"
#include "ops/elements.h"

namespace trtlike::ops {
namespace {

constexpr int64_t kMax = enum_number(TopKOperation::Max), kMin = enum_number(TopKOperation::Min);

int64_t get_k(const InferArgs& args) {
  int64_t k = args.attributes.get_int("k");
  if (args.has_input(1)) {
    const HostValue& host = args.host_value(1);
    if (!host || host->empty() || host->front() == kUnknownElement) return core::kUnknownDim;
    k = host->front();
  }
  TRTLIKE_CHECK(k >= 0, "[ops] k: expected at least 0, got ", k, ".");
  return k;
}

void infer(const InferArgs& args) {
  const TensorType& input = args.inputs[0];
  TRTLIKE_CHECK(core::is_number(input.dtype), "[ops] input 0 'input': expected numbers, got ",
                core::dtype_name(input.dtype), ".");
  const int64_t op = args.attributes.get_int("op");
  TRTLIKE_CHECK(op == kMax || op == kMin, "[ops] attribute 'op': expected MAX (0) or MIN (1), got ",
                op, ".");
  const auto indices = args.attributes.get_enum<DataType>("indices_type");
  TRTLIKE_CHECK(indices == DataType::Int32 || indices == DataType::Int64,
                "[ops] attribute 'indices_type': expected INT32 (3) or INT64 (8), got ",
                args.attributes.get_int("indices_type"), ".");
  const int axis = masked_axis(args.attributes, "axes", input.dims.rank());
  const int64_t k = get_k(args);
  TRTLIKE_CHECK(input.dims[axis] < 0 || k <= input.dims[axis], "[ops] k: expected at most the ",
                input.dims[axis], " elements of axis ", axis, " of shape ", input.dims, ", got ", k,
                ".");
  Dims dims = input.dims;
  dims[axis] = k;
  args.outputs[0] = {input.dtype, dims};
  args.outputs[1] = {indices, dims};
}

void bound_extents(const InferArgs& args) {
  for (TensorType& out : args.outputs)
    for (int d = 0; d < out.dims.rank(); ++d)
      if (out.dims[d] < 0) out.dims[d] = args.inputs[0].dims[d];
}

/// Equal elements keep their order; NaNs come last.
/// NaN is larger than every number, as numpy sorts it.
template <typename T>
std::vector<int64_t> order(const T* first, int64_t stride, int64_t count, bool largest) {
  std::vector<int64_t> out(static_cast<size_t>(count));
  std::iota(out.begin(), out.end(), int64_t{0});
  std::stable_sort(out.begin(), out.end(), [&](int64_t a, int64_t b) {
    const T x = first[a * stride], y = first[b * stride];
    if (x != x || y != y) return largest ? x != x && y == y : x == x && y != y;
    return largest ? x > y : x < y;
  });
  return out;
}

template <typename T, typename Wide>
void select(const ReferenceArgs& args, const std::vector<Wide>& wide) {
  const Dims &in = args.inputs[0].dims, &dims = args.outputs[0].dims;
  const int axis = masked_axis(args.attributes, "axes", in.rank());
  const bool largest = args.attributes.get_int("op") == kMax;
  const int64_t inner = core::elems_between(in, axis + 1, in.rank());
  const int64_t lines = core::elems_between(in, 0, axis) * inner;
  for (int64_t line = 0; line < lines; ++line) {
    const int64_t outer = line / inner, at = line % inner;
    const int64_t from = outer * in[axis] * inner + at, to = outer * dims[axis] * inner + at;
    const std::vector<int64_t> sorted = order(wide.data() + from, inner, in[axis], largest);
    for (int64_t i = 0; i < dims[axis]; ++i) {
      const int64_t index = sorted[static_cast<size_t>(i)];
      args.outputs[0].as<T>()[to + i * inner] = args.inputs[0].as<T>()[from + index * inner];
      if (args.outputs[1].dtype == DataType::Int64) {
        args.outputs[1].as<int64_t>()[to + i * inner] = index;
      } else {
        args.outputs[1].as<int32_t>()[to + i * inner] = static_cast<int32_t>(index);
      }
    }
  }
}

void reference(const ReferenceArgs& args) {
  core::dispatch_dtype(args.inputs[0].dtype, "element", [&](auto tag) {
    using T = decltype(tag);
    const T* from = args.inputs[0].as<T>();
    std::vector<core::Wide<T>> wide(static_cast<size_t>(args.inputs[0].elems()));
    for (size_t i = 0; i < wide.size(); ++i) wide[i] = core::widen(from[i]);
    select<T>(args, wide);
  });
}

}  // namespace

const OpDefinition& top_k_op() {
  static const OpDefinition op{
      .name = "TopK",
      .meaning = "the k largest or smallest elements along an axis, in order, and their indices",
      .layer_type = LayerType::TopK,
      .attributes = {{"op", int64_t{0}},
                     {"k", int64_t{0}},
                     {"axes", int64_t{0}},
                     {"indices_type", static_cast<int64_t>(DataType::Int32)}},
      .inputs = {{.name = "input"}, {.name = "k", .optional = true}},
      .num_outputs = 2,
      .host_inputs = {1},
      .infer = infer,
      .reference = reference,
      .bound_extents = bound_extents,
      .rounding = kMoved,
  };
  return op;
}

}  // namespace trtlike::ops
