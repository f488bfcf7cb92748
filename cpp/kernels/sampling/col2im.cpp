// Col2Im of images of two axes: a slice is some planes, each summed row by row of blocks in
// scratch.
#include "core/os/memory.h"
#include "kernels/sampling/sampling.h"
#include "kernels/simd/loops_of_this_cpu.h"
#include "kernels/slicing.h"
#include "kernels/tactic_list.h"

namespace trtlike::kernels {
namespace {

/// Along one axis: where blocks and the elements in them lie.
struct Axis {
  int64_t image, block, stride, dilation, pad, count;

  /// Of the element `i` of the first block.
  int64_t first(int64_t i) const { return i * dilation - pad; }
  /// The first block whose element at `at` of the first one lies at `least` or beyond.
  int64_t block_from(int64_t at, int64_t least) const {
    const int64_t before = least - at;
    return before <= 0 ? 0 : std::min((before + stride - 1) / stride, count);
  }
};

Axis axis_of(const Problem& problem, size_t d) {
  const auto given = [&](const char* name, size_t i, int64_t fallback) {
    const std::vector<int64_t>& list = problem.attributes->get_ints(name);
    return list.empty() ? fallback : list[i];
  };
  Axis axis{problem.outputs[0].dims[static_cast<int>(d) + 2],
            static_cast<const int64_t*>(problem.constants[2])[d],
            given("strides", d, 1),
            given("dilations", d, 1),
            given("pads", d, 0),
            0};
  const int64_t room =
      axis.image + axis.pad + given("pads", d + 2, 0) - axis.dilation * (axis.block - 1) - 1;
  axis.count = room < 0 ? 0 : room / axis.stride + 1;
  return axis;
}

class Col2Im final : public Kernel {
 public:
  explicit Col2Im(const Problem& problem)
      : y_(axis_of(problem, 0)),
        x_(axis_of(problem, 1)),
        type_(static_cast<size_t>(float_storage_index(problem.inputs[0].dtype))),
        element_bytes_(static_cast<int64_t>(core::dtype_bytes(problem.inputs[0].dtype, 1))),
        loops_(sampling::loops()) {
    const Dims& out = problem.outputs[0].dims;
    scratch_bytes_ = static_cast<size_t>(y_.image * x_.image + x_.count) * sizeof(float);
    planes_ = cut(out[0] * out[1], y_.block * x_.block * y_.count * x_.count, problem.threads);
    slices_ = {planes_.count};
  }

  void run(const RunArgs& args, int, int slice) const noexcept override {
    const auto [begin, end] = planes_.range(slice);
    const int64_t pixels = y_.image * x_.image;
    const int64_t blocks = y_.block * x_.block * y_.count * x_.count;
    auto* sums = static_cast<float*>(args.scratch);
    for (int64_t plane = begin; plane < end; ++plane) {
      std::fill_n(sums, pixels, 0.0f);
      const auto* from = static_cast<const char*>(args.inputs[0]) + plane * blocks * element_bytes_;
      for (int64_t element = 0; element < y_.block * x_.block; ++element)
        add(from + element * y_.count * x_.count * element_bytes_, element / x_.block,
            element % x_.block, sums);
      loops_.store_row[type_](
          sums, pixels, static_cast<char*>(args.outputs[0]) + plane * pixels * element_bytes_);
    }
  }

 private:
  /// One element of all blocks.
  void add(const char* from, int64_t i, int64_t j, float* sums) const {
    const int64_t across = x_.first(j);
    const int64_t begin = x_.block_from(across, 0), end = x_.block_from(across, x_.image);
    if (begin >= end) return;
    float* spread = sums + y_.image * x_.image;
    for (int64_t row = 0; row < y_.count; ++row) {
      const int64_t y = y_.first(i) + row * y_.stride;
      if (y < 0 || y >= y_.image) continue;
      const char* blocks = from + (row * x_.count + begin) * element_bytes_;
      float* to = sums + y * x_.image + across + begin * x_.stride;
      if (x_.stride == 1) {
        loops_.add_row[type_](blocks, end - begin, to);
        continue;
      }
      std::fill_n(spread, end - begin, 0.0f);
      loops_.add_row[type_](blocks, end - begin, spread);
      for (int64_t n = 0; n < end - begin; ++n) to[n * x_.stride] += spread[n];
    }
  }

  Axis y_;
  Axis x_;
  size_t type_;
  int64_t element_bytes_;
  const sampling::Loops& loops_;
  Slicing planes_;
};

std::optional<std::string> refuse(const Problem& problem) {
  const TensorDesc &in = problem.inputs[0], &out = problem.outputs[0];
  if (float_storage_index(in.dtype) < 0 || out.dtype != in.dtype)
    return core::str("needs f32, f16 or bf16 in and out, got ", core::dtype_short_name(in.dtype),
                     " and ", core::dtype_short_name(out.dtype));
  if (out.dims.rank() != 4) return core::str("needs images of two axes, got ", out.dims.rank() - 2);
  for (const TensorDesc* desc : {&in, &out})
    if (desc->layout != Layout::Linear)
      return core::str("needs linear, got ", layout_name(desc->layout));
  if (problem.constants[2] == nullptr || problem.inputs[2].dtype != DataType::Int64)
    return "needs the shape of a block as a constant in i64";
  return std::nullopt;
}

std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte>) {
  return std::make_unique<Col2Im>(problem);
}

}  // namespace

TRTLIKE_DEFINE_TACTIC(col2im_rows) = {.refuse = refuse, .prepare = prepare};

}  // namespace trtlike::kernels
