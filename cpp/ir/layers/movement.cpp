// Movements of elements.
#include "trtlike/layers/movement.h"

#include <algorithm>

#include "ir/layers/properties.h"
#include "trtlike/network.h"

namespace trtlike {

Permutation ShuffleLayer::first_transpose() const {
  const Dims order = get_dims(*this, "first_transpose");
  return {order.begin(), static_cast<size_t>(order.rank())};
}
void ShuffleLayer::set_first_transpose(const Permutation& first_transpose) {
  set_dims(*this, "first_transpose", first_transpose);
}
Dims ShuffleLayer::reshape_dims() const { return get_dims(*this, "reshape_dims"); }
void ShuffleLayer::set_reshape_dims(const Dims& reshape_dims) {
  set_attribute("has_reshape", true);
  set_dims(*this, "reshape_dims", reshape_dims);
}
Permutation ShuffleLayer::second_transpose() const {
  const Dims order = get_dims(*this, "second_transpose");
  return {order.begin(), static_cast<size_t>(order.rank())};
}
void ShuffleLayer::set_second_transpose(const Permutation& second_transpose) {
  set_dims(*this, "second_transpose", second_transpose);
}
bool ShuffleLayer::zero_is_placeholder() const { return get<bool>(*this, "zero_is_placeholder"); }
void ShuffleLayer::set_zero_is_placeholder(bool zero_is_placeholder) {
  set_attribute("zero_is_placeholder", zero_is_placeholder);
}

Dims SliceLayer::start() const { return get_dims(*this, "start"); }
void SliceLayer::set_start(const Dims& start) { set_dims(*this, "start", start); }
Dims SliceLayer::shape() const { return get_dims(*this, "shape"); }
void SliceLayer::set_shape(const Dims& shape) { set_dims(*this, "shape", shape); }
Dims SliceLayer::stride() const { return get_dims(*this, "stride"); }
void SliceLayer::set_stride(const Dims& stride) { set_dims(*this, "stride", stride); }
Dims SliceLayer::axes() const { return get_dims(*this, "axes"); }
void SliceLayer::set_axes(const Dims& axes) { set_dims(*this, "axes", axes); }
SampleMode SliceLayer::mode() const { return get_enum<SampleMode>(*this, "mode"); }
void SliceLayer::set_mode(SampleMode mode) { set_attribute("mode", enum_number(mode)); }

int64_t ConcatenationLayer::axis() const { return get<int64_t>(*this, "axis"); }
void ConcatenationLayer::set_axis(int64_t axis) { set_attribute("axis", axis); }

int64_t GatherLayer::axis() const { return get<int64_t>(*this, "axis"); }
void GatherLayer::set_axis(int64_t axis) { set_attribute("axis", axis); }
int64_t GatherLayer::num_elementwise_dims() const {
  return get<int64_t>(*this, "num_elementwise_dims");
}
void GatherLayer::set_num_elementwise_dims(int64_t num_elementwise_dims) {
  set_attribute("num_elementwise_dims", num_elementwise_dims);
}
GatherMode GatherLayer::mode() const { return get_enum<GatherMode>(*this, "mode"); }
void GatherLayer::set_mode(GatherMode mode) { set_attribute("mode", enum_number(mode)); }

int64_t ScatterLayer::axis() const { return get<int64_t>(*this, "axis"); }
void ScatterLayer::set_axis(int64_t axis) { set_attribute("axis", axis); }
ScatterMode ScatterLayer::mode() const { return get_enum<ScatterMode>(*this, "mode"); }
void ScatterLayer::set_mode(ScatterMode mode) { set_attribute("mode", enum_number(mode)); }

Dims PaddingLayer::pre_padding_nd() const { return get_dims(*this, "pre_padding"); }
void PaddingLayer::set_pre_padding_nd(const Dims& pre_padding_nd) {
  set_dims(*this, "pre_padding", pre_padding_nd);
}
Dims PaddingLayer::post_padding_nd() const { return get_dims(*this, "post_padding"); }
void PaddingLayer::set_post_padding_nd(const Dims& post_padding_nd) {
  set_dims(*this, "post_padding", post_padding_nd);
}

Dims ResizeLayer::shape() const { return get_dims(*this, "shape"); }
void ResizeLayer::set_shape(const Dims& shape) { set_dims(*this, "shape", shape); }
std::vector<double> ResizeLayer::scales() const {
  return get<std::vector<double>>(*this, "scales");
}
void ResizeLayer::set_scales(const std::vector<double>& scales) { set_attribute("scales", scales); }
InterpolationMode ResizeLayer::resize_mode() const {
  return get_enum<InterpolationMode>(*this, "resize_mode");
}
void ResizeLayer::set_resize_mode(InterpolationMode resize_mode) {
  set_attribute("resize_mode", enum_number(resize_mode));
}
ResizeCoordinateTransformation ResizeLayer::coordinate_transformation() const {
  return get_enum<ResizeCoordinateTransformation>(*this, "coordinate_transformation");
}
void ResizeLayer::set_coordinate_transformation(
    ResizeCoordinateTransformation coordinate_transformation) {
  set_attribute("coordinate_transformation", enum_number(coordinate_transformation));
}
ResizeSelector ResizeLayer::selector_for_single_pixel() const {
  return get_enum<ResizeSelector>(*this, "selector_for_single_pixel");
}
void ResizeLayer::set_selector_for_single_pixel(ResizeSelector selector_for_single_pixel) {
  set_attribute("selector_for_single_pixel", enum_number(selector_for_single_pixel));
}
ResizeRoundMode ResizeLayer::nearest_rounding() const {
  return get_enum<ResizeRoundMode>(*this, "nearest_rounding");
}
void ResizeLayer::set_nearest_rounding(ResizeRoundMode nearest_rounding) {
  set_attribute("nearest_rounding", enum_number(nearest_rounding));
}
bool ResizeLayer::exclude_outside() const { return get<bool>(*this, "exclude_outside"); }
void ResizeLayer::set_exclude_outside(bool exclude_outside) {
  set_attribute("exclude_outside", exclude_outside);
}
double ResizeLayer::cubic_coeff() const { return get<double>(*this, "cubic_coeff"); }
void ResizeLayer::set_cubic_coeff(double cubic_coeff) { set_attribute("cubic_coeff", cubic_coeff); }

int64_t OneHotLayer::axis() const { return get<int64_t>(*this, "axis"); }
void OneHotLayer::set_axis(int64_t axis) { set_attribute("axis", axis); }

int64_t ReverseSequenceLayer::batch_axis() const { return get<int64_t>(*this, "batch_axis"); }
void ReverseSequenceLayer::set_batch_axis(int64_t batch_axis) {
  set_attribute("batch_axis", batch_axis);
}
int64_t ReverseSequenceLayer::sequence_axis() const { return get<int64_t>(*this, "sequence_axis"); }
void ReverseSequenceLayer::set_sequence_axis(int64_t sequence_axis) {
  set_attribute("sequence_axis", sequence_axis);
}

InterpolationMode GridSampleLayer::interpolation_mode() const {
  return get_enum<InterpolationMode>(*this, "interpolation_mode");
}
void GridSampleLayer::set_interpolation_mode(InterpolationMode interpolation_mode) {
  set_attribute("interpolation_mode", enum_number(interpolation_mode));
}
bool GridSampleLayer::align_corners() const { return get<bool>(*this, "align_corners"); }
void GridSampleLayer::set_align_corners(bool align_corners) {
  set_attribute("align_corners", align_corners);
}
SampleMode GridSampleLayer::sample_mode() const {
  return get_enum<SampleMode>(*this, "sample_mode");
}
void GridSampleLayer::set_sample_mode(SampleMode sample_mode) {
  set_attribute("sample_mode", enum_number(sample_mode));
}

ShuffleLayer Network::add_shuffle(const Tensor& input) {
  return ShuffleLayer(add_layer("Shuffle", {input}));
}

SliceLayer Network::add_slice(const Tensor& input, const Dims& start, const Dims& shape,
                              const Dims& stride) {
  return SliceLayer(add_layer(
      "Slice", {input},
      {{"start", to_list(start)}, {"shape", to_list(shape)}, {"stride", to_list(stride)}}));
}

ConcatenationLayer Network::add_concatenation(const std::vector<Tensor>& inputs) {
  ConcatenationLayer layer(add_layer("Concatenation", inputs));
  layer.set_axis(std::max(0, layer.input(0).shape().rank() - 3));
  return layer;
}

GatherLayer Network::add_gather(const Tensor& input, const Tensor& indices, int64_t axis) {
  return GatherLayer(add_layer("Gather", {input, indices}, {{"axis", axis}}));
}

GatherLayer Network::add_gather_v2(const Tensor& input, const Tensor& indices, GatherMode mode) {
  return GatherLayer(add_layer("Gather", {input, indices}, {{"mode", enum_number(mode)}}));
}

ScatterLayer Network::add_scatter(const Tensor& data, const Tensor& indices, const Tensor& updates,
                                  ScatterMode mode) {
  return ScatterLayer(
      add_layer("Scatter", {data, indices, updates}, {{"mode", enum_number(mode)}}));
}

ShapeLayer Network::add_shape(const Tensor& input) {
  return ShapeLayer(add_layer("Shape", {input}));
}

SqueezeLayer Network::add_squeeze(const Tensor& input, const Tensor& axes) {
  return SqueezeLayer(add_layer("Squeeze", {input, axes}));
}

UnsqueezeLayer Network::add_unsqueeze(const Tensor& input, const Tensor& axes) {
  return UnsqueezeLayer(add_layer("Unsqueeze", {input, axes}));
}

PaddingLayer Network::add_padding_nd(const Tensor& input, const Dims& pre_padding,
                                     const Dims& post_padding) {
  return PaddingLayer(
      add_layer("Padding", {input},
                {{"pre_padding", to_list(pre_padding)}, {"post_padding", to_list(post_padding)}}));
}

ResizeLayer Network::add_resize(const Tensor& input) {
  return ResizeLayer(add_layer("Resize", {input}));
}

OneHotLayer Network::add_one_hot(const Tensor& indices, const Tensor& values, const Tensor& depth,
                                 int64_t axis) {
  return OneHotLayer(add_layer("OneHot", {indices, values, depth}, {{"axis", axis}}));
}

ReverseSequenceLayer Network::add_reverse_sequence(const Tensor& input,
                                                   const Tensor& sequence_lens) {
  return ReverseSequenceLayer(add_layer("ReverseSequence", {input, sequence_lens}));
}

GridSampleLayer Network::add_grid_sample(const Tensor& input, const Tensor& grid) {
  return GridSampleLayer(add_layer("GridSample", {input, grid}));
}

}  // namespace trtlike
