// Layers that move data.
#include "bindings/layer_classes.h"

namespace trtlike::bindings {
namespace {

/// The order of axes of a shuffle's transposes.
struct Permutation : Dims {
  using Dims::Dims;
};

void bind_permutation(py::module_& m) {
  py::class_<Permutation, Dims>(m, "Permutation")
      .def(py::init([](const py::sequence& order) {
             const auto list = order.cast<std::vector<int64_t>>();
             return Permutation(list.data(), list.size());
           }),
           py::arg("order"));
  py::implicitly_convertible<py::sequence, Permutation>();
}

void def_permutation(LayerClass<13>& cls, const char* name) {
  cls.def_property(
      name,
      [name](const Layer& l) {
        const Dims d = dims_attribute(l, name);
        return Permutation(d.begin(), static_cast<size_t>(d.rank()));
      },
      [name](Layer& l, const Permutation& p) { set_dims_attribute(l, name, p); });
}

void set_reshape(TypedLayer<13>& layer, const Dims& dims) {
  layer.set_attribute("has_reshape", true);
  set_dims_attribute(layer, "reshape_dims", dims);
}

void bind_shuffle(py::module_& m) {
  auto cls = make_layer_class<13>(m, "IShuffleLayer");
  def_permutation(cls, "first_transpose");
  def_permutation(cls, "second_transpose");
  cls.def_property(
      "reshape_dims", [](const Layer& l) { return dims_attribute(l, "reshape_dims"); },
      &set_reshape);
  def_bool(cls, "zero_is_placeholder");
}

void bind_resize(py::module_& m) {
  auto cls = make_layer_class<25>(m, "IResizeLayer");
  def_dims(cls, "shape", "shape");
  cls.def_property(
      "scales", [](const Layer& l) { return std::get<std::vector<double>>(l.attribute("scales")); },
      [](Layer& l, const std::vector<double>& scales) { l.set_attribute("scales", scales); });
  def_enum<InterpolationMode>(cls, "resize_mode", "resize_mode");
  def_enum<ResizeCoordinateTransformation>(cls, "coordinate_transformation",
                                           "coordinate_transformation");
  def_enum<ResizeSelector>(cls, "selector_for_single_pixel", "selector_for_single_pixel");
  def_enum<ResizeRoundMode>(cls, "nearest_rounding", "nearest_rounding");
  def_bool(cls, "exclude_outside");
  def_float(cls, "cubic_coeff");
}

}  // namespace

void bind_movement_layers(py::module_& m) {
  bind_permutation(m);
  bind_shuffle(m);
  bind_resize(m);
  auto slice = make_layer_class<22>(m, "ISliceLayer");
  def_dims(slice, "start", "start");
  def_dims(slice, "shape", "shape");
  def_dims(slice, "stride", "stride");
  def_dims(slice, "axes", "axes");
  def_enum<SampleMode>(slice, "mode", "mode");
  auto concatenation = make_layer_class<8>(m, "IConcatenationLayer");
  def_int(concatenation, "axis");
  auto gather = make_layer_class<16>(m, "IGatherLayer");
  def_int(gather, "axis");
  def_int(gather, "num_elementwise_dims");
  def_enum<GatherMode>(gather, "mode", "mode");
  auto scatter = make_layer_class<37>(m, "IScatterLayer");
  def_int(scatter, "axis");
  def_enum<ScatterMode>(scatter, "mode", "mode");
  make_layer_class<23>(m, "IShapeLayer");
  make_layer_class<47>(m, "ISqueezeLayer");
  make_layer_class<48>(m, "IUnsqueezeLayer");
  auto padding = make_layer_class<12>(m, "IPaddingLayer");
  def_dims(padding, "pre_padding_nd", "pre_padding");
  def_dims(padding, "post_padding_nd", "post_padding");
  auto fill = make_layer_class<31>(m, "IFillLayer");
  def_dims(fill, "shape", "shape");
  def_enum<FillOperation>(fill, "operation", "operation");
  def_float(fill, "alpha");
  def_float(fill, "beta");
  def_enum<DataType>(fill, "to_type", "to_type");
  auto one_hot = make_layer_class<40>(m, "IOneHotLayer");
  def_int(one_hot, "axis");
  auto reverse = make_layer_class<44>(m, "IReverseSequenceLayer");
  def_int(reverse, "batch_axis");
  def_int(reverse, "sequence_axis");
  auto grid = make_layer_class<42>(m, "IGridSampleLayer");
  def_enum<InterpolationMode>(grid, "interpolation_mode", "interpolation_mode");
  def_bool(grid, "align_corners");
  def_enum<SampleMode>(grid, "sample_mode", "sample_mode");
}

}  // namespace trtlike::bindings
