// MaxPoolIndices: where in the input the maximum of every window lies, as ONNX's MaxPool numbers
// it.
#include "core/check.h"
#include "ops/arithmetic.h"
#include "ops/elements.h"
#include "ops/shapes/pooling_shape.h"

namespace trtlike::ops {
namespace {

void infer(const InferArgs& args) {
  const TensorType& input = args.inputs[0];
  TRTLIKE_CHECK(core::is_number(input.dtype), "[ops] input 0 'input': expected numbers, got ",
                core::dtype_name(input.dtype), ".");
  const PoolingShape shape = pooling_shape(args.attributes, input.dims);
  TRTLIKE_CHECK(shape.type == PoolingType::Max, "[ops] attribute 'type': expected MAX (0), got ",
                args.attributes.get_int("type"), ".");
  const int64_t order = args.attributes.get_int("storage_order");
  TRTLIKE_CHECK(order == 0 || order == 1,
                "[ops] attribute 'storage_order': expected rows (0) or columns (1), got ", order,
                ".");
  args.outputs[0] = {DataType::Int64, shape.output(input.dims.rank())};
}

/// The number of an element of a plane, counted along rows or along columns.
int64_t number_of(const WindowAxes& at, const Window& w, int rank, bool by_columns) {
  if (!by_columns) return (at[0] * w.input[1] + at[1]) * w.input[2] + at[2];
  int64_t number = 0;
  for (int axis = kWindowAxes - 1; axis >= kWindowAxes - (rank - 2); --axis)
    number = number * w.input[static_cast<size_t>(axis)] + at[static_cast<size_t>(axis)];
  return number;
}

/// The first element that no other one of the window exceeds; a NaN exceeds all. -1 where the
/// window lies on padding only.
template <typename T>
int64_t find(const PoolingShape& shape, const T* plane, const WindowAxes& at, int rank,
             bool by_columns) {
  const Window& w = shape.window;
  const WindowRange d = shape.range(0, at[0]), h = shape.range(1, at[1]), v = shape.range(2, at[2]);
  core::Wide<T> most{};
  WindowAxes best{-1, 0, 0};
  for (int64_t i = 0; i < d.count; ++i)
    for (int64_t j = 0; j < h.count; ++j)
      for (int64_t k = 0; k < v.count; ++k) {
        const WindowAxes here{d.begin + i * w.dilation[0], h.begin + j * w.dilation[1],
                              v.begin + k * w.dilation[2]};
        const auto x = core::widen(plane[(here[0] * w.input[1] + here[1]) * w.input[2] + here[2]]);
        if (best[0] >= 0 && !(x > most) && (x == x || most != most)) continue;
        most = x;
        best = here;
      }
  return best[0] < 0 ? -1 : number_of(best, w, rank, by_columns);
}

void reference(const ReferenceArgs& args) {
  const int rank = args.inputs[0].dims.rank();
  const PoolingShape shape = pooling_shape(args.attributes, args.inputs[0].dims);
  const Window& w = shape.window;
  const int64_t plane = w.input[0] * w.input[1] * w.input[2];
  const bool by_columns = args.attributes.get_int("storage_order") == 1;
  core::dispatch_dtype(args.inputs[0].dtype, "MaxPoolIndices", [&](auto tag) {
    using T = decltype(tag);
    const T* x = args.inputs[0].as<T>();
    auto* to = args.outputs[0].as<int64_t>();
    for (int64_t i = 0; i < shape.batch * shape.channels; ++i)
      for (int64_t d = 0; d < w.output[0]; ++d)
        for (int64_t h = 0; h < w.output[1]; ++h)
          for (int64_t v = 0; v < w.output[2]; ++v) {
            const int64_t found = find(shape, x + i * plane, {d, h, v}, rank, by_columns);
            *to++ = found < 0 ? -1 : i * plane + found;
          }
  });
}

std::vector<AttributeSpec> attributes() {
  std::vector<AttributeSpec> all = pooling_attributes();
  all.push_back({"storage_order", int64_t{0}});
  return all;
}

}  // namespace

const OpDefinition& max_pool_indices_op() {
  static const OpDefinition op{
      .name = "MaxPoolIndices",
      .meaning = "where the maximum of every window lies",
      .layer_type = LayerType::PluginV3,
      .attributes = attributes(),
      .inputs = {{.name = "input"}},
      .infer = infer,
      .reference = reference,
      .count_operations = count_pooled,
  };
  return op;
}

}  // namespace trtlike::ops
