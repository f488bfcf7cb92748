// Slice and Padding as strided copies. A Slice whose ranges are computed at run time finds its box
// when it runs.
#include <algorithm>

#include "kernels/copy/slice_boxes.h"
#include "kernels/tactic_list.h"
#include "ops/host_values.h"

namespace trtlike::kernels {
namespace {

using ops::SliceAxis;

bool is_list_known(const Problem& problem, size_t i) {
  return !problem.has_input(i) || problem.constants[i] != nullptr ||
         core::elems(problem.inputs[i].dims) == 0;
}

bool are_lists_known(const Problem& problem) {
  return is_list_known(problem, 1) && is_list_known(problem, 2) && is_list_known(problem, 3) &&
         is_list_known(problem, 5);
}

std::vector<int64_t> list_of(const Problem& problem, size_t i, const char* attribute) {
  if (!problem.has_input(i)) return problem.attributes->get_ints(attribute);
  const TensorDesc& desc = problem.inputs[i];
  return ops::int_elements({const_cast<void*>(problem.constants[i]), desc.dtype, desc.dims});
}

std::vector<SliceAxis> known_axes(const Problem& problem) {
  ops::SliceLists lists{.start = list_of(problem, 1, "start"),
                        .shape = list_of(problem, 2, "shape"),
                        .stride = list_of(problem, 3, "stride"),
                        .axes = list_of(problem, 5, "axes"),
                        .clamp_ends = problem.attributes->get_bool("clamp_ends"),
                        .mode = ops::sample_mode(*problem.attributes, "mode")};
  for (auto* list : {&lists.start, &lists.shape, &lists.stride})
    for (int64_t& element : *list) element = ops::known_element(element);
  return ops::slice_axes(lists, problem.inputs[0].dims);
}

/// One list of a slice at run time: elements of an input or of an attribute, or `missing`.
struct RunList {
  int input = -1;
  bool is_int32 = false;
  std::vector<int64_t> known;
  int64_t missing = 0;

  int64_t at(const RunArgs& args, size_t i) const {
    if (input < 0) return known.empty() ? missing : known[i];
    const void* data = args.inputs[input];
    return is_int32 ? static_cast<const int32_t*>(data)[i] : static_cast<const int64_t*>(data)[i];
  }
};

/// A slice within bounds whose start or stride is computed at run time; the axes are known.
class RunTimeSlice final : public Kernel {
 public:
  explicit RunTimeSlice(const Problem& problem)
      : in_(problem.inputs[0]),
        out_(problem.outputs[0]),
        clamp_ends_(problem.attributes->get_bool("clamp_ends")),
        start_(make_list(problem, 1, "start", 0)),
        ends_(make_list(problem, 2, "shape", 0)),
        stride_(make_list(problem, 3, "stride", 1)) {
    position_.fill(-1);
    const std::vector<int64_t> axes = list_of(problem, 5, "axes");
    const size_t count = axes.empty() ? length(problem) : axes.size();
    for (size_t i = 0; i < count; ++i) {
      const int64_t axis = axes.empty() ? static_cast<int64_t>(i) : axes[i];
      position_[static_cast<size_t>(core::normalize_axis(axis, in_.dims.rank(), "axes"))] =
          static_cast<int>(i);
    }
    const auto bytes = static_cast<int64_t>(out_.bytes());
    slices_ = {copy::count_slices(bytes, bytes, problem.threads)};
  }

  void run(const RunArgs& args, int, int slice) const noexcept override {
    const copy::CopyPlan plan = copy::plan_copy(find_box(args));
    copy::run_tiles(plan, plan.num_tiles * slice / slices_[0],
                    plan.num_tiles * (slice + 1) / slices_[0],
                    static_cast<const char*>(args.inputs[0]), static_cast<char*>(args.outputs[0]));
  }

 private:
  static RunList make_list(const Problem& problem, size_t i, const char* name, int64_t missing) {
    RunList list{.input = -1, .is_int32 = false, .known = {}, .missing = missing};
    if (is_list_known(problem, i)) {
      list.known = list_of(problem, i, name);
    } else {
      list.input = static_cast<int>(i);
      list.is_int32 = problem.inputs[i].dtype == DataType::Int32;
    }
    return list;
  }

  static size_t length(const Problem& problem) {
    return problem.has_input(1) ? static_cast<size_t>(core::elems(problem.inputs[1].dims))
                                : problem.attributes->get_ints("start").size();
  }

