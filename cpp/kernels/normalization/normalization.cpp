// Normalization tactics: what they take, packed scale and bias, rows or pixels.
#include "kernels/normalization/normalization.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "core/os/memory.h"
#include "kernels/packed.h"
#include "kernels/slicing.h"
#include "kernels/tactic_list.h"
#include "ops/shapes/normalization_shape.h"

namespace trtlike::kernels {
namespace normalization {
namespace {

/// How the normalized elements lie in memory.
enum class Form {
  None,
  Trailing,  ///< the innermost axes; scale and bias have one number an element
  Channels,  ///< all spatial axes, of the channels of a group (one group: normalized too); one
             ///< number a channel or a group
};

struct Geometry {
  Form form = Form::None;
  int64_t rows = 1;       ///< rows, or images x groups
  int64_t row_elems = 1;  ///< normalized elements of a row
  int64_t channels = 1;   ///< Channels only
  int64_t groups = 1;     ///< Channels only: groups of an image, at least one
  int64_t positions = 1;  ///< elements of a channel
};

/// Bits of axes [first, rank).
int64_t axes_from(int first, int rank) { return (int64_t{1} << rank) - (int64_t{1} << first); }

Geometry geometry(const Problem& problem) {
  const TensorDesc& in = problem.inputs[0];
  const Dims& dims = in.dims;
  const int rank = dims.rank();
  const int64_t mask = problem.attributes->get_int("axes");
  const int64_t groups = problem.attributes->get_int("num_groups");
  Geometry g;
  const bool is_one_group = groups == 1 && mask == axes_from(1, rank);
  if (rank >= 3 && (mask == axes_from(2, rank) || is_one_group)) {
    g.form = Form::Channels;
    g.channels = dims[1];
    g.groups = is_one_group ? 1 : groups == 1 ? dims[1] : groups;
    g.positions = core::elems_between(dims, 2, rank);
    g.rows = dims[0] * g.groups;
    g.row_elems = g.groups == 0 ? 0 : g.channels / g.groups * g.positions;
  }
  if (groups != 1) return g;
  if (in.layout == Layout::ChannelsLast) {
    if (mask != 2) return g;
    g.form = Form::Trailing;
    g.row_elems = dims[1];
    g.rows = dims[1] == 0 ? 0 : core::elems(dims) / dims[1];
    return g;
  }
  int first = 0;
  while (first < rank && mask != axes_from(first, rank)) ++first;
  if (first == rank) return g;
  // A scale for every channel or for none fits both forms.
  const bool by_channel = g.form == Form::Channels;
  const auto each = [&](size_t i) {
    return problem.has_input(i) &&
           core::elems(problem.inputs[i].dims) != (by_channel ? g.channels : 0);
  };
  if (by_channel && !each(1) && !each(2)) return g;
  g = {.form = Form::Trailing,
       .rows = core::elems_between(dims, 0, first),
       .row_elems = core::elems_between(dims, first, rank)};
  return g;
}

/// Numbers that scale or bias must have; the second is 0 or another count that is taken.
std::pair<int64_t, int64_t> operand_elems(const Geometry& g) {
  if (g.form == Form::Trailing) return {g.row_elems, 0};
  return {g.channels, g.groups};
}

/// True when the operand's extents are the input's trailing ones, or one number a channel.
bool lies_along(const TensorDesc& operand, const TensorDesc& in, const Geometry& g) {
  const auto [all, other] = operand_elems(g);
  const int64_t n = core::elems(operand.dims);
  if (n != all && n != other) return false;
  const int shift = in.dims.rank() - operand.dims.rank();
  const bool by_channel = g.form == Form::Channels || in.layout == Layout::ChannelsLast;
  if (by_channel)
    return n == 1 ||
           (1 - shift >= 0 && 1 - shift < operand.dims.rank() && operand.dims[1 - shift] == n);
  for (int i = operand.dims.rank() - 1, left = 1; i >= 0 && left > 0; --i) {
    const int64_t covered = core::elems_between(operand.dims, i, operand.dims.rank());
    if (operand.dims[i] != in.dims[i + shift] && covered != n) return false;
    left = covered == n ? 0 : 1;
  }
  return true;
}

std::optional<std::string> refuse(const Problem& problem) {
  const TensorDesc &in = problem.inputs[0], &out = problem.outputs[0];
  if (auto reason = refuse_type(in.dtype)) return reason;
  if (auto reason = refuse_type(out.dtype)) return reason;
  if (out.dtype != in.dtype && in.dtype != DataType::Float)
    return "needs f32 or an output of the input's type";
  if (in.layout != out.layout) return "needs an output in the input's layout";
  if (core::elems(in.dims) == 0) return "needs elements";
  const Geometry g = geometry(problem);
  if (g.form == Form::None) return "needs normalized axes that lie together";
  if (out.dtype != in.dtype && g.form == Form::Channels && in.layout == Layout::ChannelsLast)
    return "needs an output of the input's type";
  for (const size_t i : {1, 2}) {
    if (!problem.has_input(i)) continue;
    if (!lies_along(problem.inputs[i], in, g))
      return "needs one number of scale and bias an element, a channel or a group";
    if (problem.is_constant(i)) continue;
    if (problem.inputs[i].dtype != DataType::Float) return "needs variable scale and bias in f32";
    if (core::elems(problem.inputs[i].dims) != operand_elems(g).first)
      return "needs one number of variable scale and bias a channel";
  }
  return std::nullopt;
}

ops::InputSet packed_inputs(const Problem& problem) {
  ops::InputSet packed;
  for (const size_t i : {1u, 2u})
    if (problem.has_input(i) && problem.is_constant(i)) packed.insert(i);
  return packed;
}

size_t packed_bytes(const TensorDesc& operand) {
  return core::align_up(static_cast<size_t>(core::elems(operand.dims)) * sizeof(float));
}

size_t packed_bytes(const Problem& problem) {
  size_t bytes = 0;
  for (const size_t i : {1u, 2u})
    if (packed_inputs(problem).contains(i)) bytes += packed_bytes(problem.inputs[i]);
  return bytes;
}

/// Scale, then bias, in f32.
Packed pack(const Problem& problem) {
  Packed packed;
  const ops::InputSet inputs = packed_inputs(problem);
  packed.bytes = packed_bytes(problem);
  const auto block = core::allocate_shared(packed.bytes);
  auto* to = static_cast<std::byte*>(block.get());
  for (const size_t i : {1u, 2u}) {
    if (!inputs.contains(i)) continue;
    const TensorDesc& desc = problem.inputs[i];
    const core::TensorView view{const_cast<void*>(problem.constants[i]), desc.dtype, desc.dims};
    for (int64_t j = 0; j < view.elems(); ++j)
      reinterpret_cast<float*>(to)[j] = static_cast<float>(view.at(j));
    to += packed_bytes(desc);
  }
  packed.data = block;
  return packed;
}

class NormalizationKernel : public Kernel {
 protected:
  NormalizationKernel(const Problem& problem, std::span<const std::byte> packed, const Loops& loops)
      : loops_(loops),
        geometry_(geometry(problem)),
        dtype_(problem.inputs[0].dtype),
        element_bytes_(static_cast<int64_t>(core::dtype_bytes(dtype_, 1))),
        epsilon_(static_cast<float>(problem.attributes->get_float("epsilon"))),
        simplified_(problem.attributes->get_bool("simplified")) {
    const ops::InputSet inputs = packed_inputs(problem);
    const std::byte* from = read_packed(packed, packed_bytes(problem));
    for (const size_t i : {1u, 2u}) {
      given_[i - 1] = problem.has_input(i);
      if (!inputs.contains(i)) continue;
      const auto* numbers = reinterpret_cast<const float*>(from);
      operands_[i - 1] = spread(numbers, core::elems(problem.inputs[i].dims), i - 1);
      from += packed_bytes(problem.inputs[i]);
    }
  }

