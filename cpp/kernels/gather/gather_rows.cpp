// Rows chosen along one axis, or by tuples of indices.
#include <algorithm>

#include "kernels/copy/copy_kernel.h"
#include "kernels/gather/gather.h"
#include "kernels/tactic_list.h"
#include "ops/indexing.h"
#include "ops/shapes/gather_shape.h"

namespace trtlike::kernels {
namespace gather {

std::optional<std::string> refuse_operands(const Problem& problem) {
  const TensorDesc &data = problem.inputs[0], &indices = problem.inputs[1];
  if (data.dtype != problem.outputs[0].dtype)
    return core::str("needs equal types, got ", core::dtype_short_name(data.dtype), " and ",
                     core::dtype_short_name(problem.outputs[0].dtype));
  if (core::dtype_bytes(data.dtype, 2) < 2)
    return core::str("needs whole bytes, got ", core::dtype_short_name(data.dtype));
  if (indices.dtype != DataType::Int32 && indices.dtype != DataType::Int64)
    return core::str("needs indices of s32 or s64, got ", core::dtype_short_name(indices.dtype));
  for (const TensorDesc* desc : {&data, &indices, &problem.outputs[0]})
    if (desc->layout != Layout::Linear)
      return core::str("needs linear, got ", layout_name(desc->layout));
  return std::nullopt;
}

}  // namespace gather

namespace {

using ops::GatherShape;

/// Output row (g, i) of group g is data row base(g) + sum over k of index[tuple(g, i) + k] *
/// strides[k]; rows are counted in units of row_bytes.
struct Rows {
  int64_t groups = 1;  ///< batches times what stands before the axis
  int64_t groups_a_batch = 1;
  int64_t tuples = 1;      ///< indices (or tuples of them) a batch
  int64_t group_rows = 1;  ///< data rows from one group to the next
  int64_t row_bytes = 1;
  int first_axis = 0;
  int indexed = 1;  ///< indices a tuple, of the axes from the first
  std::array<int64_t, Dims::kMaxDims> strides{};
};

Rows find_rows(const Problem& problem) {
  const Dims &data = problem.inputs[0].dims, &indices = problem.inputs[1].dims;
  const GatherShape shape = ops::gather_shape(*problem.attributes, data, indices);
  const int batch = shape.batch_dims;
  const int64_t batches = core::elems_between(data, 0, batch);
  Rows rows;
  int end = shape.axis + 1;
  if (shape.mode == GatherMode::Nd) {
    rows.indexed = static_cast<int>(indices[indices.rank() - 1]);
    rows.tuples = core::elems_between(indices, batch, indices.rank() - 1);
    end = batch + rows.indexed;
  } else {
    rows.groups_a_batch = core::elems_between(data, batch, shape.axis);
    rows.tuples = core::elems_between(indices, batch, indices.rank());
  }
  rows.groups = batches * rows.groups_a_batch;
  rows.row_bytes = static_cast<int64_t>(
      core::dtype_bytes(problem.inputs[0].dtype, core::elems_between(data, end, data.rank())));
  rows.first_axis = end - rows.indexed;
  for (int k = rows.indexed - 1; k >= 0; --k) {
    const auto at = static_cast<size_t>(k);
    rows.strides[at] = rows.group_rows;
    rows.group_rows *= data[rows.first_axis + k];
  }
  return rows;
}

class GatherRows final : public Kernel {
 public:
  explicit GatherRows(const Problem& problem)
      : data_(problem.inputs[0].dims),
        rows_(find_rows(problem)),
        is_int32_(problem.inputs[1].dtype == DataType::Int32) {
    const int64_t count = rows_.groups * rows_.tuples;
    slices_ = {
        copy::count_slices(count * std::max<int64_t>(rows_.row_bytes, 8), count, problem.threads)};
  }

  void run(const RunArgs& args, int, int slice) const override {
    const int64_t count = rows_.groups * rows_.tuples;
    const int64_t begin = count * slice / slices_[0], end = count * (slice + 1) / slices_[0];
    switch (rows_.row_bytes) {
      case 1:
        return run_rows(args, begin, end, gather::move_element<uint8_t>);
      case 2:
        return run_rows(args, begin, end, gather::move_element<uint16_t>);
      case 4:
        return run_rows(args, begin, end, gather::move_element<uint32_t>);
      case 8:
        return run_rows(args, begin, end, gather::move_element<uint64_t>);
      default:
        break;
    }
    const auto bytes = static_cast<size_t>(rows_.row_bytes);
    run_rows(args, begin, end,
             [bytes](char* to, const char* from) { std::memcpy(to, from, bytes); });
  }

 private:
  template <typename Move>
  void run_rows(const RunArgs& args, int64_t begin, int64_t end, Move move) const {
    if (begin >= end) return;
    const gather::Indices indices{args.inputs[1], is_int32_};
    const auto* data = static_cast<const char*>(args.inputs[0]);
    char* to = static_cast<char*>(args.outputs[0]) + begin * rows_.row_bytes;
    int64_t group = begin / rows_.tuples, tuple = begin % rows_.tuples;
    for (int64_t n = begin; n < end; ++n, to += rows_.row_bytes) {
      const int64_t position =
          (group / rows_.groups_a_batch * rows_.tuples + tuple) * rows_.indexed;
      move(to, data + (group * rows_.group_rows + find_row(indices, position)) * rows_.row_bytes);
      if (++tuple == rows_.tuples) {
        tuple = 0;
        ++group;
      }
    }
  }

  int64_t find_row(const gather::Indices& indices, int64_t position) const {
    int64_t row = 0;
    for (int k = 0; k < rows_.indexed; ++k) {
      row += ops::resolve_index(indices[position + k], data_, rows_.first_axis + k) *
             rows_.strides[static_cast<size_t>(k)];
    }
    return row;
  }

  Dims data_;
  Rows rows_;
  bool is_int32_;
};

std::optional<std::string> refuse(const Problem& problem) {
  if (problem.attributes->get_enum<GatherMode>("mode") == GatherMode::Element)
    return "needs mode DEFAULT or ND, got ELEMENT";
  return gather::refuse_operands(problem);
}

std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte>) {
  return std::make_unique<GatherRows>(problem);
}

}  // namespace

TRTLIKE_DEFINE_TACTIC(gather_rows) = {.refuse = refuse, .prepare = prepare};

}  // namespace trtlike::kernels