  /// Ranges that reach outside, which the shape rule refuses, are moved inside.
  SliceAxis find_axis(const RunArgs& args, int d) const {
    const int64_t extent = in_.dims[d], count = out_.dims[d];
    const int position = position_[static_cast<size_t>(d)];
    if (position < 0) return {0, count, 1};
    const auto i = static_cast<size_t>(position);
    SliceAxis axis{start_.at(args, i), count, stride_.at(args, i)};
    if (clamp_ends_)
      axis.start = ops::clamped_range(axis.start, ends_.at(args, i),
                                      std::max<int64_t>(axis.stride, -extent - 1), extent)
                       .start;
    axis.start = std::clamp<int64_t>(axis.start, 0, extent - 1);
    const int64_t steps = std::max<int64_t>(count - 1, 1);
    axis.stride = std::clamp(axis.stride, -(axis.start / steps), (extent - 1 - axis.start) / steps);
    return axis;
  }

  copy::Box find_box(const RunArgs& args) const {
    copy::Box box = copy::empty_box(out_);
    const auto in_strides = copy::byte_strides(in_), out_strides = copy::byte_strides(out_);
    for (int d = 0; d < in_.dims.rank(); ++d) {
      const auto axis_index = static_cast<size_t>(d);
      if (out_.dims[d] == 0 || in_.dims[d] == 0) {
        box.add({0, 0, 0});
        continue;
      }
      const SliceAxis axis = find_axis(args, d);
      box.in_offset += axis.start * in_strides[axis_index];
      box.add({axis.extent, axis.stride * in_strides[axis_index], out_strides[axis_index]});
    }
    return box;
  }

  TensorDesc in_;
  TensorDesc out_;
  bool clamp_ends_;
  RunList start_;
  RunList ends_;
  RunList stride_;
  std::array<int, Dims::kMaxDims> position_{};
};

std::optional<std::string> refuse_slice(const Problem& problem) {
  if (auto refusal = copy::refuse_uncopyable(problem, 1)) return refusal;
  if (problem.has_input(4) && problem.inputs[4].dtype != problem.outputs[0].dtype)
    return "needs a fill value of the output's type";
  for (const size_t i : {1, 2, 3})
    if (!is_list_known(problem, i) && problem.inputs[i].dtype != DataType::Int32 &&
        problem.inputs[i].dtype != DataType::Int64)
      return "needs ranges of s32 or s64";
  if (are_lists_known(problem)) {
    if (!copy::has_few_pieces(problem.inputs[0].dims, known_axes(problem),
                              ops::sample_mode(*problem.attributes, "mode")))
      return core::str("needs at most ", copy::kMaxPieces, " pieces");
    return std::nullopt;
  }
  if (!is_list_known(problem, 5)) return "needs axes that are known when it is prepared";
  if (ops::sample_mode(*problem.attributes, "mode") != SampleMode::StrictBounds)
    return "needs ranges that are known when it is prepared";
  return std::nullopt;
}

std::unique_ptr<Kernel> prepare_slice(const Problem& problem, std::span<const std::byte>) {
  if (!are_lists_known(problem)) return std::make_unique<RunTimeSlice>(problem);
  return std::make_unique<copy::CopyKernel>(
      copy::slice_pieces(problem.inputs[0], problem.outputs[0], known_axes(problem),
                         ops::sample_mode(*problem.attributes, "mode"),
                         problem.has_input(4) ? 4 : copy::kZeros),
      problem.threads);
}

std::optional<std::string> refuse_padding(const Problem& problem) {
  if (auto refusal = copy::refuse_uncopyable(problem, 1)) return refusal;
  if (!copy::has_few_pieces(problem.inputs[0].dims,
                            ops::padding_axes(*problem.attributes, problem.inputs[0].dims),
                            SampleMode::Fill))
    return core::str("needs at most ", copy::kMaxPieces, " pieces");
  return std::nullopt;
}

std::unique_ptr<Kernel> prepare_padding(const Problem& problem, std::span<const std::byte>) {
  return std::make_unique<copy::CopyKernel>(
      copy::slice_pieces(problem.inputs[0], problem.outputs[0],
                         ops::padding_axes(*problem.attributes, problem.inputs[0].dims),
                         SampleMode::Fill, copy::kZeros),
      problem.threads);
}

}  // namespace

TRTLIKE_DEFINE_TACTIC(slice_copy) = {.refuse = refuse_slice, .prepare = prepare_slice};
TRTLIKE_DEFINE_TACTIC(padding_copy) = {.refuse = refuse_padding, .prepare = prepare_padding};

}  // namespace trtlike::kernels
