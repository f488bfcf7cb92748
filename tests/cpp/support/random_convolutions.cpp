// Random convolutions of every family that has a tactic of its own, deconvolutions and pairs.
#include <cmath>

#include "support/random_problem.h"

namespace trtlike::test {
namespace {

using kernels::Layout;
using Ints = std::vector<int64_t>;

/// Products that a problem may take; the reference computes them one by one.
constexpr int64_t kMostProducts = 150000;

struct Shape {
  int64_t groups = 1, inputs = 1, outputs = 1;
  Ints kernel, stride, dilation, pre, post;
  int64_t padding_mode = 0;

  size_t axes() const { return kernel.size(); }
};

enum class Family { Pixel, Winograd, Polyphase, Depthwise, Grouped, Any };

int64_t channels(Random& random) {
  return random.one_in(8) ? random.of<int64_t>({24, 48, 72, 40}) : random.extent();
}

void draw_windows(Random& random, Family family, Shape& shape) {
  const size_t axes = family == Family::Winograd || family == Family::Polyphase
                          ? 2
                          : static_cast<size_t>(random.of<int64_t>({1, 2, 2, 2, 2, 3}));
  shape.kernel.assign(axes, 1);
  shape.stride.assign(axes, 1);
  shape.dilation.assign(axes, 1);
  if (family == Family::Winograd) {
    shape.kernel.assign(axes, 3);
    shape.stride.assign(axes, random.between(1, 2));
  } else if (family == Family::Polyphase) {
    shape.kernel = random.list(axes, 5, 7);
    shape.stride.assign(axes, 2);
  } else if (family != Family::Pixel) {
    shape.kernel = random.list(axes, 1, random.of<int64_t>({3, 3, 5, 7}));
    shape.stride = random.list(axes, 1, random.of<int64_t>({1, 2, 3}));
    shape.dilation = random.list(axes, 1, random.of<int64_t>({1, 1, 2}));
  } else if (random.one_in(4)) {
    shape.stride = random.list(axes, 1, 2);
  }
  shape.pre = shape.post = Ints(axes, 0);
  if (family != Family::Pixel || random.one_in(8)) {
    shape.pre = random.list(axes, 0, random.between(0, 2));
    shape.post = random.one_in(2) ? shape.pre : random.list(axes, 0, 2);
  }
  if (random.one_in(6)) shape.padding_mode = random.between(1, 3);
}

Shape draw_shape(Random& random, Family family) {
  Shape shape;
  draw_windows(random, family, shape);
  switch (family) {
    case Family::Depthwise:
      shape.groups = shape.inputs = shape.outputs = channels(random);
      break;
    case Family::Grouped:
      shape.groups = random.between(1, 4);
      shape.inputs = shape.groups * random.between(1, 17);
      shape.outputs = shape.groups * random.of<int64_t>({1, 3, 8, 16, 17, 24});
      break;
    default:
      shape.inputs = family == Family::Polyphase ? random.between(1, 16) : channels(random);
      shape.outputs = channels(random);
      if (family == Family::Winograd) {
        shape.inputs = std::max<int64_t>(shape.inputs, 8);
        shape.outputs = std::max<int64_t>(shape.outputs, 8);
      }
  }
  return shape;
}

int64_t products(const Shape& shape, const Dims& input) {
  int64_t n = core::elems(input) * (shape.outputs / shape.groups);
  for (size_t i = 0; i < shape.axes(); ++i)
    n = n * shape.kernel[i] / (shape.stride[i] * shape.stride[i] > 1 ? shape.stride[i] : 1);
  return n;
}

Dims draw_input(Random& random, const Shape& shape) {
  Dims input;
  for (int tries = 0; tries < 100; ++tries) {
    input = {random.batch(), shape.inputs};
    for (size_t i = 0; i < shape.axes(); ++i)
      input.push_back(std::max(random.extent(), tries < 50 ? int64_t{1} : shape.kernel[i]));
    if (tries >= 90)
      for (size_t i = 0; i < shape.axes(); ++i)
        input[static_cast<int>(i) + 2] = 1 + (shape.kernel[i] - 1) * shape.dilation[i];
    if (products(shape, input) <= kMostProducts) break;
  }
  return input;
}

AttributeList attributes_of(Random& random, const Shape& shape) {
  AttributeList out{{"num_groups", shape.groups}, {"stride", shape.stride},
                    {"dilation", shape.dilation}, {"pre_padding", shape.pre},
                    {"post_padding", shape.post}, {"padding_mode", shape.padding_mode}};
  if (random.one_in(2)) out.emplace_back("kernel_size", shape.kernel);
  if (random.one_in(2)) out.emplace_back("num_output_maps", shape.outputs);
  return out;
}

struct Formats {
  Storage input, output;
  DataType weights = DataType::Float;
};

Formats draw_formats(Random& random, const Dims& input, const Dims& output) {
  Formats out;
  const DataType type =
      random.of({DataType::Float, DataType::Float, DataType::Float, DataType::Float, DataType::BF16,
                 DataType::BF16, DataType::Half});
  const DataType stored = random.one_in(5) ? DataType::Float : type;
  out.weights = random.one_in(4) ? DataType::Float : type;
  Storage from{type, Layout::ChannelsLast}, to{stored, Layout::ChannelsLast};
  const int64_t kind = random.between(0, 9);
  if (kind <= 1) from.layout = Layout::Linear;
  if (kind == 2) from.layout = to.layout = Layout::Linear;
  out.input = random.storage_like(from, type, input);
  out.output = random.storage_like(to, stored, output);
  return out;
}

/// What a sum of that many products of numbers in [-1, 1) is large as.
double sum_scale(double terms) { return std::max(1.0, std::sqrt(terms) / 3); }

/// Sums in another order, transformed ones at worst, of rounded numbers; then the rounding of what
/// is stored.
double tolerance_of(const Formats& formats, double slope) {
  return slope * (1e-4 + 2 * rounding(formats.input.dtype)) + 2 * rounding(formats.output.dtype);
}

/// Behind a sum of that many products.
double slope_behind(const std::string& program, double terms) {
  return slope_of(program, 4 * sum_scale(terms) + 1);
}

void add_weights(Random& random, TacticCase& problem, const Dims& dims, DataType dtype) {
  random.one_in(10) ? problem.input(dims, {dtype}) : problem.constant(dims, {dtype});
}

void add_bias(Random& random, TacticCase& problem, int64_t count, DataType dtype) {
  random.one_in(3) ? void(problem.absent()) : add_weights(random, problem, {count}, dtype);
}

Family draw_family(Random& random) {
  return random.of({Family::Pixel, Family::Winograd, Family::Winograd, Family::Polyphase,
                    Family::Depthwise, Family::Depthwise, Family::Grouped, Family::Any});
}

RandomProblem make(Random& random, const char* op, Family family, int operands, bool has_program) {
  const Shape shape = draw_shape(random, family);
  const Dims input = draw_input(random, shape);
  Dims kernel{shape.outputs, shape.inputs / shape.groups};
  for (const int64_t extent : shape.kernel) kernel.push_back(extent);
  AttributeList attributes = attributes_of(random, shape);
  const Dims output = output_dims("Convolution", attributes, {input, kernel});
  const Formats formats = draw_formats(random, input, output);
  const std::string program = has_program ? random_epilogue(random, operands) : "";
  if (has_program) attributes.emplace_back("program", program);
  TacticCase problem(op, attributes);
  problem.seed(random.seed()).threads(static_cast<int>(random.between(1, 3)));
  if (random.one_in(10)) problem.strict();
  problem.input(input, formats.input);
  const bool special = random.one_in(8);
  if (special) problem.special(40, false);
  add_weights(random, problem, kernel, formats.weights);
  add_bias(random, problem, shape.outputs, formats.weights);
  for (int i = 0; i < operands; ++i) {
    const Dims dims = random.one_in(2) ? output : random.repeating(output, true);
    const DataType type = random.of({random.float_type(), DataType::Float, formats.output.dtype});
    problem.input(dims, random.storage_like(formats.output, type, dims));
    if (special) problem.special(8);
  }
  problem.output(formats.output);
  const double terms =
      static_cast<double>(core::elems(kernel)) / static_cast<double>(shape.outputs);
  return {std::move(problem), tolerance_of(formats, slope_behind(program, terms)), sum_scale(terms),
          special};
}

RandomProblem convolution(Random& random) {
  return make(random, "Convolution", draw_family(random), 0, false);
}

RandomProblem fused_convolution(Random& random) {
  const int operands = static_cast<int>(random.of<int64_t>({0, 0, 1, 1, 2}));
  return make(random, "FusedConvolution", draw_family(random), operands, true);
}

RandomProblem deconvolution(Random& random) {
  Shape shape = draw_shape(random, random.of({Family::Any, Family::Grouped, Family::Depthwise}));
  shape.padding_mode = 0;
  const Dims input = draw_input(random, shape);
  Dims kernel{shape.inputs, shape.outputs / shape.groups};
  for (const int64_t extent : shape.kernel) kernel.push_back(extent);
  AttributeList attributes = attributes_of(random, shape);
  if (random.one_in(3)) {
    Ints more;
    for (const int64_t stride : shape.stride) more.push_back(random.between(0, stride - 1));
    attributes.emplace_back("output_padding", more);
  }
  const Dims output = output_dims("Deconvolution", attributes, {input, kernel});
  const Formats formats = draw_formats(random, input, output);
  TacticCase problem("Deconvolution", attributes);
  problem.seed(random.seed()).threads(static_cast<int>(random.between(1, 3)));
  problem.input(input, formats.input);
  const bool special = random.one_in(8);
  if (special) problem.special(40, false);
  add_weights(random, problem, kernel, formats.weights);
  add_bias(random, problem, shape.outputs, formats.weights);
  problem.output(formats.output);
  const double terms = static_cast<double>(core::elems(kernel)) / static_cast<double>(shape.groups);
  return {std::move(problem), tolerance_of(formats, 1), sum_scale(terms), special};
}

RandomProblem convolution_pair(Random& random) {
  Shape shape = draw_shape(random, Family::Depthwise);
  const bool usual = !random.one_in(8);
  if (usual) {
    shape.kernel = {random.between(1, 5), random.of<int64_t>({3, 5, 7})};
    shape.stride = {random.between(1, 2), random.between(1, 2)};
    shape.dilation = {1, 1};
    shape.pre = random.list(2, 0, 3);
    shape.post = random.list(2, 0, 3);
  }
  shape.inputs = channels(random);
  const Dims input = draw_input(random, shape);
  Dims first_kernel{shape.outputs, shape.inputs}, kernel{shape.outputs, 1};
  for (const int64_t extent : shape.kernel) {
    first_kernel.push_back(1);
    kernel.push_back(extent);
  }
  AttributeList attributes = attributes_of(random, shape);
  const auto terms = static_cast<double>(shape.inputs * core::elems(kernel) / shape.outputs);
  double slope = 1;
  for (const char* name : {"first_program", "program"}) {
    if (random.one_in(3)) continue;
    const std::string program = random_epilogue(random, 0);
    attributes.emplace_back(name, program);
    slope *= slope_behind(program, slope * slope * terms);
  }
  Dims middle = input;
  middle[1] = shape.outputs;
  AttributeList plain = attributes;
  std::erase_if(plain, [](const auto& item) { return item.first.ends_with("program"); });
  const Dims output = output_dims("Convolution", plain, {middle, kernel});
  const Formats formats = draw_formats(random, input, output);
  TacticCase problem("ConvolutionPair", attributes);
  problem.seed(random.seed()).threads(static_cast<int>(random.between(1, 3)));
  problem.input(input, formats.input);
  const bool special = random.one_in(8);
  if (special) problem.special(40, false);
  add_weights(random, problem, first_kernel, formats.weights);
  add_bias(random, problem, shape.outputs, formats.weights);
  add_weights(random, problem, kernel, formats.weights);
  add_bias(random, problem, shape.outputs, formats.weights);
  problem.output(formats.output);
  return {std::move(problem), 2 * tolerance_of(formats, slope), 2 * sum_scale(terms), special};
}

}  // namespace

std::vector<NamedGenerator> convolution_generators() {
  return {{"Convolution", convolution},
          {"FusedConvolution", fused_convolution},
          {"Deconvolution", deconvolution},
          {"ConvolutionPair", convolution_pair}};
}

}  // namespace trtlike::test
