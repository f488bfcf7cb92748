// The reformat kernel: a reformat as matrices that are transposed or copied, and their slices.
#include "kernels/reformat/reformat.h"

#include <algorithm>
#include <cstring>

#include "kernels/reformat/moves.h"
#include "kernels/tactic_list.h"

namespace trtlike::kernels {
namespace reformat {
namespace {

/// Positions of a slice come in multiples of this.
constexpr int64_t kChunk = 64;
constexpr int64_t kSliceBytes = 16 * 1024;
constexpr int64_t kSlicesPerThread = 4;

const MoveTable& table_for(core::Isa isa) {
#if defined(__x86_64__)
  if (isa >= core::Isa::Avx512) return kMovesAvx512;
  if (isa >= core::Isa::Avx2) return kMovesAvx2;
#endif
  (void)isa;
  return kMovesPortable;
}

/// Elements of types that are only moved, by size.
template <typename T>
void transpose_elements(const MoveArgs& args) {
  const T* from = static_cast<const T*>(args.from);
  T* to = static_cast<T*>(args.to);
  constexpr int64_t kTile = 16;
  for (int64_t c0 = 0; c0 < args.columns; c0 += kTile) {
    const int64_t c1 = std::min(c0 + kTile, args.columns);
    for (int64_t r0 = 0; r0 < args.rows; r0 += kTile) {
      const int64_t r1 = std::min(r0 + kTile, args.rows);
      for (int64_t c = c0; c < c1; ++c)
        for (int64_t r = r0; r < r1; ++r)
          to[c * args.to_stride + r] = from[r * args.from_stride + c];
    }
  }
}

template <typename T>
void copy_elements(const MoveArgs& args) {
  const T* from = static_cast<const T*>(args.from);
  T* to = static_cast<T*>(args.to);
  for (int64_t r = 0; r < args.rows; ++r)
    std::memcpy(to + r * args.to_stride, from + r * args.from_stride,
                static_cast<size_t>(args.columns) * sizeof(T));
}

std::optional<FloatType> float_type(DataType dtype) {
  switch (dtype) {
    case DataType::Float:
    case DataType::Int32:  // moved like floats, bit by bit
      return FloatType::F32;
    case DataType::Half:
      return FloatType::F16;
    case DataType::BF16:
      return FloatType::BF16;
    default:
      return std::nullopt;
  }
}

Move find_move(const TensorDesc& in, const TensorDesc& out, bool transposes, core::Isa isa) {
  const auto from = float_type(in.dtype), to = float_type(out.dtype);
  if (from && to) {
    const MoveTable& table = table_for(isa);
    return (transposes ? table.transpose
                       : table.copy)[static_cast<size_t>(*from)][static_cast<size_t>(*to)];
  }
  if (core::dtype_bytes(in.dtype, 1) == 8)
    return transposes ? transpose_elements<uint64_t> : copy_elements<uint64_t>;
  return transposes ? transpose_elements<uint8_t> : copy_elements<uint8_t>;
}

/// Where a tensor's channels and positions are.
struct Places {
  int64_t image = 0;     ///< elements from one image to the next
  int64_t channel = 0;   ///< from one channel to the next
  int64_t position = 0;  ///< from one position to the next

  bool has_channels_inside() const { return channel == 1; }
};

Places places(const TensorDesc& desc, int64_t area) {
  if (desc.layout == Layout::Linear) return {desc.dims[1] * area, area, 1};
  return {area * desc.pixel_pitch(), 1, desc.pixel_pitch()};
}

class ReformatKernel final : public Kernel {
 public:
  ReformatKernel(const TensorDesc& in, const TensorDesc& out, int threads, core::Isa isa)
      : in_bytes_(static_cast<int64_t>(core::dtype_bytes(in.dtype, 1))),
        out_bytes_(static_cast<int64_t>(core::dtype_bytes(out.dtype, 1))) {
    const int64_t total = core::elems(out.dims);
    if (total == 0) {
      slices_ = {0};
      return;
    }
    const bool plain = in.layout == Layout::Linear && out.layout == Layout::Linear;
    channels_ = plain ? 1 : out.dims[1];
    area_ = plain ? total : core::elems_between(out.dims, 2, out.dims.rank());
    images_ = plain ? 1 : out.dims[0];
    if (!plain) {
      from_ = places(in, area_);
      to_ = places(out, area_);
    } else {
      // One long row of "positions" that lie next to each other on both sides.
      from_ = to_ = {total, total, 1};
    }
    transposes_ = from_.has_channels_inside() != to_.has_channels_inside() && !plain;
    move_ = find_move(in, out, transposes_, isa);
    const int64_t most = threads <= 1 ? 1 : kSlicesPerThread * threads;
    const int64_t wanted = std::clamp<int64_t>(total * out_bytes_ / kSliceBytes, 1, most);
    const int64_t parts = (wanted + images_ - 1) / images_;
    chunk_ = std::min(area_, ((area_ + parts - 1) / parts + kChunk - 1) / kChunk * kChunk);
    chunks_ = (area_ + chunk_ - 1) / chunk_;
    slices_ = {static_cast<int>(std::min(wanted, images_ * chunks_))};
  }

