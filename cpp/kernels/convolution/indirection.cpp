// Building grids and filling pointer tables, a run of pixels of one row at a time.
#include "kernels/convolution/indirection.h"

#include <algorithm>

namespace trtlike::kernels::convolution {
namespace {

/// A run of grid points of one row: batch entry, the two outer coordinates, and where it begins.
struct Run {
  int64_t n, d, h, w, count;
};

/// Calls f(run, i) for the runs that make up points [first, first + count); i is the run's first
/// index.
template <typename F>
void for_each_run(const IndirectionGrid& grid, int64_t first, int64_t count, F&& f) {
  if (count <= 0) return;
  const auto [depth, height, width] = grid.points;
  int64_t w = first % width, h = first / width % height, d = first / (width * height) % depth;
  int64_t n = first / (width * height * depth);
  for (int64_t i = 0; i < count;) {
    const int64_t length = std::min(width - w, count - i);
    f(Run{n, d, h, w, length}, i);
    i += length;
    w = 0;
    if (++h < height) continue;
    h = 0;
    if (++d < depth) continue;
    d = 0;
    ++n;
  }
}

}  // namespace

IndirectionGrid convolution_grid(const ops::ConvolutionShape& shape) {
  IndirectionGrid grid;
  grid.batch = shape.batch;
  grid.input = shape.input;
  grid.points = grid.output = shape.output;
  grid.stride = shape.stride;
  const auto [depth, height, width] = shape.kernel;
  for (int64_t d = 0; d < depth; ++d)
    for (int64_t h = 0; h < height; ++h)
      for (int64_t w = 0; w < width; ++w) {
        grid.kernel_elements.push_back((d * height + h) * width + w);
        grid.offsets.push_back({d * shape.dilation[0] - shape.padding[0],
                                h * shape.dilation[1] - shape.padding[1],
                                w * shape.dilation[2] - shape.padding[2]});
      }
  return grid;
}

namespace {

/// The points of one phase along an axis, and the kernel elements that reach them with the offset
/// of the input pixel that each reads.
struct Phase {
  int64_t points;
  std::vector<std::pair<int64_t, int64_t>> taps;
};

/// Output o is in phase o % stride; kernel element k reaches it from input
/// (o + padding - k * dilation) / stride where that is whole.
Phase phase_of(const ops::ConvolutionShape& shape, size_t axis, int64_t phase) {
  const int64_t stride = shape.stride[axis];
  Phase out{std::max<int64_t>(0, shape.output[axis] - phase + stride - 1) / stride, {}};
  for (int64_t k = 0; k < shape.kernel[axis]; ++k) {
    const int64_t at = phase + shape.padding[axis] - k * shape.dilation[axis];
    if (at % stride == 0) out.taps.emplace_back(k, at / stride);
  }
  return out;
}

}  // namespace

std::vector<IndirectionGrid> deconvolution_grids(const ops::ConvolutionShape& shape) {
  std::vector<IndirectionGrid> grids;
  for (int64_t d = 0; d < shape.stride[0]; ++d)
    for (int64_t h = 0; h < shape.stride[1]; ++h)
      for (int64_t w = 0; w < shape.stride[2]; ++w) {
        const Phase z = phase_of(shape, 0, d), y = phase_of(shape, 1, h), x = phase_of(shape, 2, w);
        IndirectionGrid grid;
        grid.batch = shape.batch;
        grid.input = shape.input;
        grid.output = shape.output;
        grid.points = {z.points, y.points, x.points};
        grid.out_step = shape.stride;
        grid.out_first = {d, h, w};
        for (const auto& [kz, oz] : z.taps)
          for (const auto& [ky, oy] : y.taps)
            for (const auto& [kx, ox] : x.taps) {
              grid.kernel_elements.push_back((kz * shape.kernel[1] + ky) * shape.kernel[2] + kx);
              grid.offsets.push_back({oz, oy, ox});
            }
        grids.push_back(std::move(grid));
      }
  return grids;
}

void fill_indirection(const IndirectionGrid& grid, const void* input, int64_t pitch_bytes,
                      const void* zeros, int64_t first, int64_t count, const void** table,
                      int64_t row_stride) {
  const auto [depth, height, width] = grid.input;
  const int64_t step = grid.stride[2];
  for_each_run(grid, first, count, [&](const Run& run, int64_t i) {
    for (size_t t = 0; t < grid.offsets.size(); ++t) {
      const void** to = table + static_cast<int64_t>(t) * row_stride + i;
      const int64_t z = run.d * grid.stride[0] + grid.offsets[t][0];
      const int64_t y = run.h * grid.stride[1] + grid.offsets[t][1];
      const int64_t x = run.w * step + grid.offsets[t][2];
      if (z < 0 || z >= depth || y < 0 || y >= height) {
        std::fill(to, to + run.count, zeros);
        continue;
      }
      const int64_t begin = std::clamp<int64_t>(ceil_div(-x, step), 0, run.count);
      const int64_t end = std::clamp<int64_t>(ceil_div(width - x, step), begin, run.count);
      const char* row = static_cast<const char*>(input) +
                        ((run.n * depth + z) * height + y) * width * pitch_bytes;
      std::fill(to, to + begin, zeros);
      for (int64_t j = begin; j < end; ++j) to[j] = row + (x + j * step) * pitch_bytes;
      std::fill(to + end, to + run.count, zeros);
    }
  });
}

void fill_output_indirection(const IndirectionGrid& grid, void* output, int64_t pitch_bytes,
                             int64_t first, int64_t count, void** table) {
  for_each_run(grid, first, count, [&](const Run& run, int64_t i) {
    const int64_t z = run.d * grid.out_step[0] + grid.out_first[0];
    const int64_t y = run.h * grid.out_step[1] + grid.out_first[1];
    const int64_t x = run.w * grid.out_step[2] + grid.out_first[2];
    char* at =
        static_cast<char*>(output) +
        (((run.n * grid.output[0] + z) * grid.output[1] + y) * grid.output[2] + x) * pitch_bytes;
    for (int64_t j = 0; j < run.count; ++j) table[i + j] = at + j * grid.out_step[2] * pitch_bytes;
  });
}

}  // namespace trtlike::kernels::convolution
