// Fill: a tensor made from its shape alone: one value, or a value that grows along each axis.
#include "ops/host_values.h"
#include "ops/indexing.h"

namespace trtlike::ops {
namespace {

void infer(const InferArgs& args) {
  const int64_t operation = args.attributes.get_int("operation");
  TRTLIKE_CHECK(operation >= 0 && operation < kEnumCount<FillOperation>,
                "[ops] attribute 'operation': expected LINSPACE (0), got ", operation, ".");
  const auto fill = static_cast<FillOperation>(operation);
  if (fill != FillOperation::Linspace)
    throw UnsupportedError(core::str("[ops] attribute 'operation': expected LINSPACE (0), got ",
                                     enum_name(fill), " (", operation,
                                     "). Random numbers are not supported."));
  const HostValue shape = ints_argument(args, 0, "shape");
  TRTLIKE_CHECK(shape.has_value(), "[ops] input 0 'shape': expected a list of known length, got ",
                "shape ", args.inputs[0].dims, ".");
  const int64_t to_type = args.attributes.get_int("to_type");
  TRTLIKE_CHECK(core::is_dtype(to_type), "[ops] attribute 'to_type': expected a DataType, got ",
                to_type, ".");
  TensorType& out = args.outputs[0];
  out = {args.has_input(1) ? args.inputs[1].dtype : static_cast<DataType>(to_type), {}};
  for (const int64_t extent : *shape) {
    TRTLIKE_CHECK(extent >= 0 || extent == kUnknownElement,
                  "[ops] shape: expected extents of at least 0, got [", core::join(*shape), "].");
    out.dims.push_back(std::max(extent, core::kUnknownDim));
  }
  if (!args.has_input(2)) {
    TRTLIKE_CHECK(out.dims.rank() <= 1 || args.attributes.get_float("beta") == 0,
                  "[ops] attribute 'beta': expected 0 for the shape ", out.dims,
                  " of several axes, got ", args.attributes.get_float("beta"),
                  ". Give one step an axis as input 2.");
    return;
  }
  const Dims& beta = args.inputs[2].dims;
  TRTLIKE_CHECK(beta.rank() == 0 ? out.dims.rank() <= 1
                                 : beta.rank() == 1 && (beta[0] < 0 || beta[0] == out.dims.rank()),
                "[ops] input 2 'beta': expected one step for each axis of ", out.dims,
                ", got shape ", beta, ".");
}

void reference(const ReferenceArgs& args) {
  const core::TensorView& out = args.outputs[0];
  core::dispatch_dtype(out.dtype, "Fill", [&](auto tag) {
    using T = decltype(tag);
    using Wide = core::Wide<T>;
    const auto element = [&](size_t input, const char* name, int64_t i) -> Wide {
      if (args.has_input(input)) return core::widen(args.inputs[input].as<T>()[i]);
      return static_cast<Wide>(args.attributes.get_float(name));
    };
    const Wide alpha = element(1, "alpha", 0);
    for_each_index(out.dims, [&](const Dims& index, int64_t n) {
      Wide value = alpha;
      for (int d = 0; d < index.rank(); ++d)
        value = core::wrapping_sum(
            value, core::wrapping_product(element(2, "beta", d), static_cast<Wide>(index[d])));
      out.as<T>()[n] = core::narrow<T>(value);
    });
  });
}

}  // namespace

const OpDefinition& fill_op() {
  static const OpDefinition op{
      .name = "Fill",
      .meaning = "a tensor of a given shape whose elements are alpha plus beta times their index",
      .layer_type = LayerType::Fill,
      .attributes = {{"shape", std::vector<int64_t>{}},
                     {"operation", int64_t{0}},
                     {"alpha", 0.0},
                     {"beta", 0.0},
                     {"to_type", int64_t{0}}},
      .inputs = {{.name = "shape", .optional = true},
                 {.name = "alpha", .optional = true},
                 {.name = "beta", .optional = true}},
      .host_inputs = {0},
      .infer = infer,
      .reference = reference,
      .rounding = kDiminished,
  };
  return op;
}

}  // namespace trtlike::ops
