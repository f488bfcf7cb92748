// Shuffle as one strided copy: the axes of the reshape are split into parts that both sides have in
// common.
#include "kernels/copy/copy_kernel.h"
#include "kernels/tactic_list.h"
#include "ops/shapes/shuffle_shape.h"

namespace trtlike::kernels {
namespace {

struct Part {
  int64_t count = 1;
  int64_t stride = 0;
};

/// Parts of each axis of `to`, outermost first, as read from a tensor of axes `from`; nothing when
/// an axis of `to` crosses an axis of `from` and the two are not contiguous.
std::optional<std::vector<std::vector<Part>>> split_axes(std::vector<Part> from, const Dims& to) {
  std::vector<Part> merged;
  for (const Part& part : from) {
    if (part.count == 1) continue;
    if (!merged.empty() && merged.back().stride == part.count * part.stride) {
      merged.back() = {merged.back().count * part.count, part.stride};
    } else {
      merged.push_back(part);
    }
  }
  std::vector<std::vector<Part>> out(static_cast<size_t>(to.rank()));
  for (int d = to.rank() - 1; d >= 0; --d) {
    int64_t left = to[d];
    std::vector<Part>& parts = out[static_cast<size_t>(d)];
    while (left > 1) {
      if (merged.empty()) return std::nullopt;
      Part& source = merged.back();
      if (source.count % left == 0) {
        parts.insert(parts.begin(), {left, source.stride});
        source = {source.count / left, source.stride * left};
        left = 1;
      } else if (left % source.count == 0) {
        parts.insert(parts.begin(), source);
        left /= source.count;
        source.count = 1;
      } else {
        return std::nullopt;
      }
      if (source.count == 1) merged.pop_back();
    }
  }
  return out;
}

/// The copy; nothing when it is none.
std::optional<copy::Box> find_box(const Problem& problem) {
  const TensorDesc &in = problem.inputs[0], &out = problem.outputs[0];
  copy::Box box = copy::empty_box(out);
  if (core::elems(out.dims) == 0) {
    box.add({0, 0, 0});
    return box;
  }
  const auto in_strides = copy::byte_strides(in), out_strides = copy::byte_strides(out);
  std::vector<Part> from;
  for (const int axis : ops::permutation(*problem.attributes, "first_transpose", in.dims.rank()))
    from.push_back({in.dims[axis], in_strides[static_cast<size_t>(axis)]});
  const std::vector<int> second =
      ops::permutation(*problem.attributes, "second_transpose", out.dims.rank());
  Dims reshaped = Dims::filled(out.dims.rank(), 0);
  for (size_t i = 0; i < second.size(); ++i) reshaped[second[i]] = out.dims[static_cast<int>(i)];
  const auto axes = split_axes(std::move(from), reshaped);
  if (!axes) return std::nullopt;
  for (size_t i = 0; i < second.size(); ++i) {
    const std::vector<Part>& parts = (*axes)[static_cast<size_t>(second[i])];
    int64_t stride = out_strides[i] * out.dims[static_cast<int>(i)];
    for (const Part& part : parts) {
      stride /= part.count;
      if (box.num_axes == copy::Box::kMaxAxes) return std::nullopt;
      box.add({part.count, part.stride, stride});
    }
  }
  return box;
}

std::optional<std::string> refuse(const Problem& problem) {
  if (auto refusal = copy::refuse_uncopyable(problem, 1)) return refusal;
  if (!find_box(problem)) return "needs a reshape that keeps or splits axes";
  return std::nullopt;
}

std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte>) {
  std::vector<copy::Piece> pieces = {{copy::plan_copy(*find_box(problem)), 0}};
  return std::make_unique<copy::CopyKernel>(std::move(pieces), problem.threads);
}

}  // namespace

TRTLIKE_DEFINE_TACTIC(shuffle_copy) = {.refuse = refuse, .prepare = prepare};

}  // namespace trtlike::kernels
