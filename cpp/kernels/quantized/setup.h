// QuantizedConvolution and QuantizedMatrixMultiply as rows of A, gathered from the input, times
// panels of B: a product of matrices is a convolution of a window of one pixel.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kernels/convolution/indirection.h"
#include "kernels/epilogue/finisher.h"
#include "kernels/quantized/tiles.h"

namespace trtlike::kernels::quantized {

struct Setup {
  /// Points are rows of A, in the order of the output's pixels.
  convolution::IndirectionGrid grid;
  int64_t in_pitch = 1;  ///< elements from one input pixel to the next
  int64_t groups = 1;
  int64_t channels = 1;  ///< that a group reads
  int64_t outputs = 1;   ///< that it makes
  bool is_signed = false;
  int32_t zero_point = 0;
  /// Elements of the weights from one output channel, input channel, and tap to the next.
  int64_t output_stride = 0, channel_stride = 0, tap_stride = 0;
  std::vector<epilogue::Link> links;  ///< operands numbered from 0
  std::optional<ops::PointwiseProgram> program;
  std::vector<epilogue::Operand> operands;
  epilogue::OutputView out;
  int64_t matrix_rows = 1;  ///< of the output's matrices: images, products, or rows of a phase
  int64_t out_first = 0;    ///< elements from the output's first to this problem's
  int threads = 1;

  int64_t rows() const { return grid.size(); }
  int64_t depth() const { return grid.taps() * channels; }
  /// Where the rows of A lie in the input, one after the other.
  bool is_dense() const;
};

/// Why the problem cannot be computed so; else empty, and `setup` is filled. Not for
/// deconvolutions.
std::string read_problem(const Problem& problem, Setup& setup);
/// The phases of a deconvolution: each is a convolution of stride 1 to every so many rows and
/// columns of the output.
std::string read_phases(const Problem& problem, std::vector<Setup>& phases);
bool is_deconvolution(const Problem& problem);

/// What finishes rows of scaled sums, in the code of `isa`.
epilogue::Finisher make_finisher(const Setup& setup, core::Isa isa);
/// Finishes rows that are counted over all matrices of the output.
void finish_rows(const epilogue::Finisher& finisher, const RunArgs& args, int64_t matrix_rows,
                 epilogue::SumsBlock block, void* scratch);

/// Where things stand among packed constants: the panels of all groups, then offsets, factors and
/// summands of their columns.
struct PanelLayout {
  PanelLayout(const Tiles& tiles, const Setup& setup);

  int64_t lanes, width, steps;
  int64_t outputs;  ///< of a group
  int64_t groups, panels;
  int64_t panel_bytes;  ///< of a whole one
  int64_t group_bytes;

  int64_t total_panels() const { return groups * panels; }
  int columns(int64_t panel) const;
  int vectors(int64_t panel) const {
    return static_cast<int>((columns(panel) + lanes - 1) / lanes);
  }
  int64_t column_bytes() const { return total_panels() * width * 4; }
  size_t bytes() const { return static_cast<size_t>(groups * group_bytes + 3 * column_bytes()); }
};

/// PanelLayout::bytes of them. Without `rescale` (factors, then summands) those are 0.
void pack(const int8_t* weights, const float* rescale, const Setup& setup, const Tiles& tiles,
          std::byte* to);

}  // namespace trtlike::kernels::quantized