  /// Scale (1) or bias (2); null when absent.
  const float* operand(const RunArgs& args, size_t i) const {
    if (!given_[i - 1]) return nullptr;
    return operands_[i - 1] != nullptr ? operands_[i - 1]
                                       : static_cast<const float*>(args.inputs[i]);
  }

  const Loops& loops_;
  Geometry geometry_;
  DataType dtype_;
  int64_t element_bytes_;
  float epsilon_;
  bool simplified_;

 private:
  /// One number a group becomes one a channel.
  const float* spread(const float* numbers, int64_t count, size_t slot) {
    if (count == operand_elems(geometry_).first) return numbers;
    const int64_t each = geometry_.channels / count;
    for (int64_t i = 0; i < geometry_.channels; ++i) spread_[slot].push_back(numbers[i / each]);
    return spread_[slot].data();
  }

  bool given_[2] = {false, false};
  const float* operands_[2] = {nullptr, nullptr};
  std::vector<float> spread_[2];
};

/// Units are rows.
class RowKernel final : public NormalizationKernel {
 public:
  RowKernel(const Problem& problem, std::span<const std::byte> packed, const Loops& loops)
      : NormalizationKernel(problem, packed, loops) {
    const Geometry& g = geometry_;
    const bool channels_last = problem.inputs[0].layout == Layout::ChannelsLast;
    in_step_ = channels_last ? problem.inputs[0].pixel_pitch() : g.row_elems;
    out_step_ = channels_last ? problem.outputs[0].pixel_pitch() : g.row_elems;
    const DataType out = problem.outputs[0].dtype;
    out_bytes_ = static_cast<int64_t>(core::dtype_bytes(out, 1));
    run_row_ = out == dtype_ ? loops.row[dtype_] : loops.row_from_f32[out];
    slicing_ = cut(g.rows, g.row_elems * 2, problem.threads);
    slices_ = {slicing_.count};
  }

