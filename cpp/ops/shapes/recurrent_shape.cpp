// Attributes, extents and activations of recurrent cells.
#include "ops/shapes/recurrent_shape.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "core/check.h"

namespace trtlike::ops {
namespace {

struct NamedFunction {
  const char* name;
  CellFunction function;
};

constexpr NamedFunction kFunctions[] = {
    {"Sigmoid", {CellActivation::Sigmoid, 0, 0}},
    {"Tanh", {CellActivation::Tanh, 0, 0}},
    {"Relu", {CellActivation::Relu, 0, 0}},
    {"LeakyRelu", {CellActivation::LeakyRelu, 0.01, 0}},
    {"Elu", {CellActivation::Elu, 1, 0}},
    {"HardSigmoid", {CellActivation::HardSigmoid, 0.2, 0.5}},
    {"Affine", {CellActivation::Affine, 1, 0}},
    {"ThresholdedRelu", {CellActivation::ThresholdedRelu, 1, 0}},
    {"ScaledTanh", {CellActivation::ScaledTanh, 1, 1}},
    {"Softsign", {CellActivation::Softsign, 0, 0}},
    {"Softplus", {CellActivation::Softplus, 0, 0}},
};

bool takes_alpha(CellActivation kind) {
  return kind != CellActivation::Sigmoid && kind != CellActivation::Tanh &&
         kind != CellActivation::Relu && kind != CellActivation::Softsign &&
         kind != CellActivation::Softplus;
}

bool takes_beta(CellActivation kind) {
  return kind == CellActivation::HardSigmoid || kind == CellActivation::Affine ||
         kind == CellActivation::ScaledTanh;
}

bool equal_ignoring_case(const std::string& a, const char* b) {
  const auto same = [](char x, char y) { return std::tolower(x) == std::tolower(y); };
  const std::string_view other = b;
  return std::equal(a.begin(), a.end(), other.begin(), other.end(), same);
}

CellFunction find_function(const std::string& name) {
  std::vector<std::string> names;
  for (const NamedFunction& known : kFunctions) {
    if (equal_ignoring_case(name, known.name)) return known.function;
    names.emplace_back(known.name);
  }
  throw UserError(core::str("[ops] attribute 'activations': expected names from ",
                            core::join(names), ", got '", name, "'."));
}

int64_t read_directions(const std::string& direction) {
  TRTLIKE_CHECK(direction == "forward" || direction == "reverse" || direction == "bidirectional",
                "[ops] attribute 'direction': expected 'forward', 'reverse' or 'bidirectional', ",
                "got '", direction, "'.");
  return direction == "bidirectional" ? 2 : 1;
}

void check_weights(const Dims& dims, int input, const char* name, const Dims& expected) {
  bool fits = dims.rank() == 3;
  for (int i = 0; fits && i < 3; ++i)
    fits = dims[i] < 0 || expected[i] < 0 || dims[i] == expected[i];
  TRTLIKE_CHECK(fits, "[ops] input ", input, " '", name, "': expected shape ", expected, ", got ",
                dims, ".");
}

}  // namespace

double CellFunction::operator()(double x) const {
  switch (kind) {
    case CellActivation::Sigmoid:
      return 1 / (1 + std::exp(-x));
    case CellActivation::Tanh:
      return std::tanh(x);
    case CellActivation::Relu:
      return std::max(x, 0.0);
    case CellActivation::LeakyRelu:
      return x >= 0 ? x : alpha * x;
    case CellActivation::Elu:
      return x >= 0 ? x : alpha * std::expm1(x);
    case CellActivation::HardSigmoid:
      return std::clamp(alpha * x + beta, 0.0, 1.0);
    case CellActivation::Affine:
      return alpha * x + beta;
    case CellActivation::ThresholdedRelu:
      return x > alpha ? x : 0;
    case CellActivation::ScaledTanh:
      return alpha * std::tanh(beta * x);
    case CellActivation::Softsign:
      return x / (1 + std::fabs(x));
    case CellActivation::Softplus:
      return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x)));
  }
  return x;
}

