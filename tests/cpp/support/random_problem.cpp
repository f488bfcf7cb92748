// Drawing extents, types, layouts and epilogues.
#include "support/random_problem.h"

#include <cmath>

#include "core/check.h"
#include "ops/pointwise/pointwise_program.h"

namespace trtlike::test {

using kernels::Layout;
using ops::PointwiseOpcode;
using ops::PointwiseProgram;

Random::Random(uint32_t seed, const kernels::Tactic& tactic) : engine_(seed) {
  for (const int64_t extent : {tactic.tile.rows, tactic.tile.columns})
    for (const int64_t near : {extent - 1, extent, extent + 1, 2 * extent + 1})
      if (near > 0) likely_extents_.push_back(near);
  const kernels::ElementTypes& types = tactic.types;
  for (const DataType type : {DataType::Float, DataType::Half, DataType::BF16})
    if ((types.a | types.b | types.c).contains(type)) likely_types_.push_back(type);
}

DataType Random::float_type() {
  if (!likely_types_.empty() && !one_in(4)) return of(likely_types_);
  return of({DataType::Float, DataType::Float, DataType::Half, DataType::BF16});
}

int64_t Random::extent() {
  if (!likely_extents_.empty() && one_in(2)) return of(likely_extents_);
  const int64_t lanes = of<int64_t>({4, 8, 16});
  return of<int64_t>({1, 1, lanes - 1, lanes, lanes + 1, 2 * lanes, between(1, 5), between(1, 9)});
}

Dims Random::dims(int rank, int64_t most) {
  Dims out = Dims::filled(rank, 1);
  do {
    for (int d = 0; d < rank; ++d) out[d] = extent();
    if (rank > 0 && one_in(3)) out[0] = batch();
  } while (core::elems(out) > most);
  if (rank > 0 && one_in(100)) out[static_cast<int>(between(0, rank - 1))] = 0;
  return out;
}

std::vector<int64_t> Random::list(size_t count, int64_t low, int64_t high) {
  std::vector<int64_t> out;
  for (size_t i = 0; i < count; ++i) out.push_back(between(low, high));
  return out;
}

DataType Random::any_type() {
  return of({DataType::Float, DataType::Half, DataType::BF16, DataType::Int8, DataType::UInt8,
             DataType::Int32, DataType::Int64, DataType::Bool});
}

Storage Random::storage(DataType dtype, const Dims& dims) {
  Storage out{dtype};
  if (dims.rank() < 3 || dims.rank() > 5) return out;
  out.layout = of({Layout::Linear, Layout::Linear, Layout::ChannelsLast, Layout::ChannelsLast});
  return storage_like(out, dtype, dims);
}

Storage Random::storage_like(const Storage& other, DataType dtype, const Dims& dims) {
  Storage out{dtype, other.layout, 0};
  if (out.layout == Layout::ChannelsLast && one_in(4)) out.pitch = dims[1] + between(1, 20);
  return out;
}

Dims Random::repeating(const Dims& dims, bool same_rank) {
  Dims out;
  const int skip = same_rank || !one_in(3) ? 0 : static_cast<int>(between(0, dims.rank()));
  const int64_t kind = between(0, 3);
  for (int d = skip; d < dims.rank(); ++d) {
    const bool keeps = kind == 0 || (kind == 1 ? d == 1 : kind == 2 ? one_in(2) : false);
    out.push_back(keeps ? dims[d] : 1);
  }
  return out;
}

TacticCase begin(Random& random, const char* op, const AttributeList& attributes) {
  TacticCase problem(op, attributes);
  problem.seed(random.seed()).threads(static_cast<int>(random.between(1, 3)));
  return problem;
}

void add_moved(TacticCase& problem, const Dims& dims, Storage storage) {
  problem.input(dims, storage);
  if (storage.dtype == DataType::Bool)
    problem.integers(0, 1);
  else if (storage.dtype == DataType::UInt8)
    problem.integers(0, 200);
  else if (core::is_integer(storage.dtype))
    problem.integers(-100, 100);
}

Dims output_dims(const char* op, const AttributeList& attributes, const std::vector<Dims>& inputs) {
  const ops::OpDefinition& definition = ops::get_op(op);
  std::vector<ops::TensorType> types, outputs;
  for (const Dims& dims : inputs) types.push_back({DataType::Float, dims});
  const std::vector<ops::HostValue> host(inputs.size());
  ops::infer(definition, ops::complete_attributes(definition, attributes), types, host, outputs);
  return outputs[0].dims;
}

double rounding(DataType dtype) {
  return dtype == DataType::Half ? 0x1p-11 : dtype == DataType::BF16 ? 0x1p-8 : 0x1p-24;
}

namespace {

/// Appends one operation on register x; gives the register of the result.
int append_link(Random& random, PointwiseProgram& program, int x, int operands) {
  using Op = PointwiseOpcode;
  const auto constant = [&] {
    return program.append(Op::Constant, -1, -1, -1, random.real(-1.5f, 1.5f));
  };
  const auto other = [&] {
    return operands > 0 && random.one_in(2) ? static_cast<int>(random.between(1, operands))
                                            : constant();
  };
  const float low = random.real(-1, 0), high = random.real(0, 3);
  switch (random.between(0, 19)) {
    case 0:
    case 1:
      return program.append(Op::Relu, x);
    case 2:
      return program.append(Op::Clip, x, -1, -1, low, high);
    case 3:
      return program.append(Op::LeakyRelu, x, -1, -1, random.real(0, 0.5f));
    case 4:
      return program.append(Op::Sigmoid, x);
    case 5:
      return program.append(Op::Tanh, x);
    case 6:
      return program.append(Op::Elu, x, -1, -1, high);
    case 7:
      return program.append(Op::HardSigmoid, x, -1, -1, 0.2f, 0.5f);
    case 8:
      return program.append(Op::Prod, x, program.append(Op::Sigmoid, x));
    case 9:
      return program.append(Op::Prod, x,
                            program.append(Op::HardSigmoid, x, -1, -1, 1.0f / 6, 0.5f));
    case 10:
      return program.append(Op::GeluErf, x);
    case 11:
      return program.append(Op::GeluTanh, x);
    case 12:
      return program.append(Op::Sum, x, other());
    case 13:
      return program.append(Op::Prod, x, other());
    case 14:
      return random.one_in(2) ? program.append(Op::Max, x, other())
                              : program.append(Op::Max, other(), x);
    case 15:
      return random.one_in(2) ? program.append(Op::Min, x, other())
                              : program.append(Op::Min, other(), x);
    case 16:
      return random.one_in(2) ? program.append(Op::Sub, x, other())
                              : program.append(Op::Sub, other(), x);
    case 17:
      return program.append(Op::Exp, program.append(Op::Clip, x, -1, -1, -2, 2));
    case 18:
      return program.append(Op::Abs, x);
    default:
      return program.append(Op::Softplus, x, -1, -1, 1, 1);
  }
}

}  // namespace

std::string random_epilogue(Random& random, int operands) {
  PointwiseProgram program;
  program.num_inputs = 1 + operands;
  int x = 0;
  // Each operand is used, as a residual or otherwise.
  for (int i = 1; i <= operands; ++i)
    x = program.append(random.of({PointwiseOpcode::Sum, PointwiseOpcode::Sum, PointwiseOpcode::Prod,
                                  PointwiseOpcode::Max}),
                       x, i);
  if (random.one_in(2)) {
    switch (random.between(0, 4)) {
      case 0:
        x = program.append(PointwiseOpcode::Relu, x);
        break;
      case 1:
        x = program.append(PointwiseOpcode::Clip, x, -1, -1, 0, 6);
        break;
      case 2:
        x = program.append(PointwiseOpcode::Prod, x, program.append(PointwiseOpcode::Sigmoid, x));
        break;
      case 3:
        x = program.append(PointwiseOpcode::Prod, x,
                           program.append(PointwiseOpcode::HardSigmoid, x, -1, -1, 1.0f / 6, 0.5f));
        break;
      default:
        break;
    }
  } else {
    for (int64_t i = random.between(1, 3); i > 0; --i)
      x = append_link(random, program, x, operands);
  }
  program.output = x;
  return program.to_text();
}

double slope_of(const std::string& text, double magnitude) {
  if (text.empty()) return 1;
  const auto program = PointwiseProgram::parse(text);
  constexpr int kSteps = 256;
  const double step = 2 * magnitude / kSteps;
  std::vector<double> inputs(static_cast<size_t>(program.num_inputs));
  std::vector<double> registers(static_cast<size_t>(program.num_registers()));
  double steepest = 1;
  // The other inputs through -1, 0 and 1, each with each.
  const auto combinations = static_cast<int>(std::lround(std::pow(3, program.num_inputs - 1)));
  for (int combination = 0; combination < combinations; ++combination) {
    for (int i = 1, rest = combination; i < program.num_inputs; ++i, rest /= 3)
      inputs[static_cast<size_t>(i)] = rest % 3 - 1;
    double before = 0;
    for (int i = 0; i <= kSteps; ++i) {
      inputs[0] = i * step - magnitude;
      const double value = ops::evaluate(program, inputs.data(), registers.data());
      if (i > 0) steepest = std::max(steepest, std::abs(value - before) / step);
      before = value;
    }
  }
  return steepest;
}

Generator find_generator(std::string_view op) {
  static const std::vector<NamedGenerator> all = [] {
    std::vector<NamedGenerator> out;
    for (const auto& part : {convolution_generators(), product_generators(), quantized_generators(),
                             pointwise_generators(), reduction_generators(), movement_generators(),
                             index_generators(), recurrent_generators(), region_generators(),
                             table_generators(), signal_generators(), transformer_generators()})
      out.insert(out.end(), part.begin(), part.end());
    return out;
  }();
  for (const NamedGenerator& named : all)
    if (op == named.op) return named.generator;
  return nullptr;
}

}  // namespace trtlike::test
