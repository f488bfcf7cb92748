// MaxRoiPool: the largest elements of the bins of boxes, whose corners are rounded to elements.
#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "ops/arithmetic.h"
#include "ops/elements.h"

namespace trtlike::ops {
namespace {

void infer(const InferArgs& args) {
  check_float(args, 0, "input");
  check_float(args, 1, "rois");
  const Dims &input = args.inputs[0].dims, &rois = args.inputs[1].dims;
  TRTLIKE_CHECK(input.rank() == 4, "[ops] input 0 'input': expected rank 4, got shape ", input,
                ".");
  TRTLIKE_CHECK(rois.rank() == 2 && (rois[1] == 5 || rois[1] < 0),
                "[ops] input 1 'rois': expected shape [boxes, 5], got ", rois, ".");
  const std::vector<int64_t>& shape = args.attributes.get_ints("pooled_shape");
  TRTLIKE_CHECK(shape.size() == 2 && shape[0] >= 1 && shape[1] >= 1 && shape[0] <= INT32_MAX &&
                    shape[1] <= INT32_MAX,
                "[ops] attribute 'pooled_shape': expected two extents of 1 or more, got [",
                core::join(shape), "].");
  args.outputs[0] = {args.inputs[0].dtype, {rois[0], input[1], shape[0], shape[1]}};
}

/// The elements of a bin on one axis.
struct Span {
  int64_t begin, end;
};

/// In float, as ONNX Runtime counts.
Span find_bin(double from, double to, float scale, int64_t bin, int64_t bins, int64_t extent) {
  const auto round = [&](double at) {
    const float rounded = std::round(static_cast<float>(at) * scale);
    return std::clamp(std::isnan(rounded) ? 0.0f : rounded, -0x1p30f, 0x1p30f);
  };
  const float start = round(from);
  const float size = std::max(round(to) - start + 1, 1.0f) / static_cast<float>(bins);
  const auto clip = [&](float at) {
    return static_cast<int64_t>(std::clamp(at + start, 0.0f, static_cast<float>(extent)));
  };
  return {clip(std::floor(static_cast<float>(bin) * size)),
          clip(std::ceil(static_cast<float>(bin + 1) * size))};
}

/// The largest element; 0 of none.
double find_most(const double* plane, int64_t width, const Span& rows, const Span& columns) {
  if (rows.begin >= rows.end || columns.begin >= columns.end) return 0;
  double most = -INFINITY;
  for (int64_t y = rows.begin; y < rows.end; ++y)
    for (int64_t x = columns.begin; x < columns.end; ++x)
      if (plane[y * width + x] > most || std::isnan(plane[y * width + x]))
        most = plane[y * width + x];
  return most;
}

void reference(const ReferenceArgs& args) {
  const core::TensorView &input = args.inputs[0], &rois = args.inputs[1], &out = args.outputs[0];
  const std::vector<double> x = read_elements(input);
  const auto scale = static_cast<float>(args.attributes.get_float("spatial_scale"));
  const int64_t channels = input.dims[1], height = input.dims[2], width = input.dims[3];
  const int64_t rows = out.dims[2], columns = out.dims[3];
  std::vector<double> y(static_cast<size_t>(out.elems()), 0.0);
  for (int64_t n = 0; n < out.dims[0]; ++n) {
    const auto image = static_cast<int64_t>(rois.at(5 * n));
    if (image < 0 || image >= input.dims[0]) continue;
    for (int64_t c = 0; c < channels; ++c) {
      const double* plane = x.data() + (image * channels + c) * height * width;
      for (int64_t h = 0; h < rows; ++h)
        for (int64_t v = 0; v < columns; ++v)
          y[static_cast<size_t>(((n * channels + c) * rows + h) * columns + v)] =
              find_most(plane, width,
                        find_bin(rois.at(5 * n + 2), rois.at(5 * n + 4), scale, h, rows, height),
                        find_bin(rois.at(5 * n + 1), rois.at(5 * n + 3), scale, v, columns, width));
    }
  }
  write_elements(y, out);
}

}  // namespace

const OpDefinition& max_roi_pool_op() {
  static const OpDefinition op{
      .name = "MaxRoiPool",
      .meaning = "the largest elements of the bins of boxes [image, x, y, x, y]",
      .layer_type = LayerType::PluginV3,
      .attributes = {{"pooled_shape", std::vector<int64_t>{}}, {"spatial_scale", 1.0}},
      .inputs = {{.name = "input"}, {.name = "rois"}},
      .infer = infer,
      .reference = reference,
      .count_operations = count_outputs,
      .rounding = kDiminished,
  };
  return op;
}

}  // namespace trtlike::ops
