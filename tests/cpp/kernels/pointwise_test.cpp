// The pointwise tactics of every instruction set against the ops' references: sizes around the
// vector width, kinds of broadcasting, layouts, pitch, in place, element types; and the elementary
// functions against double precision.
#include "kernels/pointwise/pointwise.h"

#include <cmath>

#include "ops/pointwise/pointwise_program.h"
#include "support/pointwise_case.h"

namespace trtlike::kernels {
namespace {

using test::expect_close;
using test::LaidOut;
using test::random_tensor;
using test::run_tactic;
using test::Tensor;

constexpr auto kFloat = DataType::Float;

std::vector<const Tactic*> tactics(const char* op) {
  std::vector<const Tactic*> out;
  for (const Tactic* tactic : tactics_for(op))
    if (std::string_view(tactic->name).starts_with("pointwise") &&
        tactic->name != std::string_view("pointwise_integer_portable") &&
        tactic->needs <= core::cpu_isa())
      out.push_back(tactic);
  return out;
}

/// All tactics of the op against its reference.
void check(const char* op, const std::vector<LaidOut>& inputs,
           const test::AttributeList& attributes, Layout layout = Layout::Linear, int64_t pitch = 0,
           double absolute = 1e-6, double relative = 1e-6, int threads = 1) {
  std::vector<Tensor> tensors;
  for (const LaidOut& input : inputs) tensors.push_back(input.tensor);
  const Tensor want = test::run_op(op, tensors, attributes);
  const TensorDesc desc{want.dtype, want.dims, layout, pitch};
  for (const Tactic* tactic : tactics(op)) {
    const std::string what = std::string(op) + " " + tactic->name + " " + desc.to_string();
    expect_close(run_tactic(op, *tactic, inputs, desc, attributes, threads), want, absolute,
                 relative, what);
    const bool same = !inputs.empty() && inputs[0].desc() == desc;
    if (same)
      expect_close(run_tactic(op, *tactic, inputs, desc, attributes, threads, true), want, absolute,
                   relative, what + " in place");
  }
}

test::AttributeList program(const char* text) { return {{"program", std::string(text)}}; }

constexpr const char* kChain =
    "in 3; v3 = sum v0 v1; v4 = prod v3 v2; v5 = sigmoid v4; v6 = prod v4 v5; v7 = sub v6 v0; out "
    "v7";

TEST(Pointwise, sizes_around_the_vector_width) {
  for (const int64_t n :
       {1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 255, 257, 1023, 1025, 4097, 20000})
    check("PointWise",
          {{random_tensor(kFloat, {n}, 1)},
           {random_tensor(kFloat, {n}, 2)},
           {random_tensor(kFloat, {n}, 3)}},
          program(kChain), Layout::Linear, 0, 4e-6, 4e-6, 4);
}

TEST(Pointwise, empty_output) {
  check("PointWise",
        {{random_tensor(kFloat, {0, 3}, 1)},
         {random_tensor(kFloat, {1, 3}, 2)},
         {random_tensor(kFloat, {1, 1}, 3)}},
        program(kChain));
}

TEST(Pointwise, kinds_of_broadcasting) {
  const Dims full{2, 19, 5, 7};
  const std::vector<Dims> shapes = {{2, 19, 5, 7}, {1, 1, 1, 1}, {1, 19, 1, 1}, {2, 19, 1, 1},
                                    {1, 1, 5, 7},  {2, 1, 5, 7}, {1, 1, 1, 7},  {1, 19, 5, 1},
                                    {2, 1, 1, 1},  {2, 1, 5, 1}};
  for (const Dims& b : shapes)
    for (const Dims& c : shapes)
      check("PointWise",
            {{random_tensor(kFloat, full, 1)},
             {random_tensor(kFloat, b, 2)},
             {random_tensor(kFloat, c, 3)}},
            program(kChain), Layout::Linear, 0, 4e-6, 4e-6);
  check("PointWise",
        {{random_tensor(kFloat, {1, 19, 1, 7}, 1)},
         {random_tensor(kFloat, {2, 1, 5, 1}, 2)},
         {random_tensor(kFloat, {1, 1, 1, 1}, 3)}},
        program(kChain), Layout::Linear, 0, 4e-6, 4e-6);
}

TEST(Pointwise, long_rows_are_cut_into_slices) {
  for (const Dims& b : {Dims{3, 1, 1}, Dims{1, 1, 9000}, Dims{3, 1, 9000}})
    check("ElementWise", {{random_tensor(kFloat, {3, 2, 9000}, 1)}, {random_tensor(kFloat, b, 2)}},
          {{"op", int64_t{1}}}, Layout::Linear, 0, 0, 1e-7, 8);
}

TEST(Pointwise, layouts_and_pitch) {
  for (const int64_t channels : {1, 16, 24, 48, 300}) {
    const Dims dims{2, channels, 5, 6};
    for (const Dims& b : {dims, Dims{1, channels, 1, 1}, Dims{2, channels, 1, 1}, Dims{2, 1, 5, 6},
                          Dims{1, 1, 1, 1}}) {
      const Tensor x = random_tensor(kFloat, dims, 1), y = random_tensor(kFloat, b, 2),
                   z = random_tensor(kFloat, dims, 3);
      const auto last = Layout::ChannelsLast;
      check("PointWise", {{x, last}, {y, last}, {z, last}}, program(kChain), last, 0, 4e-6, 4e-6);
      check("PointWise", {{x, last, channels + 5}, {y, last}, {z, last}}, program(kChain), last, 0,
            4e-6, 4e-6);
      check("PointWise", {{x, last, channels + 5}, {y, last}, {z, last, channels + 64}},
            program(kChain), last, channels + 5, 4e-6, 4e-6);
    }
  }
}

TEST(Pointwise, element_types_in_and_out) {
  const DataType types[] = {kFloat,          DataType::Half,  DataType::BF16,  DataType::Int8,
                            DataType::UInt8, DataType::Int32, DataType::Int64, DataType::Bool};
  for (const DataType from : types)
    for (const DataType to : types)
      for (const int64_t n : {1, 17, 100}) {
        const test::AttributeList attributes = {
            {"program",
             std::string("in 2; v2 = constant 2; v3 = prod v0 v2; v4 = sum v3 v1; out v4")},
            {"output_dtypes", std::vector<int64_t>{static_cast<int64_t>(to)}}};
        check("PointWise",
              {{random_tensor(from, {3, n}, 1, 0, 50)}, {random_tensor(from, {1, 1}, 2, 0, 9)}},
              attributes, Layout::Linear, 0,
              to == DataType::Bool || core::is_integer(to) ? 0 : 1e-5,
              to == DataType::BF16   ? 1e-2
              : to == DataType::Half ? 1e-3
                                     : 0);
      }
}

TEST(Pointwise, stores_saturate) {
  const Tensor x(kFloat, {8}, {1e10, -1e10, NAN, 1.9, -1.9, 300, -300, 1e20});
  for (const DataType to : {DataType::Int8, DataType::UInt8, DataType::Int32, DataType::Int64})
    check("Cast", {{x}}, {{"to_type", static_cast<int64_t>(to)}}, Layout::Linear, 0, 0, 0);
}

TEST(Pointwise, every_instruction) {
  using ops::PointwiseOpcode;
  for (int i = 0; i < ops::kNumPointwiseOpcodes; ++i) {
    const auto op = static_cast<PointwiseOpcode>(i);
    const int operands = ops::opcode_info(op).num_operands;
    const bool positive =
        op == PointwiseOpcode::Log || op == PointwiseOpcode::Sqrt || op == PointwiseOpcode::Pow;
    const bool unit =
        op == PointwiseOpcode::Asin || op == PointwiseOpcode::Acos || op == PointwiseOpcode::Atanh;
    const double low = op == PointwiseOpcode::Acosh ? 1 : positive ? 0.1 : unit ? -0.99 : -4;
    const double high = unit ? 0.99 : 4;
    for (int variant = 0; variant < 8; ++variant) {
      ops::PointwiseProgram program{.num_inputs = 3};
      program.output = program.append(op, operands > 0 ? 0 : -1, operands > 1 ? 1 : -1,
                                      operands > 2 ? 2 : -1, 0.3f, 0.7f);
      std::vector<LaidOut> inputs;
      for (int k = 0; k < 3; ++k) {
        const bool one = ((variant >> k) & 1) != 0;
        inputs.push_back(
            {random_tensor(kFloat, {one ? 1 : 67}, static_cast<uint32_t>(k + 5), low, high)});
      }
      if (variant == 7) inputs[0] = {random_tensor(kFloat, {3}, 9, low, high)};
      check("PointWise", inputs, {{"program", program.to_text()}}, Layout::Linear, 0, 1e-6, 2e-6);
    }
  }
}

TEST(Pointwise, joined_instructions) {
  for (const char* text : {"in 1; v1 = sigmoid v0; v2 = prod v0 v1; out v2",
                           "in 1; v1 = sigmoid v0; v2 = prod v1 v0; out v2",
                           "in 1; v1 = hard_sigmoid v0 0.2 0.5; v2 = prod v0 v1; out v2",
                           "in 1; v1 = sigmoid v0; v2 = prod v0 v1; v3 = sum v2 v1; out v3",
                           "in 1; v1 = constant 2; v2 = pow v0 v1; out v2",
                           "in 1; v1 = constant 3; v2 = pow v0 v1; out v2",
                           "in 1; v1 = constant 1; v2 = pow v0 v1; out v2",
                           "in 1; v1 = constant -1; v2 = pow v0 v1; out v2",
                           "in 1; v1 = abs v0; v2 = constant 0.5; v3 = pow v1 v2; out v3",
                           "in 1; v1 = constant 3; v2 = prod v0 v1; v3 = sum v2 v0; out v3",
                           "in 1; v1 = constant 3; v2 = prod v0 v1; v3 = sum v2 v2; out v3",
                           "in 1; v1 = sigmoid v0; v2 = prod v0 v1; v3 = sum v0 v2; out v3",
                           "in 1; v1 = relu v0; v2 = constant 5; out v2", "in 1; out v0"})
    check("PointWise", {{random_tensor(kFloat, {1000}, 4)}}, program(text), Layout::Linear, 0, 2e-6,
          2e-6);
}

TEST(Pointwise, nan_and_infinity_as_the_reference) {
  const std::vector<double> values = {NAN, INFINITY, -INFINITY, 0.0,  -0.0,
                                      1,   -1,       1e-40,     3e38, -3e38};
  const int64_t n = static_cast<int64_t>(values.size());
  for (int i = 0; i < ops::kNumPointwiseOpcodes; ++i) {
    const auto op = static_cast<ops::PointwiseOpcode>(i);
    // 1e-40 / -3e38 is -0 in float and below 0 in double, and so are their floors.
    if (op == ops::PointwiseOpcode::FloorDiv) continue;
    const int operands = ops::opcode_info(op).num_operands;
    ops::PointwiseProgram program{.num_inputs = 2};
    program.output = program.append(op, operands > 0 ? 0 : -1, operands > 1 ? 1 : -1,
                                    operands > 2 ? 1 : -1, 0.5f, 0.7f);
    check("PointWise", {{Tensor(kFloat, {n, 1}, values)}, {Tensor(kFloat, {1, n}, values)}},
          {{"program", program.to_text()}}, Layout::Linear, 0, 1e-6, 2e-6);
  }
}

TEST(Pointwise, plain_ops) {
  const Tensor x = random_tensor(kFloat, {2, 5, 3, 4}, 1);
  check("Activation", {{x}}, {{"type", int64_t{8}}, {"alpha", 0.0}, {"beta", 3.0}});
  check("Unary", {{x}}, {{"op", int64_t{0}}});
  check("Unary", {{random_tensor(DataType::Bool, {40}, 1)}}, {{"op", int64_t{20}}});
  check("ElementWise",
        {{random_tensor(DataType::Bool, {4, 5}, 1)}, {random_tensor(DataType::Bool, {1, 5}, 2)}},
        {{"op", int64_t{10}}});
  check("ElementWise", {{x}, {random_tensor(kFloat, {1, 5, 1, 1}, 2)}}, {{"op", int64_t{13}}});
  check("Select",
        {{random_tensor(DataType::Bool, {2, 1, 3, 4}, 1)},
         {x},
         {random_tensor(kFloat, {1, 1, 1, 1}, 2)}},
        {});
  check("ParametricReLU", {{x}, {random_tensor(kFloat, {1, 5, 1, 1}, 2)}}, {});
  check("ParametricReLU", {{x, Layout::ChannelsLast}, {random_tensor(kFloat, {1, 5, 1, 1}, 2)}}, {},
        Layout::ChannelsLast);
  check("Scale", {{x}, {random_tensor(kFloat, {5}, 2)}, {random_tensor(kFloat, {5}, 3)}},
        {{"mode", int64_t{1}}});
  check(
      "Scale",
      {{x, Layout::ChannelsLast}, {random_tensor(kFloat, {5}, 2)}, {random_tensor(kFloat, {5}, 3)}},
      {{"mode", int64_t{1}}}, Layout::ChannelsLast);
  check("Scale", {{x}, {random_tensor(kFloat, {60}, 2)}}, {{"mode", int64_t{2}}});
  const test::AttributeList to_u8 = {{"axis", int64_t{1}}, {"to_type", int64_t{5}}};
  check("Quantize",
        {{x},
         {random_tensor(kFloat, {5}, 2, 0.01, 0.1)},
         {random_tensor(DataType::UInt8, {5}, 3, 100, 150)}},
        to_u8, Layout::Linear, 0, 0, 0);
  check("Dequantize",
        {{random_tensor(DataType::Int8, {2, 5, 3}, 1, -128, 127)},
         {random_tensor(kFloat, {}, 2, 0.01, 0.1)}},
        {});
}

TEST(Pointwise, refusals) {
  const Tactic& elementwise = *find_tactic("ElementWise", "pointwise_portable");
  const Tensor ints = random_tensor(DataType::Int8, {4}, 1);
  EXPECT_EQ(
      test::refusal_of("ElementWise", elementwise, {{ints}, {ints}}, {DataType::Int8, {4}}, {}),
      "needs a floating-point type or b8, got s8");
  const Tactic& activation = *find_tactic("Activation", "pointwise_portable");
  const Tensor odd = random_tensor(kFloat, {1, 5, 2, 2}, 1);
  EXPECT_EQ(test::refusal_of("Activation", activation, {{odd}},
                             {kFloat, {1, 5, 2, 2}, Layout::ChannelsLast}, {}),
            "needs operands that follow f32[1, 5, 2, 2] channels_last, got f32[1, 5, 2, 2]");
}

/// One unit in the last place of a float near `exact`.
double ulp(double exact) {
  const auto f = static_cast<float>(std::abs(exact));
  return std::max<double>(std::nextafter(f, INFINITY) - f, 0x1p-149);
}

TEST(Pointwise, elementary_functions_are_within_their_stated_error) {
  struct Case {
    const char* op;
    double (*exact)(double);
    double low, high, ulps;
  };
  const Case cases[] = {
      {"exp", [](double x) { return std::exp(x); }, -87, 88.7, 1},
      {"log", [](double x) { return std::log(x); }, 1e-40, 3e38, 1},
      {"sigmoid", [](double x) { return 1 / (1 + std::exp(-x)); }, -87, 88, 2.5},
      {"tanh", [](double x) { return std::tanh(x); }, -20, 20, 3},
      {"erf", [](double x) { return std::erf(x); }, -20, 20, 1.5},
      {"elu", [](double x) { return x < 0 ? std::expm1(x) : x; }, -200, 1, 2},
      {"softplus", [](double x) { return x > 40 ? x : std::log1p(std::exp(x)); }, -80, 100, 2},
  };
  for (const Case& c : cases) {
    std::vector<double> x;
    // Steps through the bit patterns, so that every magnitude is there.
    for (uint32_t bits = 0; bits < 0xff800000u - 40000; bits += 39119) {
      const auto v = static_cast<double>(std::bit_cast<float>(bits));
      if (v >= c.low && v <= c.high) x.push_back(v);
    }
    const Tensor in(kFloat, {static_cast<int64_t>(x.size())}, x);
    ops::PointwiseProgram program =
        ops::PointwiseProgram::parse(std::string("in 1; v1 = ") + c.op + " v0" +
                                     (std::string_view(c.op) == "elu"        ? " 1"
                                      : std::string_view(c.op) == "softplus" ? " 1 1"
                                                                             : "") +
                                     "; out v1");
    for (const Tactic* tactic : tactics("PointWise")) {
      const Tensor got = run_tactic("PointWise", *tactic, {{in}}, {kFloat, in.dims},
                                    {{"program", program.to_text()}});
      for (int64_t i = 0; i < core::elems(in.dims); ++i) {
        const double want = c.exact(x[static_cast<size_t>(i)]);
        ASSERT_LE(std::abs(got.view().at(i) - want), c.ulps * ulp(want))
            << c.op << " " << tactic->name << " of " << x[static_cast<size_t>(i)];
      }
    }
  }
}

constexpr const char* kMish = "in 1; v1 = softplus v0 1 1; v2 = tanh v1; v3 = prod v0 v2; out v3";

TEST(Pointwise, sine_and_gates_are_within_their_stated_error) {
  struct Case {
    const char* op;
    double (*exact)(double);
    double range, absolute;
  };
  const Case cases[] = {
      {"sin", [](double x) { return std::sin(x); }, 8192, 1e-7},
      {"cos", [](double x) { return std::cos(x); }, 8192, 1e-7},
      {"sin", [](double x) { return std::sin(x); }, 1e9, 1e-7},
      {"gelu_erf", [](double x) { return 0.5 * x * std::erfc(-x * 0.7071067811865476); }, 10, 1e-7},
      {"gelu_tanh",
       [](double x) {
         return 0.5 * x * (1 + std::tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)));
       },
       10, 1.2e-7},
      {"silu", [](double x) { return x / (1 + std::exp(-x)); }, 1, 1.2e-7},
      {"silu", [](double x) { return x / (1 + std::exp(-x)); }, 20, 1.2e-7},
      {"silu", [](double x) { return x / (1 + std::exp(-x)); }, 1e6, 1.2e-7},
      {"mish", [](double x) { return x * std::tanh(std::log1p(std::exp(x))); }, 1, 1.5e-7},
      {"mish", [](double x) { return x * std::tanh(std::log1p(std::exp(x))); }, 20, 1.5e-7},
      {"mish", [](double x) { return x * std::tanh(std::log1p(std::exp(x))); }, 600, 1.5e-7},
  };
  for (const Case& c : cases) {
    const Tensor in = random_tensor(kFloat, {20001}, 3, -c.range, c.range);
    const bool silu = std::string_view(c.op) == "silu", mish = std::string_view(c.op) == "mish";
    const std::string text = silu   ? "in 1; v1 = sigmoid v0; v2 = prod v0 v1; out v2"
                             : mish ? kMish
                                    : std::string("in 1; v1 = ") + c.op + " v0; out v1";
    const bool relative = silu || mish || std::string_view(c.op).starts_with("gelu");
    for (const Tactic* tactic : tactics("PointWise")) {
      const Tensor got =
          run_tactic("PointWise", *tactic, {{in}}, {kFloat, in.dims}, {{"program", text}});
      for (int64_t i = 0; i < core::elems(in.dims); ++i) {
        const double x = in.view().at(i);
        ASSERT_LE(std::abs(got.view().at(i) - c.exact(x)),
                  c.absolute * (relative ? std::max(1.0, std::abs(x)) : 1))
            << c.op << " " << tactic->name << " of " << x;
      }
    }
  }
}