  void run(const RunArgs& args, int, int slice) const noexcept override {
    const int64_t work = images_ * chunks_;
    const int64_t end = work * (slice + 1) / slices_[0];
    for (int64_t i = work * slice / slices_[0]; i < end; ++i)
      move(args, i / chunks_, i % chunks_ * chunk_);
  }

 private:
  /// An image's channels at positions from `first` on.
  void move(const RunArgs& args, int64_t image, int64_t first) const noexcept {
    const int64_t positions = std::min(chunk_, area_ - first);
    const auto at = [&](const Places& p) { return image * p.image + first * p.position; };
    MoveArgs move{static_cast<const char*>(args.inputs[0]) + at(from_) * in_bytes_,
                  0,
                  static_cast<char*>(args.outputs[0]) + at(to_) * out_bytes_,
                  0,
                  0,
                  0};
    const bool channels_inside = from_.has_channels_inside();
    move.from_stride = channels_inside ? from_.position : from_.channel;
    move.rows = channels_inside ? positions : channels_;
    move.columns = channels_inside ? channels_ : positions;
    move.to_stride = to_.has_channels_inside() ? to_.position : to_.channel;
    const bool contiguous =
        !transposes_ && move.from_stride == move.columns && move.to_stride == move.columns;
    if (contiguous) {
      move.columns *= move.rows;
      move.rows = 1;
    }
    move_(move);
  }

  int64_t in_bytes_, out_bytes_;
  int64_t images_ = 1, channels_ = 1, area_ = 1;
  int64_t chunk_ = 1, chunks_ = 1;
  Places from_, to_;
  Move move_ = nullptr;
  bool transposes_ = false;
};

}  // namespace

std::optional<std::string> refuse(const Problem& problem) {
  const TensorDesc &in = problem.inputs[0], &out = problem.outputs[0];
  const bool floats = core::is_float(in.dtype) && core::is_float(out.dtype);
  if (!floats && in.dtype != out.dtype)
    return core::str("needs floating-point types or equal ones, got ",
                     core::dtype_short_name(in.dtype), " and ", core::dtype_short_name(out.dtype));
  for (const TensorDesc* desc : {&in, &out}) {
    if (core::dtype_bytes(desc->dtype, 2) == 1)
      return core::str("needs an element type of 8 bits or more, got ",
                       core::dtype_short_name(desc->dtype));
    if (desc->layout != Layout::Linear && desc->dims.rank() < 3)
      return core::str("needs rank 3 or more for ", layout_name(desc->layout), ", got ",
                       desc->to_string());
  }
  return std::nullopt;
}

std::unique_ptr<Kernel> prepare(const Problem& problem, core::Isa isa) {
  return std::make_unique<ReformatKernel>(problem.inputs[0], problem.outputs[0], problem.threads,
                                          isa);
}

}  // namespace reformat

namespace {

template <core::Isa isa>
std::unique_ptr<Kernel> prepare_reformat(const Problem& problem, std::span<const std::byte>) {
  return reformat::prepare(problem, isa);
}

}  // namespace

#define TRTLIKE_TACTIC(name, source, ops, needs, types, tile, flags) \
  TRTLIKE_DEFINE_TACTIC(name) = {.refuse = reformat::refuse,         \
                                 .prepare = prepare_reformat<core::Isa::needs>};
#include "kernels/reformat/kernels.inc"
#undef TRTLIKE_TACTIC

}  // namespace trtlike::kernels
