// Blocking of direct convolution for the caches.
#include "kernels/convolution/direct/direct.h"

#include <algorithm>

#include "core/os/cpu.h"

namespace trtlike::kernels::convolution {
namespace {

/// Pixels whose inputs stay in the first-level cache while all panels are applied to them; a
/// multiple of every tile height.
constexpr int64_t kStripPixels = 24;
/// Fewer pixels than this reread the weights too often for the bandwidth of an outer cache.
constexpr int64_t kFewPixels = 48;
constexpr int64_t kMostPixels = 768;
/// Multiply-adds that are worth handing to another thread.
constexpr int64_t kLeastWork = 500'000;

template <typename B>
int64_t weight_budget() {
  return static_cast<int64_t>(core::l2_bytes() / sizeof(B) / 2);
}

}  // namespace

Blocking plan_blocking(const PanelPlan& panels, int64_t pixels, int threads) {
  Blocking out;
  out.pixels = pixels;
  out.panels = static_cast<int>(panels.panels.size());
  int64_t work = 0;
  for (const Panel& panel : panels.panels)
    work += pixels * panels.taps * panels.channels * panel.out_channels;
  const int64_t most = int64_t{4} * threads;
  int64_t wanted = std::clamp<int64_t>(work / kLeastWork, 1, most);
  if (wanted > threads) wanted = wanted / threads * threads;
  const int64_t fewest_blocks = ceil_div(pixels, kMostPixels);
  if (pixels >= wanted * kFewPixels) {
    out.pixel_blocks = fewest_blocks <= wanted ? wanted : ceil_div(fewest_blocks, wanted) * wanted;
  } else {
    out.pixel_blocks = std::max<int64_t>(1, pixels / kFewPixels);
    out.panel_blocks =
        static_cast<int>(std::min<int64_t>(out.panels, ceil_div(wanted, out.pixel_blocks)));
  }
  return out;
}

template <typename Types>
int64_t DirectPass<Types>::chunk_channels(const Panel& panel, int64_t pixels) const {
  if (pixels <= tiles->max_rows[panel.vectors]) return panels.channels;
  const int64_t chunks =
      ceil_div(2 * panels.panel_floats(panel), weight_budget<typename Types::B>() + 1);
  return ceil_div(panels.channels, std::clamp<int64_t>(chunks, 1, panels.channels));
}

template <typename Types>
int64_t DirectPass<Types>::partial_floats(int64_t pixels) const {
  int64_t most = 0;
  for (const Panel& panel : panels.panels)
    if (chunk_channels(panel, pixels) < panels.channels)
      most = std::max<int64_t>(most, panel.vectors * panels.lanes);
  return most * pixels;
}

template <typename Types>
void DirectPass<Types>::run_block(const BlockRows<Types>& block, int first_panel, int last_panel,
                                  const RunArgs& args, typename Types::Sum* partial,
                                  void* program_scratch) const {
  int64_t floats = 0;
  for (int i = first_panel; i < last_panel; ++i)
    floats += panels.panel_floats(panels.panels[static_cast<size_t>(i)]);
  const int64_t strips =
      floats <= weight_budget<typename Types::B>() ? ceil_div(block.count, kStripPixels) : 1;
  for (int64_t s = 0; s < strips; ++s) {
    const int64_t begin = block.count * s / strips, end = block.count * (s + 1) / strips;
    for (int i = first_panel; i < last_panel; ++i) {
      const Panel& panel = panels.panels[static_cast<size_t>(i)];
      run_panel(block, begin, end, panel, args, partial, program_scratch);
    }
  }
}

template <typename Types>
void DirectPass<Types>::run_panel(const BlockRows<Types>& block, int64_t begin, int64_t end,
                                  const Panel& panel, const RunArgs& args,
                                  typename Types::Sum* partial, void* program_scratch) const {
  using Sum = typename Types::Sum;
  const void* from =
      packed != nullptr ? packed : static_cast<const float*>(args.shared) + shared_offset;
  const int64_t width = panel.vectors * panels.lanes;
  const int64_t chunk = chunk_channels(panel, end - begin);
  const int64_t num_tiles = ceil_div(end - begin, tiles->max_rows[panel.vectors]);
  const Sum* bias = panels.template bias_of<Types>(panel, from);
  const typename Types::B* weights = panels.template weights_of<Types>(panel, from);
  Tile<Types> tile{};
  tile.row_stride = block.row_stride;
  tile.taps = panels.taps;
  tile.tap_stride = panels.channels * width;
  tile.out_channel = panel.out_channel;
  tile.out_channels = panel.out_channels;
  tile.finish = epilogue->finish;
  tile.adds_last = epilogue->adds_last;
  // Where tiles do not finish, a strip of them goes to the output together.
  const bool by_strips = epilogue->has_program();
  float* stored[kStripPixels + kMaxTileRows];
  float* const room = Epilogue::room(program_scratch);
  if (by_strips) {
    for (int64_t i = 0; i < kStripPixels + kMaxTileRows; ++i)
      stored[i] = room + i * panel.out_channels;
    tile.out_channel = 0;
  }
  int64_t finished = begin;
  for (int64_t c = 0; c == 0 || c < panels.channels; c += chunk) {
    tile.channel = panel.in_channel + c;
    tile.channels = std::min(chunk, panels.channels - c);
    tile.weights = weights + c * width;
    const bool is_last = c + chunk >= panels.channels;
    for (int64_t t = 0; t < num_tiles; ++t) {
      const int64_t at = begin + (end - begin) * t / num_tiles;
      const int64_t next = begin + (end - begin) * (t + 1) / num_tiles;
      Sum* sums = partial + (at - begin) * width;
      tile.rows = block.rows + at;
      tile.start = c == 0 ? bias : sums;
      tile.start_stride = c == 0 ? 0 : width;
      tile.partial = is_last ? nullptr : sums;
      tile.partial_stride = width;
      tile.out = block.outputs + at;
      tile.residual = epilogue->residual_row(args, block.first_pixel + at);
      tile.residual_stride = epilogue->residual_pitch;
      if (by_strips) {
        tile.out = stored + (at - finished);
        if (tile.residual != nullptr) tile.residual += panel.out_channel;
      }
      tiles->functions[panel.vectors][next - at](tile);
      if (!by_strips || !is_last || (next - finished < kStripPixels && next != end)) continue;
      epilogue->run(args, block.first_pixel + finished, next - finished, panel.out_channel,
                    panel.out_channels, room, panel.out_channels, program_scratch);
      finished = next;
    }
  }
}

template struct DirectPass<F32>;

}  // namespace trtlike::kernels::convolution
