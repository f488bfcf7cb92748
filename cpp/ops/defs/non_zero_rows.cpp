// NonZeroRows: the indices of the elements other than 0, one row an element, of which there are as
// many as the second input says.
#include <algorithm>

#include "core/check.h"
#include "core/dtype.h"
#include "ops/host_values.h"
#include "ops/op.h"

namespace trtlike::ops {
namespace {

void infer(const InferArgs& args) {
  const TensorType &input = args.inputs[0], &count = args.inputs[1];
  TRTLIKE_CHECK(count.dtype == DataType::Int64 && count.dims == Dims{1},
                "[ops] input 1 'count': expected INT64 of shape [1], got ",
                core::dtype_name(count.dtype), " of shape ", count.dims, ".");
  int64_t rows = core::kUnknownDim;
  if (is_known(args.host_value(1))) {
    rows = args.host_value(1)->front();
    const int64_t most = core::is_static(input.dims) ? core::elems(input.dims) : rows;
    TRTLIKE_CHECK(rows >= 0 && rows <= most, "[ops] input 1 'count': expected 0 to the ", most,
                  " elements of input 0, got ", rows, ".");
  }
  args.outputs[0] = {DataType::Int64, {rows, input.dims.rank()}};
}

void bound_extents(const InferArgs& args) {
  args.outputs[0].dims[0] = core::elems(args.inputs[0].dims);
}

/// Steps through the indices of a dense tensor, the last axis fastest.
void step(const Dims& dims, Dims& index) {
  for (int axis = dims.rank(); axis-- > 0;) {
    if (++index[axis] < dims[axis]) return;
    index[axis] = 0;
  }
}

void reference(const ReferenceArgs& args) {
  const core::TensorView& input = args.inputs[0];
  const int rank = input.dims.rank();
  auto* const rows = args.outputs[0].as<int64_t>();
  const int64_t most = args.outputs[0].dims[0];
  int64_t count = 0;
  core::dispatch_dtype(input.dtype, "NonZeroRows", [&](auto tag) {
    const auto* elements = input.as<decltype(tag)>();
    Dims index = Dims::filled(rank, 0);
    for (int64_t i = 0, n = input.elems(); i < n && count < most; ++i, step(input.dims, index))
      if (core::to_double(elements[i]) != 0)
        std::copy(index.begin(), index.end(), rows + rank * count++);
  });
  std::fill(rows + rank * count, rows + args.outputs[0].elems(), int64_t{0});
}

}  // namespace

const OpDefinition& non_zero_rows_op() {
  static const OpDefinition op{
      .name = "NonZeroRows",
      .meaning = "the indices of the elements other than 0, one row an element",
      .layer_type = kInternalLayer,
      .attributes = {},
      .inputs = {{.name = "input"}, {.name = "count"}},
      .host_inputs = {1},
      .infer = infer,
      .reference = reference,
      .bound_extents = bound_extents,
      .is_data_dependent = true,
      .rounding = kDiminished,
  };
  return op;
}

}  // namespace trtlike::ops
