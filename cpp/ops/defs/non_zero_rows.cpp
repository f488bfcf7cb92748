// NonZeroRows: NonZero with a list as long as it can be at most, one row an element; the second
// output says how many of its rows are filled.
#include <algorithm>

#include "core/dtype.h"
#include "ops/op.h"

namespace trtlike::ops {
namespace {

void infer(const InferArgs& args) {
  const TensorType& input = args.inputs[0];
  const int64_t rows = core::is_static(input.dims) ? core::elems(input.dims) : core::kUnknownDim;
  args.outputs[0] = {DataType::Int64, {rows, input.dims.rank()}};
  args.outputs[1] = {DataType::Int64, {1}};
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
  int64_t count = 0;
  core::dispatch_dtype(input.dtype, "NonZeroRows", [&](auto tag) {
    const auto* elements = input.as<decltype(tag)>();
    Dims index = Dims::filled(rank, 0);
    for (int64_t i = 0, n = input.elems(); i < n; ++i, step(input.dims, index))
      if (core::to_double(elements[i]) != 0)
        std::copy(index.begin(), index.end(), rows + rank * count++);
  });
  std::fill(rows + rank * count, rows + args.outputs[0].elems(), int64_t{0});
  *args.outputs[1].as<int64_t>() = count;
}

}  // namespace

const OpDefinition& non_zero_rows_op() {
  static const OpDefinition op{
      .name = "NonZeroRows",
      .meaning = "the indices of the elements other than 0, one row an element, and their count",
      .layer_type = kInternalLayer,
      .attributes = {},
      .inputs = {{.name = "input"}},
      .num_outputs = 2,
      .infer = infer,
      .reference = reference,
      .is_data_dependent = true,
      .rounding = kDiminished,
  };
  return op;
}

}  // namespace trtlike::ops
