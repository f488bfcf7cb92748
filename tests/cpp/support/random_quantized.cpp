// Random products of quantized tensors: every way to store operands and results, extremes of the
// types, operands of an epilogue that are quantized numbers.
#include "ops/pointwise/pointwise_program.h"
#include "support/random_problem.h"

namespace trtlike::test {
namespace {

using kernels::Layout;
using Ints = std::vector<int64_t>;
using ops::PointwiseOpcode;

DataType byte_type(Random& random) { return random.of({DataType::Int8, DataType::UInt8}); }
int64_t lowest(DataType dtype) { return dtype == DataType::Int8 ? -128 : 0; }
bool is_byte(DataType dtype) { return dtype == DataType::Int8 || dtype == DataType::UInt8; }

/// Any numbers, or one of the extremes everywhere.
void fill_bytes(Random& random, TacticCase& problem, DataType dtype) {
  const int64_t low = lowest(dtype), high = low + 255;
  const int64_t only = random.of<int64_t>({low, high, low == 0 ? 128 : 0});
  random.one_in(4) ? problem.integers(only, only) : problem.integers(low, high);
}

/// Operands of the epilogue, some of them of quantized numbers.
struct Operand {
  bool is_quantized = false;
  float scale = 1, zero = 0;
};

std::string make_program(Random& random, const std::vector<Operand>& operands, DataType out) {
  auto program = ops::PointwiseProgram::parse(
      random.one_in(3) ? core::str("in ", operands.size() + 1, "; out v0")
                       : random_epilogue(random, 0));
  program.num_inputs = 1;
  ops::PointwiseProgram full{.num_inputs = static_cast<int>(operands.size()) + 1};
  std::vector<int> registers{0};
  const auto constant = [&](float value) {
    return full.append(PointwiseOpcode::Constant, -1, -1, -1, value);
  };
  int sum = 0;
  for (size_t i = 0; i < operands.size(); ++i) {
    int operand = static_cast<int>(i) + 1;
    if (operands[i].is_quantized) {
      if (operands[i].zero != 0)
        operand = full.append(PointwiseOpcode::Sub, operand, constant(operands[i].zero));
      operand = full.append(PointwiseOpcode::Prod, operand, constant(operands[i].scale));
    }
    sum = full.append(random.of({PointwiseOpcode::Sum, PointwiseOpcode::Sum, PointwiseOpcode::Sub}),
                      sum, operand);
  }
  registers[0] = sum;
  for (const ops::PointwiseInstruction& i : program.instructions) {
    const auto at = [&](int reg) { return reg < 0 ? -1 : registers[static_cast<size_t>(reg)]; };
    registers.push_back(full.append(i.op, at(i.a), at(i.b), at(i.c), i.alpha, i.beta));
  }
  full.output = registers[static_cast<size_t>(program.output)];
  if (is_byte(out)) {
    const int64_t zero = random.one_in(3) ? 0 : random.between(lowest(out), lowest(out) + 255);
    const int quotient =
        full.append(PointwiseOpcode::Div, full.output, constant(random.real(0.01f, 0.05f)));
    full.output = full.append(PointwiseOpcode::Round, quotient);
    if (zero != 0)
      full.output =
          full.append(PointwiseOpcode::Sum, full.output, constant(static_cast<float>(zero)));
  }
  return full.to_text();
}

struct Draw {
  DataType input, output;
  AttributeList attributes;
  std::vector<Operand> operands;
};

Draw draw(Random& random, AttributeList attributes) {
  Draw out{byte_type(random),
           random.of({DataType::Float, DataType::Int8, DataType::UInt8}),
           std::move(attributes),
           {}};
  if (random.one_in(10)) out.output = random.float_type();
  for (int64_t i = random.of<int64_t>({0, 0, 1, 1, 2}); i > 0; --i)
    out.operands.push_back({random.one_in(2), random.real(0.01f, 0.05f),
                            static_cast<float>(random.of<int64_t>({0, random.between(1, 100)}))});
  const std::string program = make_program(random, out.operands, out.output);
  const int64_t low = lowest(out.input);
  out.attributes.emplace_back("program", program);
  out.attributes.emplace_back("to_type", static_cast<int64_t>(out.output));
  out.attributes.emplace_back(
      "zero_point", random.of<int64_t>({0, low, low + 255, random.between(low, low + 255)}));
  return out;
}

/// Everything behind the attributes.
RandomProblem finish(Random& random, const char* op, const Draw& draw, const Dims& input,
                     const Dims& weights, int64_t channels, const Dims& output, Layout layout) {
  TacticCase problem(op, draw.attributes);
  problem.seed(random.seed()).threads(static_cast<int>(random.between(1, 3)));
  const Storage stored = random.storage_like({draw.input, layout}, draw.input, input);
  problem.input(input, stored);
  fill_bytes(random, problem, draw.input);
  problem.constant(weights, {DataType::Int8});
  fill_bytes(random, problem, DataType::Int8);
  const int64_t terms = core::elems(weights) / channels;
  // Sums of a few units, whose roundings in FP32 are far below a step of what is stored.
  const float factor = 1.0f / (128.0f * 128.0f * static_cast<float>(terms));
  std::vector<float> rescale;
  for (int64_t k = 0; k < channels; ++k) rescale.push_back(factor * random.real(0.5f, 8));
  for (int64_t k = 0; k < channels; ++k) rescale.push_back(random.real(-1, 1));
  problem.constant({2, channels}).values(std::move(rescale));
  const Storage to = random.storage_like({draw.output, layout}, draw.output, output);
  for (const Operand& operand : draw.operands) {
    const bool is_image = layout == Layout::ChannelsLast;
    const Dims dims = random.one_in(2) ? output : random.repeating(output, is_image);
    const DataType type = operand.is_quantized ? byte_type(random) : random.float_type();
    problem.input(dims, random.storage_like({type, layout}, type, dims));
    if (operand.is_quantized) fill_bytes(random, problem, type);
  }
  problem.output(to);
  // One step, where a number lies between two.
  const double tolerance = is_byte(draw.output) ? 1.01 / 256 : 1e-4 + 4 * rounding(draw.output);
  return {std::move(problem), tolerance, is_byte(draw.output) ? 256.0 : 1.0};
}

RandomProblem convolution(Random& random) {
  const size_t axes = static_cast<size_t>(random.of<int64_t>({1, 2, 2, 2, 3}));
  const bool is_depthwise = random.one_in(3);
  const int64_t groups = is_depthwise ? random.extent() : random.of<int64_t>({1, 1, 1, 2, 3});
  const int64_t inputs =
      is_depthwise ? groups : groups * random.of<int64_t>({1, 3, 4, 5, 16, 17, random.extent()});
  const int64_t outputs =
      is_depthwise ? groups : groups * random.of<int64_t>({1, 8, 16, 17, 65, random.extent()});
  const int64_t size =
      is_depthwise ? random.of<int64_t>({3, 3, 5, 2}) : random.of<int64_t>({1, 1, 3});
  Dims input{random.batch(), inputs}, kernel{outputs, inputs / groups};
  for (size_t i = 0; i < axes; ++i) {
    input.push_back(random.between(size, axes == 3 ? 5 : 11));
    kernel.push_back(size);
  }
  AttributeList attributes{{"num_groups", groups},
                           {"stride", random.list(axes, 1, random.between(1, 2))},
                           {"pre_padding", random.list(axes, 0, size / 2)},
                           {"post_padding", random.list(axes, 0, size / 2)}};
  const Dims output = output_dims("Convolution", attributes, {input, kernel});
  const Layout layout = random.one_in(8) ? Layout::Linear : Layout::ChannelsLast;
  return finish(random, "QuantizedConvolution", draw(random, attributes), input, kernel, outputs,
                output, layout);
}

RandomProblem deconvolution(Random& random) {
  const int64_t inputs = random.of<int64_t>({1, 3, 4, 16, 17, random.extent()});
  const int64_t outputs = random.of<int64_t>({1, 8, 16, 17, 65, random.extent()});
  const auto axes = static_cast<size_t>(random.between(1, 2));
  const int64_t size = random.of<int64_t>({2, 2, 3, 4}), stride = random.between(1, 2);
  Dims input{random.batch(), inputs}, kernel{inputs, outputs};
  for (size_t i = 0; i < axes; ++i) {
    input.push_back(random.between(2, 9));
    kernel.push_back(size);
  }
  AttributeList attributes{{"stride", Ints(axes, stride)},
                           {"pre_padding", random.list(axes, 0, size / 2)},
                           {"post_padding", random.list(axes, 0, size / 2)}};
  const Dims output = output_dims("Deconvolution", attributes, {input, kernel});
  const Layout layout = random.one_in(8) ? Layout::Linear : Layout::ChannelsLast;
  return finish(random, "QuantizedDeconvolution", draw(random, attributes), input, kernel, outputs,
                output, layout);
}

RandomProblem product(Random& random) {
  const int64_t m = random.one_in(4) ? random.between(48, 60) : random.extent();
  const int64_t n = random.one_in(3) ? random.of<int64_t>({63, 64, 65, 130}) : random.extent();
  const int64_t k = random.one_in(3) ? random.between(60, 80) : random.extent();
  const int64_t transposed = random.between(0, 1);
  Dims a, b = transposed == 1 ? Dims{n, k} : Dims{k, n};
  if (random.one_in(3)) a.push_back(random.batch());
  a.push_back(m);
  a.push_back(k);
  const Dims output = output_dims("MatrixMultiply", {{"op1", transposed}}, {a, b});
  return finish(random, "QuantizedMatrixMultiply", draw(random, {{"op1", transposed}}), a, b, n,
                output, Layout::Linear);
}

/// Zero points of operand `i`: none, one, or one for each of `count`.
void add_zeros(Random& random, TacticCase& problem, DataType type, const std::vector<Dims>& forms,
               bool is_constant) {
  const Dims dims = random.of(forms);
  is_constant ? problem.constant(dims, {type}) : problem.input(dims, {type});
  random.one_in(4) ? problem.integers(0, 0) : problem.integers(lowest(type), lowest(type) + 255);
}

RandomProblem integer_product(Random& random) {
  const int64_t m = random.one_in(4) ? random.between(48, 60) : random.extent();
  const int64_t n = random.one_in(3) ? random.of<int64_t>({63, 64, 65, 130}) : random.extent();
  const int64_t k = random.one_in(3) ? random.between(60, 80) : random.extent();
  const int64_t batch = random.batch();
  TacticCase problem("MatMulInteger", {});
  problem.seed(random.seed()).threads(static_cast<int>(random.between(1, 3)));
  const DataType a = byte_type(random), b = byte_type(random);
  problem.input(batch == 1 ? Dims{m, k} : Dims{batch, m, k}, {a});
  fill_bytes(random, problem, a);
  problem.constant({k, n}, {b});
  fill_bytes(random, problem, b);
  const bool has_b_zeros = random.one_in(2);
  if (has_b_zeros || random.one_in(2)) {
    std::vector<Dims> forms{{}, {1}, {m}};
    if (batch != 1) forms.push_back({batch, m, 1});
    add_zeros(random, problem, a, forms, false);
  }
  if (has_b_zeros) add_zeros(random, problem, b, {{}, {1}, {n}}, random.one_in(2));
  problem.output({DataType::Int32});
  return {std::move(problem), 0};
}

/// Rows by integers in blocks, with zero points in half of the draws.
RandomProblem weight_only(Random& random) {
  const int64_t block = random.of<int64_t>({8, 16, 32, 1000});
  const int64_t k = block == 1000 ? random.extent() : block * random.between(1, 4);
  const int64_t m = random.one_in(3) ? random.between(5, 14) : random.between(1, 3);
  const int64_t n = random.one_in(2) ? random.extent() : random.of<int64_t>({15, 31, 32, 33, 70});
  const int64_t transposed = random.between(0, 1), blocks = (k + block - 1) / block;
  Dims a, b = transposed == 1 ? Dims{n, k} : Dims{k, n};
  if (random.one_in(3)) a.push_back(random.batch());
  a.push_back(m);
  a.push_back(k);
  AttributeList attributes{{"op1", transposed}, {"block", block}};
  const bool has_operand = random.one_in(2);
  attributes.emplace_back("program", has_operand ? "in 2; v2 = sum v0 v1; v3 = relu v2; out v3"
                                     : random.one_in(2) ? ""
                                                        : random_epilogue(random, 0));
  TacticCase problem("WeightOnlyMatrixMultiply", attributes);
  problem.seed(random.seed()).threads(static_cast<int>(random.between(1, 3)));
  const DataType type = random.one_in(4) ? random.float_type() : DataType::Float;
  problem.input(a, {type});
  const bool is_nibbles = random.one_in(2);
  const int64_t low = is_nibbles ? -8 : -128;
  const int64_t only = random.of<int64_t>({low, -low - 1});
  problem.constant(b, {is_nibbles ? DataType::Int4 : DataType::Int8});
  random.one_in(4) ? problem.integers(only, only) : problem.integers(low, -low - 1);
  std::vector<float> scales;
  const auto factor = 1.0f / static_cast<float>(-low * k);
  const bool are_halves = random.one_in(2);
  for (int64_t i = 0; i < blocks * n; ++i) {
    const float scale = factor * random.real(-1, 1);
    scales.push_back(are_halves ? core::half_to_float(core::float_to_half(scale)) : scale);
  }
  const bool has_zeros = random.one_in(2);
  for (int64_t i = 0; i < blocks * n; ++i)
    scales.push_back(has_zeros ? static_cast<float>(random.between(low, -low - 1)) : 0.0f);
  problem.constant({2, blocks, n}).values(std::move(scales));
  if (has_operand) problem.input({n});
  problem.output({type});
  return {std::move(problem), 1e-5 + 4 * rounding(type), 1.0};
}

}  // namespace

std::vector<NamedGenerator> quantized_generators() {
  return {{"QuantizedConvolution", convolution},
          {"QuantizedDeconvolution", deconvolution},
          {"QuantizedMatrixMultiply", product},
          {"MatMulInteger", integer_product},
          {"WeightOnlyMatrixMultiply", weight_only}};
}

}  // namespace trtlike::test
