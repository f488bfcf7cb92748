// Slices of strided copies.
#include "kernels/copy/copy_kernel.h"

#include <algorithm>

namespace trtlike::kernels::copy {
namespace {

/// Less is not worth a second thread.
constexpr int64_t kSliceBytes = 32 << 10;

alignas(64) constexpr char kZeroElement[64] = {};

}  // namespace

int count_slices(int64_t bytes, int64_t tiles, int threads) {
  if (threads <= 1) return 1;
  const int64_t worthwhile = std::min<int64_t>(bytes / kSliceBytes, int64_t{4} * threads);
  return static_cast<int>(std::max<int64_t>(std::min(worthwhile, tiles), 1));
}

CopyKernel::CopyKernel(std::vector<Piece> pieces, int threads) : pieces_(std::move(pieces)) {
  int64_t bytes = 0;
  for (const Piece& piece : pieces_) {
    num_tiles_ += piece.plan.num_tiles;
    bytes += piece.plan.bytes;
  }
  slices_ = {count_slices(bytes, num_tiles_, threads)};
}

void CopyKernel::run(const RunArgs& args, int, int slice) const noexcept {
  const int64_t first = num_tiles_ * slice / slices_[0];
  const int64_t last = num_tiles_ * (slice + 1) / slices_[0];
  int64_t start = 0;
  for (const Piece& piece : pieces_) {
    const int64_t end = start + piece.plan.num_tiles;
    if (end > first && start < last) {
      const void* source =
          piece.source == kZeros ? kZeroElement : args.inputs[static_cast<size_t>(piece.source)];
      run_tiles(piece.plan, std::max(first, start) - start, std::min(last, end) - start,
                static_cast<const char*>(source), static_cast<char*>(args.outputs[0]));
    }
    start = end;
  }
}

std::array<int64_t, Dims::kMaxDims> byte_strides(const TensorDesc& desc) {
  std::array<int64_t, Dims::kMaxDims> out{};
  const auto element = static_cast<int64_t>(core::dtype_bytes(desc.dtype, 1));
  const int rank = desc.dims.rank();
  int64_t stride = element;
  if (desc.layout == Layout::ChannelsLast) {
    out[1] = element;
    stride = desc.pixel_pitch() * element;
  }
  for (int axis = rank - 1; axis >= 0; --axis) {
    if (desc.layout == Layout::ChannelsLast && axis == 1) continue;
    out[static_cast<size_t>(axis)] = stride;
    stride *= desc.dims[axis];
  }
  return out;
}

std::optional<std::string> refuse_uncopyable(const Problem& problem, size_t copied) {
  const TensorDesc& out = problem.outputs[0];
  const auto check = [&](const TensorDesc& desc) -> std::optional<std::string> {
    if (desc.dtype != out.dtype)
      return core::str("needs equal types, got ", core::dtype_short_name(desc.dtype), " and ",
                       core::dtype_short_name(out.dtype));
    if (core::dtype_bytes(desc.dtype, 2) < 2)
      return core::str("needs whole bytes, got ", core::dtype_short_name(desc.dtype));
    return std::nullopt;
  };
  for (size_t i = 0; i < copied; ++i)
    if (auto refusal = check(problem.inputs[i])) return refusal;
  return check(out);
}

Box empty_box(const TensorDesc& desc) {
  Box box;
  box.element_bytes = static_cast<int64_t>(core::dtype_bytes(desc.dtype, 1));
  return box;
}

}  // namespace trtlike::kernels::copy
