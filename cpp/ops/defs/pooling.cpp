// Pooling: the maximum or the mean of every window on one to three spatial axes.
#include <limits>

#include "core/check.h"
#include "ops/arithmetic.h"
#include "ops/elements.h"
#include "ops/shapes/pooling_shape.h"

namespace trtlike::ops {

PoolingShape pooling_shape(const Attributes& attributes, const Dims& input) {
  TRTLIKE_CHECK(input.rank() >= 3 && input.rank() <= 5,
                "[ops] input 0 'input': expected rank 3, 4 or 5, got rank ", input.rank(),
                " with shape ", input, ".");
  const int axes = input.rank() - 2;
  PoolingShape shape;
  const int64_t type = attributes.get_int("type");
  TRTLIKE_CHECK(type >= 0 && type <= 2, "[ops] attribute 'type': expected MAX (0), AVERAGE (1) or ",
                "MAX_AVERAGE_BLEND (2), got ", type, ".");
  shape.type = static_cast<PoolingType>(type);
  TRTLIKE_CHECK(static_cast<int>(attributes.get_ints("window_size").size()) == axes,
                "[ops] attribute 'window_size': expected ", axes, " numbers, got [",
                core::join(attributes.get_ints("window_size")), "].");
  const WindowAxes kernel = read_window_axes(attributes, "window_size", axes, 1, 1);
  shape.window = resolve_window(attributes, {input.begin() + 2, input.end()},
                                {kernel.end() - axes, kernel.end()});
  shape.blend = attributes.get_float("blend_factor");
  shape.excludes_padding = attributes.get_bool("average_count_excludes_padding");
  shape.batch = input[0];
  shape.channels = input[1];
  return shape;
}

Dims PoolingShape::output(int rank) const {
  Dims dims{batch, channels};
  for (int i = 2; i < rank; ++i)
    dims.push_back(window.output[static_cast<size_t>(kWindowAxes - rank + i)]);
  return dims;
}

WindowRange PoolingShape::range(int axis, int64_t output_index) const {
  const auto i = static_cast<size_t>(axis);
  const int64_t step = window.dilation[i];
  const int64_t start = output_index * window.stride[i] - window.pre[i];
  WindowRange range;
  const int64_t first = start >= 0 ? 0 : (-start + step - 1) / step;
  const int64_t room = window.input[i] - start;
  const int64_t last = room <= 0 ? 0 : std::min(window.kernel[i], (room + step - 1) / step);
  range.begin = start + first * step;
  range.count = std::max<int64_t>(0, last - first);
  const int64_t padded = room + window.post[i];
  range.padded_count = std::min(window.kernel[i], (padded + step - 1) / step);
  return range;
}

std::vector<AttributeSpec> pooling_attributes() {
  const std::vector<int64_t> none;
  return {{"type", int64_t{0}},   {"window_size", none},
          {"stride", none},       {"pre_padding", none},
          {"post_padding", none}, {"padding_mode", int64_t{0}},
          {"blend_factor", 0.0},  {"average_count_excludes_padding", true},
          {"dilation", none}};
}

int64_t count_pooled(const InferArgs& args) {
  return count_outputs(args) *
         volume(pooling_shape(args.attributes, args.inputs[0].dims).window.kernel);
}

namespace {

void infer(const InferArgs& args) {
  const TensorType& input = args.inputs[0];
  TRTLIKE_CHECK(core::is_number(input.dtype), "[ops] input 0 'input': expected numbers, got ",
                core::dtype_name(input.dtype), ".");
  args.outputs[0] = {input.dtype,
                     pooling_shape(args.attributes, input.dims).output(input.dims.rank())};
}

/// The least element of a type, in its wide type.
template <typename T>
core::Wide<T> least() {
  if constexpr (std::is_integral_v<T>) {
    return core::widen(std::numeric_limits<T>::lowest());
  } else {
    return -std::numeric_limits<double>::infinity();
  }
}

template <typename T, typename W = core::Wide<T>>
W pool(const PoolingShape& shape, const W* plane, const WindowAxes& at) {
  const Window& w = shape.window;
  const WindowRange d = shape.range(0, at[0]), h = shape.range(1, at[1]), v = shape.range(2, at[2]);
  double sum = 0;
  W most = least<T>();
  for (int64_t i = 0; i < d.count; ++i)
    for (int64_t j = 0; j < h.count; ++j)
      for (int64_t k = 0; k < v.count; ++k) {
        const int64_t z = d.begin + i * w.dilation[0], y = h.begin + j * w.dilation[1];
        const W x = plane[(z * w.input[1] + y) * w.input[2] + v.begin + k * w.dilation[2]];
        sum += static_cast<double>(x);
        if (x > most || x != x) most = x;  // a NaN stays: nothing is more than it
      }
  if (shape.type == PoolingType::Max) return most;
  const auto product = [](int64_t a, int64_t b, int64_t c) {
    return static_cast<double>(a) * static_cast<double>(b) * static_cast<double>(c);
  };
  const double counted = shape.excludes_padding
                             ? product(d.count, h.count, v.count)
                             : product(d.padded_count, h.padded_count, v.padded_count);
  const double mean = counted == 0 ? 0 : sum / counted;
  if (shape.type == PoolingType::Average) return core::from_double<W>(mean);
  return core::from_double<W>((1 - shape.blend) * static_cast<double>(most) + shape.blend * mean);
}

void reference(const ReferenceArgs& args) {
  const PoolingShape shape = pooling_shape(args.attributes, args.inputs[0].dims);
  const Window& w = shape.window;
  const int64_t plane = w.input[0] * w.input[1] * w.input[2];
  core::dispatch_dtype(args.inputs[0].dtype, "Pooling", [&](auto tag) {
    using T = decltype(tag);
    const T* from = args.inputs[0].as<T>();
    T* to = args.outputs[0].as<T>();
    std::vector<core::Wide<T>> x(static_cast<size_t>(args.inputs[0].elems()));
    for (size_t i = 0; i < x.size(); ++i) x[i] = core::widen(from[i]);
    for (int64_t i = 0; i < shape.batch * shape.channels; ++i)
      for (int64_t d = 0; d < w.output[0]; ++d)
        for (int64_t h = 0; h < w.output[1]; ++h)
          for (int64_t v = 0; v < w.output[2]; ++v)
            *to++ = core::narrow<T>(pool<T>(shape, x.data() + i * plane, {d, h, v}));
  });
}

bool is_maximum(const InferArgs& args) {
  return args.attributes.get_enum<PoolingType>("type") == PoolingType::Max;
}

}  // namespace

const OpDefinition& pooling_op() {
  static const OpDefinition op{
      .name = "Pooling",
      .meaning = "the maximum or the mean of every window",
      .layer_type = LayerType::Pooling,
      .attributes = pooling_attributes(),
      .inputs = {{.name = "input"}},
      .infer = infer,
      .reference = reference,
      .count_operations = count_pooled,
      .rounding = {Rounding::kNoTerms, never, never, is_maximum},
      .is_spatial = true,
  };
  return op;
}

}  // namespace trtlike::ops
