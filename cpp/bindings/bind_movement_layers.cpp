// Layers that move data.
#include "bindings/layer_classes.h"

namespace trtlike::bindings {
namespace {

void bind_permutation(py::module_& m) {
  py::class_<Permutation, Dims>(m, "Permutation")
      .def(py::init([](const py::sequence& order) {
             const auto list = order.cast<std::vector<int64_t>>();
             return Permutation(list.data(), list.size());
           }),
           py::arg("order"));
  py::implicitly_convertible<py::sequence, Permutation>();
}

void bind_resize(py::module_& m) {
  auto resize = bind_layer<ResizeLayer>(m, "IResizeLayer");
  def_property(resize, "shape", &ResizeLayer::shape, &ResizeLayer::set_shape);
  def_property(resize, "scales", &ResizeLayer::scales, &ResizeLayer::set_scales);
  def_property(resize, "resize_mode", &ResizeLayer::resize_mode, &ResizeLayer::set_resize_mode);
  def_property(resize, "coordinate_transformation", &ResizeLayer::coordinate_transformation,
               &ResizeLayer::set_coordinate_transformation);
  def_property(resize, "selector_for_single_pixel", &ResizeLayer::selector_for_single_pixel,
               &ResizeLayer::set_selector_for_single_pixel);
  def_property(resize, "nearest_rounding", &ResizeLayer::nearest_rounding,
               &ResizeLayer::set_nearest_rounding);
  def_property(resize, "exclude_outside", &ResizeLayer::exclude_outside,
               &ResizeLayer::set_exclude_outside);
  def_property(resize, "cubic_coeff", &ResizeLayer::cubic_coeff, &ResizeLayer::set_cubic_coeff);
}

}  // namespace

void bind_movement_layers(py::module_& m) {
  bind_permutation(m);
  auto shuffle = bind_layer<ShuffleLayer>(m, "IShuffleLayer");
  def_property(shuffle, "first_transpose", &ShuffleLayer::first_transpose,
               &ShuffleLayer::set_first_transpose);
  def_property(shuffle, "reshape_dims", &ShuffleLayer::reshape_dims,
               &ShuffleLayer::set_reshape_dims);
  def_property(shuffle, "second_transpose", &ShuffleLayer::second_transpose,
               &ShuffleLayer::set_second_transpose);
  def_property(shuffle, "zero_is_placeholder", &ShuffleLayer::zero_is_placeholder,
               &ShuffleLayer::set_zero_is_placeholder);
  auto slice = bind_layer<SliceLayer>(m, "ISliceLayer");
  def_property(slice, "start", &SliceLayer::start, &SliceLayer::set_start);
  def_property(slice, "shape", &SliceLayer::shape, &SliceLayer::set_shape);
  def_property(slice, "stride", &SliceLayer::stride, &SliceLayer::set_stride);
  def_property(slice, "axes", &SliceLayer::axes, &SliceLayer::set_axes);
  def_property(slice, "mode", &SliceLayer::mode, &SliceLayer::set_mode);
  auto concatenation = bind_layer<ConcatenationLayer>(m, "IConcatenationLayer");
  def_property(concatenation, "axis", &ConcatenationLayer::axis, &ConcatenationLayer::set_axis);
  auto gather = bind_layer<GatherLayer>(m, "IGatherLayer");
  def_property(gather, "axis", &GatherLayer::axis, &GatherLayer::set_axis);
  def_property(gather, "num_elementwise_dims", &GatherLayer::num_elementwise_dims,
               &GatherLayer::set_num_elementwise_dims);
  def_property(gather, "mode", &GatherLayer::mode, &GatherLayer::set_mode);
  auto scatter = bind_layer<ScatterLayer>(m, "IScatterLayer");
  def_property(scatter, "axis", &ScatterLayer::axis, &ScatterLayer::set_axis);
  def_property(scatter, "mode", &ScatterLayer::mode, &ScatterLayer::set_mode);
  bind_layer<ShapeLayer>(m, "IShapeLayer");
  bind_layer<SqueezeLayer>(m, "ISqueezeLayer");
  bind_layer<UnsqueezeLayer>(m, "IUnsqueezeLayer");
  auto padding = bind_layer<PaddingLayer>(m, "IPaddingLayer");
  def_property(padding, "pre_padding_nd", &PaddingLayer::pre_padding_nd,
               &PaddingLayer::set_pre_padding_nd);
  def_property(padding, "post_padding_nd", &PaddingLayer::post_padding_nd,
               &PaddingLayer::set_post_padding_nd);
  def_hw_property(padding, "pre_padding", &PaddingLayer::pre_padding_nd,
                  &PaddingLayer::set_pre_padding_nd);
  def_hw_property(padding, "post_padding", &PaddingLayer::post_padding_nd,
                  &PaddingLayer::set_post_padding_nd);
  bind_resize(m);
  auto one_hot = bind_layer<OneHotLayer>(m, "IOneHotLayer");
  def_property(one_hot, "axis", &OneHotLayer::axis, &OneHotLayer::set_axis);
  auto reverse_sequence = bind_layer<ReverseSequenceLayer>(m, "IReverseSequenceLayer");
  def_property(reverse_sequence, "batch_axis", &ReverseSequenceLayer::batch_axis,
               &ReverseSequenceLayer::set_batch_axis);
  def_property(reverse_sequence, "sequence_axis", &ReverseSequenceLayer::sequence_axis,
               &ReverseSequenceLayer::set_sequence_axis);
  auto grid_sample = bind_layer<GridSampleLayer>(m, "IGridSampleLayer");
  def_property(grid_sample, "interpolation_mode", &GridSampleLayer::interpolation_mode,
               &GridSampleLayer::set_interpolation_mode);
  def_property(grid_sample, "align_corners", &GridSampleLayer::align_corners,
               &GridSampleLayer::set_align_corners);
  def_property(grid_sample, "sample_mode", &GridSampleLayer::sample_mode,
               &GridSampleLayer::set_sample_mode);
}

}  // namespace trtlike::bindings