  void run(const RunArgs& args, int, int slice) const noexcept override {
    const Geometry& g = geometry_;
    const float *scale = operand(args, 1), *bias = operand(args, 2);
    const bool each = g.form == Form::Trailing;
    const int64_t runs = each ? 1 : g.channels / g.groups;
    const auto [begin, end] = slicing_.range(slice);
    for (int64_t unit = begin; unit < end; ++unit) {
      const int64_t first = each ? 0 : unit % g.groups * runs;
      run_row_({.input = static_cast<const std::byte*>(args.inputs[0]) +
                         unit * in_step_ * element_bytes_,
                .output = static_cast<std::byte*>(args.outputs[0]) + unit * out_step_ * out_bytes_,
                .runs = runs,
                .run_elems = g.row_elems / runs,
                .scale = scale == nullptr ? nullptr : scale + first,
                .bias = bias == nullptr ? nullptr : bias + first,
                .each = each,
                .simplified = simplified_,
                .epsilon = epsilon_});
    }
  }

 private:
  void (*run_row_)(const Row& row) = nullptr;
  int64_t in_step_ = 0, out_step_ = 0, out_bytes_ = 4;
  Slicing slicing_;
};

/// Phase 0 computes center, factor and bias of every channel of every image, phase 1 applies them.
class PixelKernel final : public NormalizationKernel {
 public:
  PixelKernel(const Problem& problem, std::span<const std::byte> packed, const Loops& loops)
      : NormalizationKernel(problem, packed, loops),
        in_pitch_(problem.inputs[0].pixel_pitch()),
        out_pitch_(problem.outputs[0].pixel_pitch()),
        images_(problem.inputs[0].dims[0]) {
    const Geometry& g = geometry_;
    const int64_t width = g.channels / g.groups;
    // Whole groups, and whole vectors where groups are narrow.
    groups_per_block_ = std::max<int64_t>(1, 64 / width);
    blocks_ = (g.groups + groups_per_block_ - 1) / groups_per_block_;
    moments_ = cut(images_ * blocks_, groups_per_block_ * width * g.positions * 2, problem.threads);
    apply_ = cut(images_ * g.positions, g.channels, problem.threads);
    slices_ = {moments_.count, apply_.count};
    shared_bytes_ = static_cast<size_t>(4 * images_ * g.channels) * sizeof(float);
  }

