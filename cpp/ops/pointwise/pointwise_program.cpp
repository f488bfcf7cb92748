// Pointwise programs as text, and their validation.
#include "ops/pointwise/pointwise_program.h"

#include <array>
#include <charconv>
#include <unordered_map>

#include "core/check.h"

namespace trtlike::ops {
namespace {

constexpr int kMaxInputs = 64;
constexpr size_t kMaxInstructions = 1024;

constexpr std::array<PointwiseOpcodeInfo, kNumPointwiseOpcodes> kInfo = {{
    {"relu", 1, 0},       {"sigmoid", 1, 0},      {"tanh", 1, 0},        {"leaky_relu", 1, 1},
    {"elu", 1, 1},        {"selu", 1, 2},         {"softsign", 1, 0},    {"softplus", 1, 2},
    {"clip", 1, 2},       {"hard_sigmoid", 1, 2}, {"scaled_tanh", 1, 2}, {"thresholded_relu", 1, 1},
    {"gelu_erf", 1, 0},   {"gelu_tanh", 1, 0},    {"sum", 2, 0},         {"prod", 2, 0},
    {"max", 2, 0},        {"min", 2, 0},          {"sub", 2, 0},         {"div", 2, 0},
    {"pow", 2, 0},        {"floor_div", 2, 0},    {"and", 2, 0},         {"or", 2, 0},
    {"xor", 2, 0},        {"equal", 2, 0},        {"greater", 2, 0},     {"less", 2, 0},
    {"exp", 1, 0},        {"log", 1, 0},          {"sqrt", 1, 0},        {"recip", 1, 0},
    {"abs", 1, 0},        {"neg", 1, 0},          {"sin", 1, 0},         {"cos", 1, 0},
    {"tan", 1, 0},        {"sinh", 1, 0},         {"cosh", 1, 0},        {"asin", 1, 0},
    {"acos", 1, 0},       {"atan", 1, 0},         {"asinh", 1, 0},       {"acosh", 1, 0},
    {"atanh", 1, 0},      {"ceil", 1, 0},         {"floor", 1, 0},       {"erf", 1, 0},
    {"not", 1, 0},        {"sign", 1, 0},         {"round", 1, 0},       {"is_inf", 1, 0},
    {"is_nan", 1, 0},     {"constant", 0, 1},     {"select", 3, 0},      {"round_f16", 1, 0},
    {"round_bf16", 1, 0}, {"to_bool", 1, 0},      {"trunc", 1, 0},
}};

[[noreturn]] void fail(std::string_view statement, const char* expected, std::string_view got) {
  throw UserError(core::str("pointwise program, statement '", statement, "': expected ", expected,
                            ", got '", got, "'."));
}

void split(std::string_view text, char separator, std::vector<std::string_view>& parts) {
  parts.clear();
  while (!text.empty()) {
    const size_t end = std::min(text.find(separator), text.size());
    if (end > 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

template <typename T>
T parse_number(std::string_view statement, std::string_view word, const char* expected) {
  T value{};
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size()) fail(statement, expected, word);
  return value;
}

int parse_register(std::string_view statement, std::string_view word, int num_registers) {
  constexpr const char* kExpected = "a register that is defined before";
  if (word.size() < 2 || word[0] != 'v') fail(statement, kExpected, word);
  const int index = parse_number<int>(statement, word.substr(1), kExpected);
  if (index < 0 || index >= num_registers) fail(statement, kExpected, word);
  return index;
}

PointwiseOpcode parse_opcode(std::string_view statement, std::string_view word) {
  static const std::unordered_map<std::string_view, PointwiseOpcode> opcodes = [] {
    std::unordered_map<std::string_view, PointwiseOpcode> by_name;
    for (int i = 0; i < kNumPointwiseOpcodes; ++i)
      by_name[kInfo[static_cast<size_t>(i)].name] = static_cast<PointwiseOpcode>(i);
    return by_name;
  }();
  const auto found = opcodes.find(word);
  if (found == opcodes.end()) fail(statement, "the name of an operation", word);
  return found->second;
}

std::string register_name(int index) { return "v" + std::to_string(index); }

/// words: "v2" "=" "clip" "v0" "0" "6".
PointwiseInstruction parse_instruction(std::string_view statement,
                                       const std::vector<std::string_view>& words,
                                       int num_registers) {
  if (words.size() < 3 || words[1] != "=") fail(statement, "'vN = operation ...'", statement);
  if (words[0] != register_name(num_registers))
    fail(statement, core::str("the next register, v", num_registers).c_str(), words[0]);
  PointwiseInstruction instruction;
  instruction.op = parse_opcode(statement, words[2]);
  const PointwiseOpcodeInfo& info = opcode_info(instruction.op);
  const auto expected = static_cast<size_t>(3 + info.num_operands + info.num_parameters);
  if (words.size() != expected)
    fail(statement,
         core::str(info.num_operands, " registers and ", info.num_parameters, " numbers").c_str(),
         statement);
  int* const operands[] = {&instruction.a, &instruction.b, &instruction.c};
  float* const parameters[] = {&instruction.alpha, &instruction.beta};
  size_t at = 3;
  for (int i = 0; i < info.num_operands; ++i)
    *operands[i] = parse_register(statement, words[at++], num_registers);
  for (int i = 0; i < info.num_parameters; ++i)
    *parameters[i] = parse_number<float>(statement, words[at++], "a number");
  return instruction;
}

std::string number(float value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

}  // namespace

const PointwiseOpcodeInfo& opcode_info(PointwiseOpcode op) {
  return kInfo[static_cast<size_t>(op)];
}

PointwiseOpcode to_opcode(ActivationType type) { return static_cast<PointwiseOpcode>(type); }

PointwiseOpcode to_opcode(ElementWiseOperation op) {
  return static_cast<PointwiseOpcode>(static_cast<int>(PointwiseOpcode::Sum) +
                                      static_cast<int>(op));
}

PointwiseOpcode to_opcode(UnaryOperation op) {
  return static_cast<PointwiseOpcode>(static_cast<int>(PointwiseOpcode::Exp) +
                                      static_cast<int>(op));
}

int PointwiseProgram::append(PointwiseOpcode op, int a, int b, int c, float alpha, float beta) {
  instructions.push_back({op, a, b, c, alpha, beta});
  return num_registers() - 1;
}

std::string PointwiseProgram::to_text() const {
  std::string text = "in " + std::to_string(num_inputs);
  for (size_t i = 0; i < instructions.size(); ++i) {
    const PointwiseInstruction& instruction = instructions[i];
    const PointwiseOpcodeInfo& info = opcode_info(instruction.op);
    text += "; " + register_name(num_inputs + static_cast<int>(i)) + " = " + info.name;
    const int operands[] = {instruction.a, instruction.b, instruction.c};
    for (int j = 0; j < info.num_operands; ++j) text += " " + register_name(operands[j]);
    const float parameters[] = {instruction.alpha, instruction.beta};
    for (int j = 0; j < info.num_parameters; ++j) text += " " + number(parameters[j]);
  }
  return text + "; out " + register_name(output);
}

PointwiseProgram PointwiseProgram::parse(std::string_view text) {
  PointwiseProgram program;
  std::vector<std::string_view> statements, words;
  split(text, ';', statements);
  if (statements.size() < 2) fail(text, "'in N; ...; out vN'", text);
  if (statements.size() - 2 > kMaxInstructions)
    fail("...", "at most 1024 instructions", std::to_string(statements.size() - 2));
  for (size_t i = 0; i < statements.size(); ++i) {
    split(statements[i], ' ', words);
    if (i == 0) {
      if (words.size() != 2 || words[0] != "in") fail(statements[i], "'in N'", statements[i]);
      program.num_inputs = parse_number<int>(statements[i], words[1], "a number of inputs");
      if (program.num_inputs < 0 || program.num_inputs > kMaxInputs)
        fail(statements[i], "0 to 64 inputs", words[1]);
    } else if (i + 1 == statements.size()) {
      if (words.size() != 2 || words[0] != "out") fail(statements[i], "'out vN'", statements[i]);
      program.output = parse_register(statements[i], words[1], program.num_registers());
    } else {
      program.instructions.push_back(
          parse_instruction(statements[i], words, program.num_registers()));
    }
  }
  return program;
}

std::optional<PointwiseOpcode> rounding_to(DataType dtype) {
  if (dtype == DataType::Half) return PointwiseOpcode::RoundF16;
  return dtype == DataType::BF16 ? std::optional(PointwiseOpcode::RoundBf16) : std::nullopt;
}

bool ends_with(const PointwiseProgram& program, PointwiseOpcode op) {
  const int last = program.output - program.num_inputs;
  return last >= 0 && program.instructions[static_cast<size_t>(last)].op == op;
}

}  // namespace trtlike::ops