TEST(Pointwise, gelu_far_from_zero_and_of_what_is_no_number) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const Tensor in(kFloat, {6}, {kInfinity, -kInfinity, std::nan(""), -200, -3e38, 3e38});
  for (const Tactic* tactic : tactics("PointWise")) {
    const Tensor got = run_tactic("PointWise", *tactic, {{in}}, {kFloat, in.dims},
                                  {{"program", std::string("in 1; v1 = gelu_erf v0; out v1")}});
    EXPECT_EQ(got.view().at(0), kInfinity) << tactic->name;
    EXPECT_TRUE(std::isnan(got.view().at(1))) << tactic->name;
    EXPECT_TRUE(std::isnan(got.view().at(2))) << tactic->name;
    EXPECT_NEAR(got.view().at(3), 0, 1e-30) << tactic->name;
    EXPECT_NEAR(got.view().at(4), 0, 1e-30) << tactic->name;
    EXPECT_EQ(got.view().at(5), static_cast<double>(3e38f)) << tactic->name;
  }
}

TEST(Pointwise, silu_and_mish_of_what_is_no_number) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const Tensor in(kFloat, {5}, {kInfinity, -kInfinity, std::nan(""), -200, 3e38});
  for (const char* text : {"in 1; v1 = sigmoid v0; v2 = prod v0 v1; out v2", kMish})
    for (const Tactic* tactic : tactics("PointWise")) {
      const Tensor got = run_tactic("PointWise", *tactic, {{in}}, {kFloat, in.dims},
                                    {{"program", std::string(text)}});
      EXPECT_EQ(got.view().at(0), kInfinity) << tactic->name;
      EXPECT_TRUE(std::isnan(got.view().at(1))) << tactic->name;
      EXPECT_TRUE(std::isnan(got.view().at(2))) << tactic->name;
      EXPECT_NEAR(got.view().at(3), 0, 1e-38) << tactic->name;
      EXPECT_EQ(got.view().at(4), static_cast<double>(3e38f)) << tactic->name;
    }
}

}  // namespace
}  // namespace trtlike::kernels