  void run(const RunArgs& args, int phase, int slice) const noexcept override {
    const int64_t all = images_ * geometry_.channels;
    auto* factors = static_cast<float*>(args.shared);
    float *centers = factors + all, *sums = centers + all;
    if (phase == 0) {
      const auto [begin, end] = moments_.range(slice);
      for (int64_t unit = begin; unit < end; ++unit)
        find_factors(args, unit / blocks_, unit % blocks_, factors, centers, sums);
      return;
    }
    const auto [begin, end] = apply_.range(slice);
    for (int64_t at = begin; at < end;) {
      const int64_t image = at / geometry_.positions;
      const int64_t stop = std::min(end, (image + 1) * geometry_.positions);
      loops_.apply[dtype_](pixels(args, at, 0, geometry_.channels, stop - at),
                           centers + image * geometry_.channels,
                           factors + image * geometry_.channels, sums + image * geometry_.channels);
      at = stop;
    }
  }

 private:
  Pixels pixels(const RunArgs& args, int64_t first, int64_t channel, int64_t channels,
                int64_t count) const {
    const auto* in = static_cast<const std::byte*>(args.inputs[0]);
    auto* out = static_cast<std::byte*>(args.outputs[0]);
    return {.input = in + (first * in_pitch_ + channel) * element_bytes_,
            .output = out + (first * out_pitch_ + channel) * element_bytes_,
            .pixels = count,
            .in_pitch = in_pitch_,
            .out_pitch = out_pitch_,
            .channels = channels};
  }

  /// `sums` has room for two numbers a channel of every image; the first becomes the bias.
  void find_factors(const RunArgs& args, int64_t image, int64_t block, float* factors,
                    float* all_centers, float* sums) const {
    const Geometry& g = geometry_;
    const int64_t width = g.channels / g.groups, first_group = block * groups_per_block_;
    const int64_t groups = std::min(groups_per_block_, g.groups - first_group);
    const int64_t first = first_group * width, count = groups * width;
    const int64_t at = image * g.channels + first;
    float* centers = all_centers + at;
    float *sum = sums + at, *square = sum + images_ * g.channels;
    const Pixels p = pixels(args, image * g.positions, first, count, g.positions);
    const float share = 1 / static_cast<float>(width * g.positions);
    std::fill(centers, centers + count, 0.0f);
    if (!simplified_) {
      // Sums of differences to the first pixel keep the digits that sums of large numbers lose.
      Pixels first_pixel = p;
      first_pixel.pixels = 1;
      loops_.moments[dtype_](first_pixel, centers, sum, square);
      std::copy(sum, sum + count, centers);
      loops_.moments[dtype_](p, centers, sum, square);
      for (int64_t i = 0; i < groups; ++i) {
        float* group = centers + i * width;
        const float mean =
            total(group, width) / static_cast<float>(width) + total(sum + i * width, width) * share;
        std::fill(group, group + width, mean);
      }
    }
    loops_.moments[dtype_](p, centers, sum, square);
    const float *scale = operand(args, 1), *bias = operand(args, 2);
    for (int64_t i = 0; i < groups; ++i) {
      const float factor = 1 / std::sqrt(total(square + i * width, width) * share + epsilon_);
      for (int64_t c = i * width; c < (i + 1) * width; ++c) {
        factors[at + c] = scale == nullptr ? factor : factor * scale[first + c];
        sum[c] = bias == nullptr ? 0 : bias[first + c];
      }
    }
  }

  static float total(const float* numbers, int64_t count) {
    float sum = 0;
    for (int64_t i = 0; i < count; ++i) sum += numbers[i];
    return sum;
  }

  int64_t in_pitch_, out_pitch_, images_;
  int64_t groups_per_block_ = 1, blocks_ = 1;
  Slicing moments_, apply_;
};

template <const Loops& loops>
std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte> packed) {
  if (problem.inputs[0].layout == Layout::ChannelsLast && geometry(problem).form == Form::Channels)
    return std::make_unique<PixelKernel>(problem, packed, loops);
  return std::make_unique<RowKernel>(problem, packed, loops);
}

}  // namespace
}  // namespace normalization

#define TRTLIKE_TACTIC(name, source, ops, needs, types, tile, flags)            \
  TRTLIKE_DEFINE_TACTIC(name) = {.refuse = normalization::refuse,               \
                                 .packed_inputs = normalization::packed_inputs, \
                                 .pack = normalization::pack,                   \
                                 .prepare = normalization::prepare<normalization::k##needs>};
#include "kernels/normalization/kernels.inc"
#undef TRTLIKE_TACTIC

}  // namespace trtlike::kernels
