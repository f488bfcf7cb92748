// RoiAlign: boxes of a feature map resampled to one size, as ONNX defines it.
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
  const TensorType &input = args.inputs[0], &rois = args.inputs[1], &batch = args.inputs[2];
  TRTLIKE_CHECK(input.dims.rank() == 4, "[ops] input 0 'input': expected rank 4, got shape ",
                input.dims, ".");
  TRTLIKE_CHECK(rois.dims.rank() == 2 && (rois.dims[1] == 4 || rois.dims[1] < 0),
                "[ops] input 1 'rois': expected shape [boxes, 4], got ", rois.dims, ".");
  TRTLIKE_CHECK(core::is_integer(batch.dtype) && batch.dims.rank() == 1 &&
                    (batch.dims[0] == rois.dims[0] || batch.dims[0] < 0 || rois.dims[0] < 0),
                "[ops] input 2 'batch_indices': expected one integer a box of ", rois.dims,
                ", got ", core::dtype_name(batch.dtype), " with shape ", batch.dims, ".");
  const std::string mode = args.attributes.get_string("mode");
  TRTLIKE_CHECK(mode == "avg" || mode == "max",
                "[ops] attribute 'mode': expected avg or max, got '", mode, "'.");
  const int64_t ratio = args.attributes.get_int("sampling_ratio");
  TRTLIKE_CHECK(ratio >= 0 && ratio <= 1024,
                "[ops] attribute 'sampling_ratio': expected 0 to 1024, got ", ratio, ".");
  const int64_t height = args.attributes.get_int("output_height"),
                width = args.attributes.get_int("output_width");
  TRTLIKE_CHECK(height >= 1 && width >= 1 && height <= INT32_MAX && width <= INT32_MAX,
                "[ops] attributes 'output_height' and 'output_width': expected 1 or more, got ",
                height, " and ", width, ".");
  args.outputs[0] = {
      input.dtype, {rois.dims[0] < 0 ? batch.dims[0] : rois.dims[0], input.dims[1], height, width}};
}

/// Two neighbours on an axis and their weights.
struct Sample {
  int64_t low, high;
  double low_weight, high_weight;
};

/// The samples of one bin on one axis that lie on the map, and how many there are in all.
struct Bin {
  std::vector<Sample> samples;
  int64_t count = 0;
};

/// T is float for all boxes but DOUBLE ones, as in ONNX Runtime: how many samples there are depends
/// on it.
template <typename T>
struct Axis {
  T start, bin;
  int64_t grid, extent;

  Axis(T begin, T end, bool is_half_pixel, int64_t bins, int64_t ratio, int64_t length)
      : start(begin), extent(length) {
    T size = end - begin;
    if (!is_half_pixel) size = std::max(size, T{1});
    bin = size / static_cast<T>(bins);
    const T samples = std::ceil(bin);
    const bool fits = samples > 0 && samples < T{1 << 30};
    grid = ratio > 0 ? ratio : fits ? static_cast<int64_t>(samples) : 0;
  }

  /// Samples outside the map are zero: only those are visited that may lie on it.
  Bin samples(int64_t index) const {
    Bin out;
    out.count = grid;
    const T first = start + static_cast<T>(index) * bin, step = bin / static_cast<T>(grid);
    int64_t from = 0, to = grid;
    if (grid > 4096) {
      const auto near = [&](double at) {
        return std::clamp((at - static_cast<double>(first)) / static_cast<double>(step), 0.0,
                          static_cast<double>(grid));
      };
      from = static_cast<int64_t>(near(-3));
      to = static_cast<int64_t>(near(static_cast<double>(extent) + 2));
    }
    for (int64_t i = from; i < to; ++i) {
      const T at = first + (static_cast<T>(i) + T{0.5f}) * bin / static_cast<T>(grid);
      if (at >= T{-1} && at <= static_cast<T>(extent)) out.samples.push_back(sample(at));
    }
    return out;
  }

  Sample sample(T at) const {
    at = std::max(at, T{0});
    const auto low = static_cast<int64_t>(at);
    if (low >= extent - 1) return {extent - 1, extent - 1, 1, 0};
    const double rest = static_cast<double>(at - static_cast<T>(low));
    return {low, low + 1, 1 - rest, rest};
  }
};

