// Fill: a tensor made from its shape alone: one value, a value that grows along each axis, or
// random numbers.
#include "core/random.h"
#include "ops/elements.h"
#include "ops/host_values.h"
#include "ops/indexing.h"

namespace trtlike::ops {
namespace {

/// The attributes of alpha and beta, which are integers where they were set so.
struct Parameter {
  size_t input;
  const char* name;
  const char* integer_name;
};
constexpr Parameter kAlpha{1, "alpha", "alpha_int64"}, kBeta{2, "beta", "beta_int64"};

template <typename T>
T static_value(const Attributes& attributes, const Parameter& parameter) {
  if (attributes.get_bool("is_int64"))
    return static_cast<T>(attributes.get_int(parameter.integer_name));
  return static_cast<T>(attributes.get_float(parameter.name));
}

void check_random(const InferArgs& args) {
  const DataType dtype = args.outputs[0].dtype;
  TRTLIKE_CHECK(
      core::is_floating_point(dtype),
      "[ops] attribute 'to_type': expected FLOAT, HALF, BF16 or DOUBLE for random numbers, "
      "got ",
      core::dtype_name(dtype), ".");
  for (const size_t i : {size_t{1}, size_t{2}})
    TRTLIKE_CHECK(!args.has_input(i) || !core::is_static(args.inputs[i].dims) ||
                      core::elems(args.inputs[i].dims) == 1,
                  "[ops] input ", i, ": expected one number for random numbers, got shape ",
                  args.inputs[i].dims, ".");
}

void infer(const InferArgs& args) {
  const int64_t operation = args.attributes.get_int("operation");
  TRTLIKE_CHECK(operation >= 0 && operation < kEnumCount<FillOperation>,
                "[ops] attribute 'operation': expected LINSPACE (0), RANDOM_UNIFORM (1) or "
                "RANDOM_NORMAL (2), got ",
                operation, ".");
  const HostValue shape = ints_argument(args, 0, "shape");
  TRTLIKE_CHECK(shape.has_value(), "[ops] input 0 'shape': expected a list of known length, got ",
                "shape ", args.inputs[0].dims, ".");
  TensorType& out = args.outputs[0];
  const DataType declared = to_type(args.attributes);
  out = {args.has_input(1) ? args.inputs[1].dtype : declared, {}};
  for (const int64_t extent : *shape) {
    TRTLIKE_CHECK(extent >= 0 || extent == kUnknownElement,
                  "[ops] shape: expected extents of at least 0, got [", core::join(*shape), "].");
    out.dims.push_back(std::max(extent, core::kUnknownDim));
  }
  if (operation != enum_number(FillOperation::Linspace)) return check_random(args);
  if (!args.has_input(2)) {
    const auto step = static_value<double>(args.attributes, kBeta);
    TRTLIKE_CHECK(out.dims.rank() <= 1 || step == 0,
                  "[ops] attribute 'beta': expected 0 for the shape ", out.dims,
                  " of several axes, got ", step, ". Give one step an axis as input 2.");
    return;
  }
  const Dims& beta = args.inputs[2].dims;
  TRTLIKE_CHECK(beta.rank() == 0 ? out.dims.rank() <= 1
                                 : beta.rank() == 1 && (beta[0] < 0 || beta[0] == out.dims.rank()),
                "[ops] input 2 'beta': expected one step for each axis of ", out.dims,
                ", got shape ", beta, ".");
}

template <typename T>
core::Wide<T> element(const ReferenceArgs& args, const Parameter& parameter, int64_t i) {
  if (args.has_input(parameter.input)) return core::widen(args.inputs[parameter.input].as<T>()[i]);
  return static_value<core::Wide<T>>(args.attributes, parameter);
}

bool is_random(const Attributes& attributes) {
  return attributes.get_enum<FillOperation>("operation") != FillOperation::Linspace &&
         !attributes.get_bool("is_seeded");
}

/// Uniform in [alpha, beta), where beta may be what a number is rounded to; or normal with mean
/// alpha and deviation beta.
void fill_randomly(const ReferenceArgs& args, FillOperation operation) {
  const core::TensorView& out = args.outputs[0];
  const bool is_seeded = args.attributes.get_bool("is_seeded");
  const core::RandomNumbers numbers(
      is_seeded ? static_cast<uint64_t>(args.attributes.get_int("seed")) : core::fresh_seed());
  const auto value = [&](const Parameter& parameter) {
    return args.has_input(parameter.input) ? args.inputs[parameter.input].at(0)
                                           : static_value<double>(args.attributes, parameter);
  };
  const double alpha = value(kAlpha), beta = value(kBeta);
  for (int64_t i = 0; i < out.elems(); ++i) {
    const auto place = static_cast<uint64_t>(i);
    out.set(i, operation == FillOperation::RandomUniform
                   ? alpha + (beta - alpha) * numbers.uniform(place)
                   : alpha + beta * numbers.normal(place));
  }
}

void reference(const ReferenceArgs& args) {
  const core::TensorView& out = args.outputs[0];
  const auto operation = args.attributes.get_enum<FillOperation>("operation");
  if (operation != FillOperation::Linspace) return fill_randomly(args, operation);
  core::dispatch_dtype(out.dtype, "Fill", [&](auto tag) {
    using T = decltype(tag);
    using Wide = core::Wide<T>;
    const Wide alpha = element<T>(args, kAlpha, 0);
    for_each_index(out.dims, [&](const Dims& index, int64_t n) {
      Wide value = alpha;
      for (int d = 0; d < index.rank(); ++d)
        value = core::wrapping_sum(
            value, core::wrapping_product(element<T>(args, kBeta, d), static_cast<Wide>(index[d])));
      out.as<T>()[n] = core::narrow<T>(value);
    });
  });
}

}  // namespace

const OpDefinition& fill_op() {
  static const OpDefinition op{
      .name = "Fill",
      .meaning =
          "a tensor of a given shape whose elements are alpha plus beta times their index, or "
          "random: between alpha and beta, or with mean alpha and deviation beta. The same "
          "in every run where it is seeded",
      .layer_type = LayerType::Fill,
      .attributes = {{"shape", std::vector<int64_t>{}},
                     {"operation", int64_t{0}},
                     {"alpha", 0.0},
                     {"beta", 0.0},
                     {"is_int64", false},
                     {"alpha_int64", int64_t{0}},
                     {"beta_int64", int64_t{1}},
                     {"to_type", int64_t{0}},
                     {"is_seeded", false},
                     {"seed", int64_t{0}}},
      .inputs = {{.name = "shape", .optional = true},
                 {.name = "alpha", .optional = true},
                 {.name = "beta", .optional = true}},
      .host_inputs = {0},
      .infer = infer,
      .reference = reference,
      .rounding = kDiminished,
      .is_random = is_random,
  };
  return op;
}

}  // namespace trtlike::ops
