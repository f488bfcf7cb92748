// Places of tiles, and what is added to them as they are stored.
#include "kernels/convolution/winograd/winograd_output.h"

#include <algorithm>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "kernels/convolution/direct/tiles.h"
#include "kernels/convolution/indirection.h"

namespace trtlike::kernels::convolution {
namespace {

/// Larger outputs have mostly left the caches of common machines before they are read.
constexpr size_t kStreamedBytes = size_t{4} << 20;
constexpr size_t kLineBytes = 64;
static_assert(6 * 6 * kMaxTileVectors * 16 <= Epilogue::kRoomFloats);

}  // namespace

WinogradOutput::WinogradOutput(const Problem& problem, core::Isa isa, int m)
    : epilogue_(problem, isa),
      m_(m),
      batch_(problem.outputs[0].dims[0]),
      height_(problem.outputs[0].dims[2]),
      width_(problem.outputs[0].dims[3]),
      tiles_h_(ceil_div(height_, m)),
      tiles_w_(ceil_div(width_, m)),
      pitch_(problem.outputs[0].pixel_pitch()),
      streamed_(isa == core::Isa::Avx512 && !epilogue_.has_program() &&
                problem.outputs[0].bytes() >= kStreamedBytes &&
                static_cast<size_t>(pitch_) * sizeof(float) % kLineBytes == 0) {}

void WinogradOutput::store(const RunArgs& args, const TilePosition& at, const Products& products,
                           void (*transform)(const OutputTile& tile), void* program_scratch) const {
  const Panel& panel = *products.panel;
  const int64_t pixel = (at.n * height_ + at.h) * width_ + at.w;
  const float* residual = epilogue_.residual_row(args, pixel);
  OutputTile tile{
      .m = products.m,
      .plane = products.plane,
      .channels = panel.out_channels,
      .bias = products.bias,
      .out = static_cast<float*>(args.outputs[0]) + pixel * pitch_ + panel.out_channel,
      .row_pitch = width_ * pitch_,
      .pixel_pitch = pitch_,
      .residual = residual == nullptr ? nullptr : residual + panel.out_channel,
      .residual_row_pitch = width_ * epilogue_.residual_pitch,
      .residual_pitch = epilogue_.residual_pitch,
      .rows = static_cast<int>(std::min<int64_t>(m_, height_ - at.h)),
      .columns = static_cast<int>(std::min<int64_t>(m_, width_ - at.w)),
      .finish = epilogue_.finish,
      .adds_last = epilogue_.adds_last,
      .streamed = streamed_ && reinterpret_cast<uintptr_t>(args.outputs[0]) % kLineBytes == 0};
  if (!epilogue_.has_program()) return transform(tile);
  float* const room = Epilogue::room(program_scratch);
  tile.out = room;
  tile.pixel_pitch = panel.out_channels;
  tile.row_pitch = m_ * tile.pixel_pitch;
  transform(tile);
  for (int i = 0; i < tile.rows; ++i)
    epilogue_.run(args, pixel + i * width_, tile.columns, panel.out_channel, panel.out_channels,
                  room + i * tile.row_pitch, tile.pixel_pitch, program_scratch);
}

void WinogradOutput::fetch_row(const RunArgs& args, const TilePosition& at, int64_t row,
                               int64_t pixels, const Panel& panel) const {
  if (streamed_ || at.h + row >= height_) return;
  const int64_t end = std::min(at.w + pixels, width_);
  const float* out = static_cast<const float*>(args.outputs[0]) +
                     (at.n * height_ + at.h + row) * width_ * pitch_ + panel.out_channel;
  for (int64_t w = at.w; w < end; ++w) __builtin_prefetch(out + w * pitch_, 1);
}

void WinogradOutput::complete() const {
#if defined(__x86_64__)
  if (streamed_) _mm_sfence();
#endif
}

}  // namespace trtlike::kernels::convolution