/// The mean of the samples, or the largest of their weighted corners.
double pool(const double* plane, int64_t width, const Bin& rows, const Bin& columns, bool is_mean) {
  double sum = 0, most = -INFINITY;
  for (const Sample& y : rows.samples)
    for (const Sample& x : columns.samples) {
      const double corners[] = {y.low_weight * x.low_weight * plane[y.low * width + x.low],
                                y.low_weight * x.high_weight * plane[y.low * width + x.high],
                                y.high_weight * x.low_weight * plane[y.high * width + x.low],
                                y.high_weight * x.high_weight * plane[y.high * width + x.high]};
      for (const double corner : corners) {
        sum += corner;
        if (corner > most || corner != corner) most = corner;
      }
    }
  const int64_t count = rows.count * columns.count;
  if (is_mean) return sum / static_cast<double>(std::max<int64_t>(count, 1));
  const auto visited = static_cast<int64_t>(rows.samples.size() * columns.samples.size());
  if (visited == 0) return 0;
  return visited < count && most < 0 ? 0 : most;
}

template <typename T>
void align(const ReferenceArgs& args) {
  const core::TensorView &input = args.inputs[0], &rois = args.inputs[1], &out = args.outputs[0];
  const std::vector<double> x = read_elements(input);
  const int64_t channels = input.dims[1], height = input.dims[2], width = input.dims[3];
  const int64_t rows = out.dims[2], columns = out.dims[3];
  const bool is_half_pixel = args.attributes.get_bool("half_pixel");
  const bool is_mean = args.attributes.get_string("mode") == "avg";
  const int64_t ratio = args.attributes.get_int("sampling_ratio");
  const auto scale = static_cast<T>(args.attributes.get_float("spatial_scale"));
  std::vector<double> y(static_cast<size_t>(out.elems()), 0.0);
  for (int64_t n = 0; n < out.dims[0]; ++n) {
    const auto image = static_cast<int64_t>(args.inputs[2].at(n));
    if (image < 0 || image >= input.dims[0] || height == 0 || width == 0) continue;
    const auto corner = [&](int64_t i) {
      return static_cast<T>(rois.at(n * 4 + i)) * scale - (is_half_pixel ? T{0.5f} : T{0});
    };
    const Axis<T> across(corner(0), corner(2), is_half_pixel, columns, ratio, width);
    const Axis<T> down(corner(1), corner(3), is_half_pixel, rows, ratio, height);
    std::vector<Bin> bins;
    for (int64_t v = 0; v < columns; ++v) bins.push_back(across.samples(v));
    for (int64_t h = 0; h < rows; ++h) {
      const Bin row = down.samples(h);
      for (int64_t v = 0; v < columns; ++v)
        for (int64_t c = 0; c < channels; ++c)
          y[static_cast<size_t>(((n * channels + c) * rows + h) * columns + v)] =
              pool(x.data() + (image * channels + c) * height * width, width, row,
                   bins[static_cast<size_t>(v)], is_mean);
    }
  }
  write_elements(y, out);
}

void reference(const ReferenceArgs& args) {
  args.inputs[1].dtype == DataType::Double ? align<double>(args) : align<float>(args);
}

}  // namespace

const OpDefinition& roi_align_op() {
  static const OpDefinition op{
      .name = "RoiAlign",
      .meaning = "boxes of a feature map resampled to one size",
      .layer_type = LayerType::PluginV3,
      .attributes = {{"mode", std::string("avg")},
                     {"output_height", int64_t{1}},
                     {"output_width", int64_t{1}},
                     {"sampling_ratio", int64_t{0}},
                     {"spatial_scale", 1.0},
                     {"half_pixel", true}},
      .inputs = {{.name = "input"}, {.name = "rois"}, {.name = "batch_indices"}},
      .infer = infer,
      .reference = reference,
      .count_operations = count_outputs,
      .rounding = kDiminished,
  };
  return op;
}

}  // namespace trtlike::ops
