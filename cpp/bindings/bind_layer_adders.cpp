// INetworkDefinition.add_*: TensorRT's signatures onto the generic Network::add_layer.
#include "bindings/enums.h"
#include "bindings/module.h"

namespace trtlike::bindings {

void bind_layer_adders(py::class_<Network>& cls);

namespace {

using Attributes = std::map<std::string, AttributeValue>;

std::vector<int64_t> list(const Dims& d) { return {d.begin(), d.end()}; }

template <typename E>
int64_t value(E e) {
  return static_cast<int64_t>(e);
}

py::object add(Network& n, const char* op, const std::vector<Tensor>& inputs,
               const Attributes& attributes = {}) {
  return cast_layer(n.add_layer(op, inputs, attributes));
}

/// Elements of a window of one feature map times `maps`.
int64_t window_elems(const char* op, int64_t maps, const Dims& window) {
  if (maps < 1)
    throw UserError("[network] " + std::string(op) + ", feature maps: expected at least 1, got " +
                    std::to_string(maps) + ".");
  int64_t n = maps;
  for (int64_t extent : window)
    if (extent < 1 || __builtin_mul_overflow(n, extent, &n))
      throw UserError("[network] " + std::string(op) +
                      ", kernel_shape: expected extents of at least 1 that fit a kernel, got " +
                      window.to_string() + ".");
  return n;
}

/// The kernel's dimensions follow from its element count; so does the number of groups, which users
/// set later.
py::object add_weighted(Network& n, const char* op, const Tensor& input, int64_t maps,
                        const Dims& window, const Weights& kernel,
                        const std::optional<Weights>& bias) {
  const bool is_deconvolution = std::string_view(op) == "Deconvolution";
  const int64_t channels = input.shape().rank() > 1 ? input.shape()[1] : 1;
  const int64_t own = is_deconvolution ? channels : maps;
  window_elems(op, maps, window);
  const int64_t share = window_elems(op, own, window);
  const int64_t each = kernel.count / share;
  if (each <= 0 || each * share != kernel.count)
    throw py::value_error("[network] " + std::string(op) + ", kernel: expected a multiple of " +
                          std::to_string(share) + " elements, got " + std::to_string(kernel.count) +
                          ".");
  const int64_t groups = (is_deconvolution ? maps : channels) / each;
  const auto rank = static_cast<size_t>(window.rank());
  Layer layer = n.add_layer(op, {input},
                            {{"num_output_maps", maps},
                             {"kernel_size", list(window)},
                             {"num_groups", std::max<int64_t>(groups, 1)},
                             {"stride", std::vector<int64_t>(rank, 1)},
                             {"dilation", std::vector<int64_t>(rank, 1)},
                             {"pre_padding", std::vector<int64_t>(rank, 0)},
                             {"post_padding", std::vector<int64_t>(rank, 0)}});
  Dims dims{own, each};
  for (int64_t e : window) dims.push_back(e);
  layer.set_constant_input(1, dims, kernel);
  if (bias && bias->count > 0) layer.set_constant_input(2, Dims{maps}, *bias);
  return cast_layer(layer);
}

py::object add_convolution(Network& n, const Tensor& input, int64_t maps, const Dims& window,
                           const Weights& kernel, const std::optional<Weights>& bias) {
  return add_weighted(n, "Convolution", input, maps, window, kernel, bias);
}

py::object add_deconvolution(Network& n, const Tensor& input, int64_t maps, const Dims& window,
                             const Weights& kernel, const std::optional<Weights>& bias) {
  return add_weighted(n, "Deconvolution", input, maps, window, kernel, bias);
}

py::object add_pooling(Network& n, const Tensor& input, PoolingType type, const Dims& window) {
  const auto rank = static_cast<size_t>(window.rank());
  return add(n, "Pooling", {input},
             {{"type", value(type)},
              {"window_size", list(window)},
              {"stride", std::vector<int64_t>(rank, 1)},
              {"pre_padding", std::vector<int64_t>(rank, 0)},
              {"post_padding", std::vector<int64_t>(rank, 0)}});
}

Dims scale_dims(const Tensor& input, ScaleMode mode, int axis, const Weights& weights) {
  if (value(mode) == 0) return Dims{1};
  if (value(mode) == 1) return Dims{weights.count};
  if (axis < 0)
    throw UserError("[network] Scale, channel_axis: expected an axis of the input, got " +
                    std::to_string(axis) + ".");
  Dims dims;
  for (int i = axis; i < input.shape().rank(); ++i) dims.push_back(input.shape()[i]);
  return dims;
}

py::object add_scale_nd(Network& n, const Tensor& input, ScaleMode mode,
                        const std::optional<Weights>& shift, const std::optional<Weights>& scale,
                        const std::optional<Weights>& power, int channel_axis) {
  Layer layer = n.add_layer("Scale", {input},
                            {{"mode", value(mode)}, {"channel_axis", int64_t{channel_axis}}});
  const std::optional<Weights>* all[] = {&shift, &scale, &power};
  for (int i = 0; i < 3; ++i)
    if (*all[i] && (*all[i])->count > 0)
      layer.set_constant_input(i + 1, scale_dims(input, mode, channel_axis, **all[i]), **all[i]);
  return cast_layer(layer);
}

py::object add_scale(Network& n, const Tensor& input, ScaleMode mode,
                     const std::optional<Weights>& shift, const std::optional<Weights>& scale,
                     const std::optional<Weights>& power) {
  return add_scale_nd(n, input, mode, shift, scale, power, 1);
}

/// TensorRT's default axis: three from the end, or the first.
py::object add_softmax(Network& n, const Tensor& input) {
  return add(n, "Softmax", {input},
             {{"axes", int64_t{1} << std::max(0, input.shape().rank() - 3)}});
}

py::object add_topk(Network& n, const Tensor& input, TopKOperation op, int64_t k, int64_t axes,
                    DataType indices_type) {
  return add(n, "TopK", {input},
             {{"op", value(op)}, {"k", k}, {"axes", axes}, {"indices_type", value(indices_type)}});
}

py::object add_gather_v2(Network& n, const Tensor& input, const Tensor& indices, GatherMode mode) {
  return add(n, "Gather", {input, indices}, {{"mode", value(mode)}});
}

py::object add_slice(Network& n, const Tensor& input, const Dims& start, const Dims& shape,
                     const Dims& stride) {
  return add(n, "Slice", {input},
             {{"start", list(start)}, {"shape", list(shape)}, {"stride", list(stride)}});
}

py::object add_constant(Network& n, const Dims& shape, const Weights& weights) {
  return cast_layer(n.add_constant(shape, weights));
}

py::object add_node(Network& n, const std::string& op,
                    const std::vector<std::optional<Tensor>>& inputs,
                    const Attributes& attributes) {
  std::vector<Tensor> tensors;
  for (const auto& input : inputs) tensors.push_back(input.value_or(Tensor()));
  return cast_layer(n.add_layer(op, tensors, attributes));
}

using py::arg;

void bind_arithmetic(py::class_<Network>& cls) {
  cls.def(
         "add_activation",
         [](Network& n, const Tensor& t, ActivationType type) {
           return add(n, "Activation", {t}, {{"type", value(type)}});
         },
         arg("input"), arg("type"))
      .def(
          "add_elementwise",
          [](Network& n, const Tensor& a, const Tensor& b, ElementWiseOperation op) {
            return add(n, "ElementWise", {a, b}, {{"op", value(op)}});
          },
          arg("input1"), arg("input2"), arg("op"))
      .def(
          "add_unary",
          [](Network& n, const Tensor& t, UnaryOperation op) {
            return add(n, "Unary", {t}, {{"op", value(op)}});
          },
          arg("input"), arg("op"))
      .def(
          "add_identity", [](Network& n, const Tensor& t) { return add(n, "Identity", {t}); },
          arg("input"))
      .def(
          "add_cast",
          [](Network& n, const Tensor& t, DataType to) {
            return add(n, "Cast", {t}, {{"to_type", value(to)}});
          },
          arg("input"), arg("to_type"))
      .def(
          "add_select",
          [](Network& n, const Tensor& c, const Tensor& a, const Tensor& b) {
            return add(n, "Select", {c, a, b});
          },
          arg("condition"), arg("then_input"), arg("else_input"))
      .def(
          "add_parametric_relu",
          [](Network& n, const Tensor& t, const Tensor& s) {
            return add(n, "ParametricReLU", {t, s});
          },
          arg("input"), arg("slopes"))
      .def("add_scale", &add_scale, arg("input"), arg("mode"), arg("shift") = py::none(),
           arg("scale") = py::none(), arg("power") = py::none())
      .def("add_scale_nd", &add_scale_nd, arg("input"), arg("mode"), arg("shift") = py::none(),
           arg("scale") = py::none(), arg("power") = py::none(), arg("channel_axis") = 1)
      .def(
          "add_quantize",
          [](Network& n, const Tensor& t, const Tensor& s, DataType to) {
            return add(n, "Quantize", {t, s}, {{"to_type", value(to)}});
          },
          arg("input"), arg("scale"), arg("output_type") = DataType::Int8)
      .def(
          "add_dequantize",
          [](Network& n, const Tensor& t, const Tensor& s, DataType to) {
            return add(n, "Dequantize", {t, s}, {{"to_type", value(to)}});
          },
          arg("input"), arg("scale"), arg("output_type") = DataType::Float);
}

void bind_products_and_reductions(py::class_<Network>& cls) {
  cls.def("add_convolution_nd", &add_convolution, arg("input"), arg("num_output_maps"),
          arg("kernel_shape"), arg("kernel"), arg("bias") = py::none())
      .def("add_deconvolution_nd", &add_deconvolution, arg("input"), arg("num_output_maps"),
           arg("kernel_shape"), arg("kernel"), arg("bias") = py::none())
      .def(
          "add_matrix_multiply",
          [](Network& n, const Tensor& a, MatrixOperation op0, const Tensor& b,
             MatrixOperation op1) {
            return add(n, "MatrixMultiply", {a, b}, {{"op0", value(op0)}, {"op1", value(op1)}});
          },
          arg("input0"), arg("op0"), arg("input1"), arg("op1"))
      .def("add_pooling_nd", &add_pooling, arg("input"), arg("type"), arg("window_size"))
      .def(
          "add_reduce",
          [](Network& n, const Tensor& t, ReduceOperation op, int64_t axes, bool keep_dims) {
            return add(n, "Reduce", {t},
                       {{"op", value(op)}, {"axes", axes}, {"keep_dims", keep_dims}});
          },
          arg("input"), arg("op"), arg("axes"), arg("keep_dims"))
      .def("add_softmax", &add_softmax, arg("input"))
      .def("add_topk", &add_topk, arg("input"), arg("op"), arg("k"), arg("axes"),
           arg("indices_type") = DataType::Int32)
      .def(
          "add_lrn",
          [](Network& n, const Tensor& t, int64_t window, double alpha, double beta, double k) {
            return add(n, "LRN", {t},
                       {{"window_size", window}, {"alpha", alpha}, {"beta", beta}, {"k", k}});
          },
          arg("input"), arg("window"), arg("alpha"), arg("beta"), arg("k"))
      .def(
          "add_normalization",
          [](Network& n, const Tensor& t, const Tensor& scale, const Tensor& bias, int64_t axes) {
            return add(n, "Normalization", {t, scale, bias}, {{"axes", axes}});
          },
          arg("input"), arg("scale"), arg("bias"), arg("axesMask"))
      .def(
          "add_einsum",
          [](Network& n, const std::vector<Tensor>& inputs, const std::string& equation) {
            return add(n, "Einsum", inputs, {{"equation", equation}});
          },
          arg("inputs"), arg("equation"))
      .def(
          "add_cumulative",
          [](Network& n, const Tensor& t, const Tensor& axis, CumulativeOperation op,
             bool exclusive, bool reverse) {
            return add(n, "Cumulative", {t, axis},
                       {{"op", value(op)}, {"exclusive", exclusive}, {"reverse", reverse}});
          },
          arg("input"), arg("axis"), arg("op"), arg("exclusive"), arg("reverse"));
}

void bind_movement(py::class_<Network>& cls) {
  cls.def("add_constant", &add_constant, arg("shape"), arg("weights"))
      .def(
          "add_shuffle", [](Network& n, const Tensor& t) { return add(n, "Shuffle", {t}); },
          arg("input"))
      .def("add_slice", &add_slice, arg("input"), arg("start"), arg("shape"), arg("stride"))
      .def(
          "add_concatenation",
          [](Network& n, const std::vector<Tensor>& inputs) {
            return add(n, "Concatenation", inputs);
          },
          arg("inputs"))
      .def(
          "add_gather",
          [](Network& n, const Tensor& t, const Tensor& i, int64_t axis) {
            return add(n, "Gather", {t, i}, {{"axis", axis}});
          },
          arg("input"), arg("indices"), arg("axis"))
      .def("add_gather_v2", &add_gather_v2, arg("input"), arg("indices"), arg("mode"))
      .def(
          "add_scatter",
          [](Network& n, const Tensor& d, const Tensor& i, const Tensor& u, ScatterMode mode) {
            return add(n, "Scatter", {d, i, u}, {{"mode", value(mode)}});
          },
          arg("data"), arg("indices"), arg("updates"), arg("mode"))
      .def(
          "add_shape", [](Network& n, const Tensor& t) { return add(n, "Shape", {t}); },
          arg("input"))
      .def(
          "add_squeeze",
          [](Network& n, const Tensor& t, const Tensor& axes) {
            return add(n, "Squeeze", {t, axes});
          },
          arg("input"), arg("axes"))
      .def(
          "add_unsqueeze",
          [](Network& n, const Tensor& t, const Tensor& axes) {
            return add(n, "Unsqueeze", {t, axes});
          },
          arg("input"), arg("axes"))
      .def(
          "add_padding_nd",
          [](Network& n, const Tensor& t, const Dims& pre, const Dims& post) {
            return add(n, "Padding", {t},
                       {{"pre_padding", list(pre)}, {"post_padding", list(post)}});
          },
          arg("input"), arg("pre_padding"), arg("post_padding"))
      .def(
          "add_resize", [](Network& n, const Tensor& t) { return add(n, "Resize", {t}); },
          arg("input"))
      .def(
          "add_fill",
          [](Network& n, const Dims& shape, FillOperation op, DataType type) {
            return add(
                n, "Fill", {},
                {{"shape", list(shape)}, {"operation", value(op)}, {"to_type", value(type)}});
          },
          arg("shape"), arg("op"), arg("output_type") = DataType::Float)
      .def(
          "add_one_hot",
          [](Network& n, const Tensor& i, const Tensor& v, const Tensor& d, int64_t axis) {
            return add(n, "OneHot", {i, v, d}, {{"axis", axis}});
          },
          arg("indices"), arg("values"), arg("depth"), arg("axis"))
      .def(
          "add_reverse_sequence",
          [](Network& n, const Tensor& t, const Tensor& l) {
            return add(n, "ReverseSequence", {t, l});
          },
          arg("input"), arg("sequence_lens"))
      .def(
          "add_grid_sample",
          [](Network& n, const Tensor& t, const Tensor& g) { return add(n, "GridSample", {t, g}); },
          arg("input"), arg("grid"));
}

}  // namespace

void bind_layer_adders(py::class_<Network>& cls) {
  bind_arithmetic(cls);
  bind_products_and_reductions(cls);
  bind_movement(cls);
  cls.def("add_node", &add_node, arg("op"), arg("inputs"), arg("attributes") = Attributes(),
          "Adds a layer by the name of its operation, with None for absent inputs.");
}

}  // namespace trtlike::bindings
