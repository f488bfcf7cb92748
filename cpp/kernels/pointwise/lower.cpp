// One function an op: its program and its operands.
#include "kernels/pointwise/lower.h"

namespace trtlike::kernels::pointwise {
namespace {

using ops::PointwiseOpcode;
using ops::PointwiseProgram;

/// Collects inputs as operands, and reasons why not.
class Lowering {
 public:
  Lowering(const Problem& problem, std::string& refusal) : problem_(problem), refusal_(refusal) {}

  std::optional<Lowered> lower() {
    const std::string_view op = problem_.op->name;
    if (op == "PointWise") return lower_pointwise();
    if (op == "Activation") return lower_unary(activation());
    if (op == "Unary") return lower_unary({unary_opcode(), 0, -1, -1, 0, 0});
    if (op == "ElementWise") return lower_elementwise();
    if (op == "Cast") return lower_cast();
    if (op == "Select") return lower_select();
    if (op == "ParametricReLU") return lower_parametric_relu();
    if (op == "Scale") return lower_scale();
    if (op == "Quantize" || op == "Dequantize") return lower_quantization(op == "Quantize");
    return refuse("needs an element-wise op");
  }

 private:
  std::nullopt_t refuse(std::string reason) {
    refusal_ = std::move(reason);
    return std::nullopt;
  }
  std::nullopt_t refuse_type(const char* needs, size_t input) {
    return refuse(
        core::str("needs ", needs, ", got ", core::dtype_short_name(problem_.inputs[input].dtype)));
  }
  bool is_float(size_t input) const { return core::is_float(problem_.inputs[input].dtype); }
  bool is_bool(size_t input) const { return problem_.inputs[input].dtype == DataType::Bool; }

  /// The next program input; gives its register.
  int add(size_t input) { return add(input, problem_.inputs[input].dims); }
  int add(size_t input, const Dims& dims) {
    out_.inputs.push_back(input);
    out_.operands.push_back(problem_.inputs[input]);
    out_.operands.back().dims = dims;
    return out_.program.num_inputs++;
  }
  std::optional<Lowered> finish(int output) {
    out_.program.output = output;
    return std::move(out_);
  }

  ops::PointwiseInstruction activation() const {
    return {ops::to_opcode(problem_.attributes->get_enum<ops::ActivationType>("type")),
            0,
            -1,
            -1,
            static_cast<float>(problem_.attributes->get_float("alpha")),
            static_cast<float>(problem_.attributes->get_float("beta"))};
  }
  PointwiseOpcode unary_opcode() const {
    return ops::to_opcode(problem_.attributes->get_enum<ops::UnaryOperation>("op"));
  }

  std::optional<Lowered> lower_pointwise() {
    for (size_t i = 0; i < problem_.inputs.size(); ++i) add(i);
    out_.program = PointwiseProgram::parse(problem_.attributes->get_string("program"));
    return std::move(out_);
  }

  std::optional<Lowered> lower_unary(ops::PointwiseInstruction instruction) {
    const bool logic = instruction.op == PointwiseOpcode::Not && is_bool(0);
    if (!is_float(0) && !logic) return refuse_type("a floating-point type", 0);
    add(0);
    out_.program.instructions.push_back(instruction);
    return finish(1);
  }

  std::optional<Lowered> lower_elementwise() {
    if (!is_float(0) && !is_bool(0)) return refuse_type("a floating-point type or b8", 0);
    const int a = add(0), b = add(1);
    const auto op = problem_.attributes->get_enum<ops::ElementWiseOperation>("op");
    return finish(out_.program.append(ops::to_opcode(op), a, b));
  }

  std::optional<Lowered> lower_cast() {
    const DataType from = problem_.inputs[0].dtype, to = problem_.outputs[0].dtype;
    if (!is_float(0) && !core::is_float(to))
      return refuse(core::str("needs a floating-point type on one side, got ",
                              core::dtype_short_name(from), " and ", core::dtype_short_name(to)));
    return finish(add(0));
  }

  std::optional<Lowered> lower_select() {
    if (!is_float(1) && !is_bool(1)) return refuse_type("a floating-point type or b8", 1);
    const int condition = add(0), yes = add(1), no = add(2);
    return finish(out_.program.append(PointwiseOpcode::Select, condition, yes, no));
  }

