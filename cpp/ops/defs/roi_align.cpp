// RoiAlign: boxes of a feature map resampled to one size, as ONNX defines it.
#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "ops/arithmetic.h"
#include "ops/elements.h"
#include "ops/shapes/roi_shape.h"

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

/// The samples of one bin on one axis that lie on the map, and how many there are in all.
struct Bin {
  std::vector<RoiSample> samples;
  int64_t count = 0;
};

template <typename T>
Bin find_samples(const RoiAxis<T>& axis, int64_t index) {
  Bin out;
  out.count = axis.grid;
  axis.for_each_sample(index, [&](const RoiSample& sample) { out.samples.push_back(sample); });
  return out;
}

/// The mean of the samples, or the largest of their weighted corners.
double pool(const double* plane, int64_t width, const Bin& rows, const Bin& columns, bool is_mean) {
  double sum = 0, most = -INFINITY;
  for (const RoiSample& y : rows.samples)
    for (const RoiSample& x : columns.samples) {
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
    const RoiAxis<T> across(corner(0), corner(2), is_half_pixel, columns, ratio, width);
    const RoiAxis<T> down(corner(1), corner(3), is_half_pixel, rows, ratio, height);
    std::vector<Bin> bins;
    for (int64_t v = 0; v < columns; ++v) bins.push_back(find_samples(across, v));
    for (int64_t h = 0; h < rows; ++h) {
      const Bin row = find_samples(down, h);
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