RecurrentShape recurrent_shape(const Attributes& attributes, const Dims& x, const Dims& w,
                               const Dims& r, int64_t gates) {
  RecurrentShape shape;
  shape.hidden = attributes.get_int("hidden_size");
  const std::string& direction = attributes.get_string("direction");
  shape.directions = read_directions(direction);
  shape.reverse = direction == "reverse";
  const int64_t layout = attributes.get_int("layout");
  TRTLIKE_CHECK(layout == 0 || layout == 1, "[ops] attribute 'layout': expected 0 or 1, got ",
                layout, ".");
  shape.batch_first = layout == 1;
  shape.clip = attributes.get_float("clip");
  TRTLIKE_CHECK(x.rank() == 3, "[ops] input 0 'x': expected rank 3, got rank ", x.rank(),
                " with shape ", x, ".");
  shape.steps = x[shape.batch_first ? 1 : 0];
  shape.batch = x[shape.batch_first ? 0 : 1];
  shape.inputs = x[2];
  if (shape.hidden == 0 && r.rank() == 3) shape.hidden = r[2];
  constexpr int64_t kMostUnits = std::numeric_limits<int32_t>::max();
  TRTLIKE_CHECK(shape.hidden >= 1 && shape.hidden <= kMostUnits,
                "[ops] attribute 'hidden_size': expected 1 to ", kMostUnits, ", got ", shape.hidden,
                ".");
  check_weights(w, 1, "w", {shape.directions, gates * shape.hidden, shape.inputs});
  check_weights(r, 2, "r", {shape.directions, gates * shape.hidden, shape.hidden});
  return shape;
}

/// Alphas and betas are given for the functions that take one, in order.
std::vector<CellFunction> cell_functions(const Attributes& attributes, int64_t directions,
                                         std::initializer_list<const char*> defaults) {
  std::vector<CellFunction> functions;
  std::istringstream words(attributes.get_string("activations"));
  for (std::string word; words >> word;) functions.push_back(find_function(word));
  if (functions.empty())
    for (int64_t i = 0; i < directions; ++i)
      for (const char* name : defaults) functions.push_back(find_function(name));
  const size_t expected = defaults.size() * static_cast<size_t>(directions);
  TRTLIKE_CHECK(functions.size() == expected, "[ops] attribute 'activations': expected ", expected,
                " names, got '", attributes.get_string("activations"), "'.");
  const auto &alphas = attributes.get_floats("activation_alpha"),
             &betas = attributes.get_floats("activation_beta");
  size_t alpha = 0, beta = 0;
  for (CellFunction& f : functions) {
    if (takes_alpha(f.kind) && alpha < alphas.size()) f.alpha = alphas[alpha++];
    if (takes_beta(f.kind) && beta < betas.size()) f.beta = betas[beta++];
  }
  return functions;
}

void check_recurrent_operand(const InferArgs& args, size_t input, const char* name,
                             const Dims& expected) {
  if (!args.has_input(input)) return;
  const Dims& dims = args.inputs[input].dims;
  bool fits = dims.rank() == expected.rank();
  for (int i = 0; fits && i < dims.rank(); ++i)
    fits = dims[i] < 0 || expected[i] < 0 || dims[i] == expected[i];
  TRTLIKE_CHECK(fits, "[ops] input ", input, " '", name, "': expected shape ", expected, ", got ",
                dims, ".");
}

Dims recurrent_output(const RecurrentShape& shape) {
  return shape.batch_first ? Dims{shape.batch, shape.steps, shape.directions, shape.hidden}
                           : Dims{shape.steps, shape.directions, shape.batch, shape.hidden};
}

Dims recurrent_state(const RecurrentShape& shape) {
  return shape.batch_first ? Dims{shape.batch, shape.directions, shape.hidden}
                           : Dims{shape.directions, shape.batch, shape.hidden};
}

}  // namespace trtlike::ops