  std::optional<Lowered> lower_parametric_relu() {
    const int x = add(0), slope = add(1);
    PointwiseProgram& program = out_.program;
    const int zero = program.append(PointwiseOpcode::Constant, -1, -1, -1, 0);
    const int negative = program.append(PointwiseOpcode::Less, x, zero);
    const int scaled = program.append(PointwiseOpcode::Prod, x, slope);
    return finish(program.append(PointwiseOpcode::Select, negative, scaled, x));
  }

  /// (x * scale + shift) ^ power; the factors are inputs 2, 1 and 3.
  std::optional<Lowered> lower_scale() {
    const TensorDesc& x = problem_.inputs[0];
    const auto mode = problem_.attributes->get_enum<ops::ScaleMode>("mode");
    Dims dims = Dims::filled(x.dims.rank(), 1);
    if (mode != ops::ScaleMode::Uniform) {
      const int axis = core::normalize_axis(problem_.attributes->get_int("channel_axis"),
                                            x.dims.rank(), "channel_axis");
      for (int i = axis; i < x.dims.rank(); ++i)
        if (mode == ops::ScaleMode::ElementWise || i == axis) dims[i] = x.dims[i];
    }
    const int input = add(0);
    constexpr struct {
      size_t input;
      PointwiseOpcode op;
    } kSteps[] = {{2, PointwiseOpcode::Prod}, {1, PointwiseOpcode::Sum}, {3, PointwiseOpcode::Pow}};
    int factors[4] = {};
    for (const auto& step : kSteps)
      if (problem_.has_input(step.input)) factors[step.input] = add_linear(step.input, dims);
    int value = input;
    for (const auto& step : kSteps)
      if (problem_.has_input(step.input))
        value = out_.program.append(step.op, value, factors[step.input]);
    return finish(value);
  }

  /// Weights of any rank as a dense tensor of extents `dims`.
  int add_linear(size_t input, const Dims& dims) {
    const int index = add(input, dims);
    out_.operands.back().layout = Layout::Linear;
    out_.operands.back().pitch = 0;
    return index;
  }

  /// The extents of a scale in the input's rank; nothing for blocks.
  std::optional<Dims> scale_dims() const {
    const Dims &x = problem_.inputs[0].dims, &scale = problem_.inputs[1].dims;
    Dims dims = Dims::filled(x.rank(), 1);
    if (core::elems(scale) == 1) return dims;
    if (scale.rank() != 1) return std::nullopt;
    dims[core::normalize_axis(problem_.attributes->get_int("axis"), x.rank(), "axis")] = scale[0];
    return dims;
  }

  std::optional<Lowered> lower_quantization(bool quantizes) {
    const std::optional<Dims> dims = scale_dims();
    if (!dims) return refuse("needs scales for the tensor or an axis, got blocks");
    const DataType stored = quantizes ? problem_.outputs[0].dtype : problem_.inputs[0].dtype;
    if (stored != DataType::Int8 && stored != DataType::UInt8)
      return refuse(core::str("needs s8 or u8, got ", core::dtype_short_name(stored)));
    const int x = add(0), scale = add_linear(1, *dims);
    const int zero = problem_.has_input(2) ? add_linear(2, *dims) : -1;
    PointwiseProgram& program = out_.program;
    if (!quantizes) {
      const int shifted = zero < 0 ? x : program.append(PointwiseOpcode::Sub, x, zero);
      return finish(program.append(PointwiseOpcode::Prod, shifted, scale));
    }
    const int quotient = program.append(PointwiseOpcode::Div, x, scale);
    const int rounded = program.append(PointwiseOpcode::Round, quotient);
    return finish(zero < 0 ? rounded : program.append(PointwiseOpcode::Sum, rounded, zero));
  }

  const Problem& problem_;
  std::string& refusal_;
  Lowered out_;
};

}  // namespace

std::optional<Lowered> lower(const Problem& problem, std::string& refusal) {
  return Lowering(problem, refusal).lower();
}

}  // namespace trtlike::kernels::pointwise
