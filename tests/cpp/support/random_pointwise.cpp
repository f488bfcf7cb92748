// Random element-wise operations: one op each, and programs.
#include "ops/pointwise/pointwise_program.h"
#include "support/random_problem.h"

namespace trtlike::test {
namespace {

using ops::PointwiseOpcode;

/// Elementary functions in single precision, and the rounding of what is stored.
double tolerance_of(DataType out) { return 4e-6 + 2 * rounding(out); }

/// A case of rank 0 to 5 in one order of memory.
struct Frame {
  Dims dims;
  Storage storage;
  int threads = 1;
};

Frame draw_frame(Random& random, DataType dtype) {
  Frame frame;
  const int rank = static_cast<int>(random.of<int64_t>({0, 1, 2, 3, 4, 4, 5}));
  frame.dims = random.dims(rank);
  frame.storage = random.storage(dtype, frame.dims);
  frame.threads = static_cast<int>(random.between(1, 3));
  return frame;
}

void add_operand(Random& random, TacticCase& problem, const Frame& frame, DataType dtype,
                 bool repeats = true) {
  const Dims dims = repeats && random.one_in(2) ? random.repeating(frame.dims, true) : frame.dims;
  const Storage storage = random.storage_like(frame.storage, dtype, dims);
  random.one_in(5) && storage.pitch == 0 ? problem.constant(dims, storage)
                                         : problem.input(dims, storage);
  if (dtype == DataType::Bool)
    problem.integers(0, 1);
  else if (dtype == DataType::UInt8)
    problem.integers(0, 18);
  else if (core::is_integer(dtype))
    problem.integers(-9, 9);
}

TacticCase begin(Random& random, const char* op, const Frame& frame,
                 const AttributeList& attributes) {
  TacticCase problem(op, attributes);
  problem.seed(random.seed()).threads(frame.threads);
  return problem;
}

RandomProblem activation(Random& random) {
  const Frame frame = draw_frame(random, random.float_type());
  TacticCase problem = begin(random, "Activation", frame,
                             {{"type", random.between(0, kEnumCount<ActivationType> - 1)},
                              {"alpha", static_cast<double>(random.real(0.1f, 0.9f))},
                              {"beta", static_cast<double>(random.real(1, 2))}});
  add_operand(random, problem, frame, frame.storage.dtype, false);
  problem.range(-4, 4);
  if (random.one_in(4)) problem.special(8);
  problem.output(random.storage_like(frame.storage, frame.storage.dtype, frame.dims));
  return {std::move(problem), tolerance_of(frame.storage.dtype), 1};
}

DataType number_type(Random& random) {
  return random.one_in(3)
             ? random.of({DataType::Int8, DataType::UInt8, DataType::Int32, DataType::Int64})
             : random.float_type();
}

RandomProblem unary(Random& random) {
  const auto op = static_cast<UnaryOperation>(random.between(0, kEnumCount<UnaryOperation> - 1));
  const bool whole =
      op == UnaryOperation::Abs || op == UnaryOperation::Neg || op == UnaryOperation::Sign;
  const DataType dtype = op == UnaryOperation::Not ? random.of({DataType::Bool, DataType::Int32})
                         : whole                   ? number_type(random)
                                                   : random.float_type();
  const Frame frame = draw_frame(random, dtype);
  TacticCase problem = begin(random, "Unary", frame, {{"op", static_cast<int64_t>(op)}});
  add_operand(random, problem, frame, dtype, false);
  if (core::is_float(dtype)) {
    // Away from poles and the ends of domains, where a rounded input has no digits left.
    const bool from_one = op == UnaryOperation::Acosh;
    const bool steps = op >= UnaryOperation::Ceil && op != UnaryOperation::Erf;
    problem.range(from_one ? 1.25f : steps ? -3 : 0.125f, from_one ? 3 : steps ? 3 : 0.875f);
    if (random.one_in(4)) problem.special(8);
  }
  problem.output(random.storage_like(frame.storage, dtype, frame.dims));
  return {std::move(problem), core::is_float(dtype) ? tolerance_of(dtype) : 0, 1};
}

RandomProblem elementwise(Random& random) {
  const auto op =
      static_cast<ElementWiseOperation>(random.between(0, kEnumCount<ElementWiseOperation> - 1));
  using Op = ElementWiseOperation;
  const bool logic = op == Op::And || op == Op::Or || op == Op::Xor;
  const DataType dtype = logic ? random.of({DataType::Bool, DataType::Int32, DataType::UInt8})
                         : op == Op::Equal && random.one_in(4) ? DataType::Bool
                                                               : number_type(random);
  const Frame frame = draw_frame(random, dtype);
  TacticCase problem = begin(random, "ElementWise", frame, {{"op", static_cast<int64_t>(op)}});
  const bool repeats_first = random.one_in(3);
  for (int i = 0; i < 2; ++i) {
    add_operand(random, problem, frame, dtype, repeats_first == (i == 0));
    if (!core::is_float(dtype)) continue;
    if (op == Op::Div || op == Op::Pow) problem.range(0.5f, 2);
    // Quotients of whole numbers: floor steps exactly between them.
    if (op == Op::FloorDiv) i == 0 ? problem.integers(-40, 40) : problem.integers(1, 8);
    if (random.one_in(4)) problem.special(8);
  }
  problem.output(random.storage_like(frame.storage, dtype, frame.dims));
  return {std::move(problem), core::is_float(dtype) ? tolerance_of(dtype) : 0, 1};
}

/// Remainders are exact, whatever the quotients.
RandomProblem mod(Random& random) {
  const DataType dtype = random.float_type();
  const Frame frame = draw_frame(random, dtype);
  TacticCase problem = begin(random, "Mod", frame, {});
  const bool whole = random.one_in(2);
  const bool repeats_first = random.one_in(3);
  for (int i = 0; i < 2; ++i) {
    add_operand(random, problem, frame, dtype, repeats_first == (i == 0));
    if (whole)
      i == 0 ? problem.integers(-40, 40) : problem.integers(1, 8);
    else if (i == 0)
      problem.range(-1, random.of<float>({1, 1e3f, 1e30f}));
    else
      problem.range(-1, random.of<float>({0, 1, 1e4f}));
    if (random.one_in(4)) problem.special(8);
  }
  problem.output(random.storage_like(frame.storage, dtype, frame.dims));
  return {std::move(problem), 0};
}

RandomProblem cast(Random& random) {
  const DataType from = random.any_type(), to = random.any_type();
  const Frame frame = draw_frame(random, from);
  TacticCase problem = begin(random, "Cast", frame, {{"to_type", static_cast<int64_t>(to)}});
  add_operand(random, problem, frame, from, false);
  if (core::is_float(from)) {
    if (to == DataType::UInt8)
      problem.range(0, 100);
    else if (to != DataType::Bool)
      problem.range(-100, 100);
    if (core::is_float(to) && random.one_in(4)) problem.special(8);
  }
  problem.output(random.storage_like(frame.storage, to, frame.dims));
  return {std::move(problem), core::is_float(to) ? rounding(to) + rounding(from) : 0};
}

RandomProblem select(Random& random) {
  const DataType dtype = random.one_in(2) ? random.any_type() : random.float_type();
  const Frame frame = draw_frame(random, dtype);
  TacticCase problem = begin(random, "Select", frame, {});
  const int64_t full = random.between(0, 2);
  add_operand(random, problem, frame, DataType::Bool, full != 0);
  add_operand(random, problem, frame, dtype, full != 1);
  if (core::is_float(dtype) && random.one_in(4)) problem.special(8);
  add_operand(random, problem, frame, dtype, full != 2);
  problem.output(random.storage_like(frame.storage, dtype, frame.dims));
  return {std::move(problem), 0};
}

RandomProblem parametric_relu(Random& random) {
  const Frame frame = draw_frame(random, random.float_type());
  TacticCase problem = begin(random, "ParametricReLU", frame, {});
  add_operand(random, problem, frame, frame.storage.dtype, false);
  if (random.one_in(4)) problem.special(8);
  add_operand(random, problem, frame, frame.storage.dtype);
  problem.output(random.storage_like(frame.storage, frame.storage.dtype, frame.dims));
  return {std::move(problem), tolerance_of(frame.storage.dtype), 1};
}

RandomProblem scale(Random& random) {
  Frame frame = draw_frame(random, random.float_type());
  const int64_t mode = random.between(0, 2);
  const int64_t axis = random.between(0, std::max(0, frame.dims.rank() - 1));
  int64_t count = 1;
  if (mode == 1) count = frame.dims[static_cast<int>(axis)];
  if (mode == 2) count = core::elems_between(frame.dims, static_cast<int>(axis), frame.dims.rank());
  TacticCase problem = begin(random, "Scale", frame, {{"mode", mode}, {"channel_axis", axis}});
  add_operand(random, problem, frame, frame.storage.dtype, false);
  problem.range(0.25f, 1);
  const bool special = random.one_in(4);
  if (special) problem.special(8);
  // Powers of numbers above 0.
  const float low[] = {0, 0.5f, 0.5f};
  for (const float from : low) {
    if (random.one_in(3)) {
      problem.absent();
      continue;
    }
    const Storage storage{frame.storage.dtype};
    random.one_in(5) ? problem.input({count}, storage) : problem.constant({count}, storage);
    problem.range(from, 2);
  }
  problem.output(random.storage_like(frame.storage, frame.storage.dtype, frame.dims));
  return {std::move(problem), tolerance_of(frame.storage.dtype), 1};
}

/// Scale and zero point of Quantize and Dequantize; the axis that they lie along.
void add_scale(Random& random, TacticCase& problem, const Frame& frame, int64_t axis, bool one,
               DataType quantized) {
  const Dims dims = one ? Dims{} : Dims{frame.dims[static_cast<int>(axis)]};
  random.one_in(5) ? problem.input(dims) : problem.constant(dims);
  // Powers of two: quotients of eighths are exact, so that all round alike.
  std::vector<float> scales;
  for (int64_t i = 0; i < core::elems(dims); ++i)
    scales.push_back(random.of({0.125f, 0.25f, 0.5f}));
  problem.values(scales);
  if (random.one_in(2)) return;
  problem.constant(dims, {quantized});
  quantized == DataType::UInt8 ? problem.integers(0, 20) : problem.integers(-5, 5);
}

RandomProblem quantize(Random& random) {
  const Frame frame = draw_frame(random, random.float_type());
  const DataType to = random.of({DataType::Int8, DataType::UInt8});
  const bool one = frame.dims.rank() == 0 || random.one_in(2);
  const int64_t axis = one ? -1 : random.between(0, frame.dims.rank() - 1);
  TacticCase problem =
      begin(random, "Quantize", frame, {{"axis", axis}, {"to_type", static_cast<int64_t>(to)}});
  add_operand(random, problem, frame, frame.storage.dtype, false);
  problem.integers(-200, 200);
  add_scale(random, problem, frame, axis, one, to);
  problem.output(random.storage_like(frame.storage, to, frame.dims));
  return {std::move(problem), 0};
}

RandomProblem dequantize(Random& random) {
  const DataType from = random.of({DataType::Int8, DataType::UInt8, DataType::Int32});
  const Frame frame = draw_frame(random, from);
  const DataType to = random.float_type();
  const bool one = frame.dims.rank() == 0 || random.one_in(2);
  const int64_t axis = one ? -1 : random.between(0, frame.dims.rank() - 1);
  TacticCase problem =
      begin(random, "Dequantize", frame, {{"axis", axis}, {"to_type", static_cast<int64_t>(to)}});
  add_operand(random, problem, frame, from, false);
  add_scale(random, problem, frame, axis, one, from);
  problem.output(random.storage_like(frame.storage, to, frame.dims));
  return {std::move(problem), rounding(to)};
}

RandomProblem program(Random& random) {
  const DataType dtype = random.float_type();
  const Frame frame = draw_frame(random, dtype);
  const int operands = static_cast<int>(random.between(0, 3));
  AttributeList attributes{{"program", random_epilogue(random, operands)}};
  DataType out = dtype;
  if (random.one_in(3)) {
    out = random.float_type();
    attributes.emplace_back("output_dtypes", std::vector<int64_t>{static_cast<int64_t>(out)});
  }
  TacticCase problem = begin(random, "PointWise", frame, attributes);
  const int64_t full = random.between(0, operands);
  const bool special = random.one_in(4);
  for (int64_t i = 0; i <= operands; ++i) {
    // Whole numbers reach the tails of gates: 0 times infinity is NaN, and almost 0 is not.
    const DataType other = special ? random.float_type() : random.any_type();
    const DataType own = i > 0 && random.one_in(4) ? other : dtype;
    add_operand(random, problem, frame, own, i != full);
    if (core::is_float(own) && special) problem.special(8);
  }
  problem.output(random.storage_like(frame.storage, out, frame.dims));
  return {std::move(problem), 8 * tolerance_of(out), 1};
}

}  // namespace

std::vector<NamedGenerator> pointwise_generators() {
  return {{"Activation", activation},
          {"Unary", unary},
          {"ElementWise", elementwise},
          {"Mod", mod},
          {"Cast", cast},
          {"Select", select},
          {"ParametricReLU", parametric_relu},
          {"Scale", scale},
          {"Quantize", quantize},
          {"Dequantize", dequantize},
          {"PointWise", program}};
}

}  // namespace trtlike::test
