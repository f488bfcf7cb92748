// MoE: each token goes through the experts that were chosen for it, which are gated linear units,
// and gets the sum of what they give, weighted by their scores.
#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "ops/block_quantization.h"
#include "ops/elements.h"
#include "ops/host_values.h"
#include "trtlike/enums/transformer_enums.h"

namespace trtlike::ops {
namespace {

enum Input : size_t {
  kHidden,
  kExperts,
  kScores,
  kGateWeights,
  kUpWeights,
  kDownWeights,
  kGateBias,
  kUpBias,
  kDownBias,
  kScale,
};

bool is_quantized(const Attributes& attributes) {
  return attributes.get_enum<DataType>("quantization_to_type") != DataType::Float;
}

void check_quantization(const InferArgs& args) {
  const int64_t to = args.attributes.get_int("quantization_to_type"),
                scales = args.attributes.get_int("dyn_q_output_scale_type");
  TRTLIKE_CHECK(core::is_dtype(to) && core::is_dtype(scales),
                "[ops] attributes 'quantization_to_type' and 'dyn_q_output_scale_type': expected "
                "DataTypes, got ",
                to, " and ", scales, ".");
  if (!is_quantized(args.attributes)) return;
  largest_step(static_cast<DataType>(to), "quantization_to_type");
  check_one(args, kScale, "fc_down_activation_scale");
  TRTLIKE_CHECK(args.has_input(kScale),
                "[ops] input 9 'fc_down_activation_scale': expected a scale for "
                "quantization_to_type ",
                core::dtype_name(static_cast<DataType>(to)), ", got none.");
  if (args.attributes.get_ints("quantization_block_shape").empty()) return;
  check_scale_type(static_cast<DataType>(scales), "dyn_q_output_scale_type");
  const std::vector<int64_t>& block = args.attributes.get_ints("quantization_block_shape");
  TRTLIKE_CHECK(block.size() == 3 && block[0] == 1 && block[1] == 1,
                "[ops] attribute 'quantization_block_shape': expected [1, 1, n], got [",
                core::join(block), "].");
  const Dims &hidden = args.inputs[kHidden].dims, &down = args.inputs[kDownWeights].dims;
  read_blocks({hidden[0], hidden[1], down[1]}, block, "quantization_block_shape");
}

void check_experts(const InferArgs& args) {
  const Dims& hidden = args.inputs[kHidden].dims;
  check_float(args, kHidden, "hidden_states");
  TRTLIKE_CHECK(hidden.rank() == 3,
                "[ops] input 0 'hidden_states': expected shape [batch, length, size], got ", hidden,
                ".");
  TRTLIKE_CHECK(core::is_integer(args.inputs[kExperts].dtype) &&
                    may_be(args.inputs[kExperts].dims, {hidden[0], hidden[1], core::kUnknownDim}),
                "[ops] input 1 'selected_experts_for_tokens': expected integers of shape [batch, "
                "length, experts] for hidden states of shape ",
                hidden, ", got ", core::dtype_name(args.inputs[kExperts].dtype), " of shape ",
                args.inputs[kExperts].dims, ".");
  check_extents(args, kScores, "scores_for_selected_experts", args.inputs[kExperts].dims);
}

void infer(const InferArgs& args) {
  check_experts(args);
  TRTLIKE_CHECK(
      args.has_input(kGateWeights) && args.has_input(kUpWeights) && args.has_input(kDownWeights),
      "[ops] inputs 3 to 5: expected the experts' weights, got none. Call set_gated_weights.");
  const int64_t size = args.inputs[kHidden].dims[2];
  const Dims& gate = args.inputs[kGateWeights].dims;
  check_extents(args, kGateWeights, "fc_gate_weights",
                {core::kUnknownDim, size, core::kUnknownDim});
  check_extents(args, kUpWeights, "fc_up_weights", gate);
  check_extents(args, kDownWeights, "fc_down_weights", {gate[0], gate[2], size});
  const bool has_biases = args.has_input(kGateBias);
  TRTLIKE_CHECK(args.has_input(kUpBias) == has_biases && args.has_input(kDownBias) == has_biases,
                "[ops] inputs 6 to 8: expected all three biases or none, got some.");
  check_extents(args, kGateBias, "fc_gate_biases", {gate[0], gate[2]});
  check_extents(args, kUpBias, "fc_up_biases", {gate[0], gate[2]});
  check_extents(args, kDownBias, "fc_down_biases", {gate[0], size});
  const int64_t type = args.attributes.get_int("activation_type");
  TRTLIKE_CHECK(type >= 0 && type < kEnumCount<MoEActType>,
                "[ops] attribute 'activation_type': expected NONE (0) or SILU (1), got ", type,
                ".");
  const double limit = args.attributes.get_float("swiglu_param_limit");
  TRTLIKE_CHECK(limit >= 0, "[ops] attribute 'swiglu_param_limit': expected at least 0, got ",
                limit, ".");
  check_quantization(args);
  args.outputs[0] = args.inputs[kHidden];
}

/// What the experts are made of, as numbers.
struct Experts {
  explicit Experts(const ReferenceArgs& args)
      : count(args.inputs[kGateWeights].dims[0]),
        size(args.inputs[kGateWeights].dims[1]),
        width(args.inputs[kGateWeights].dims[2]),
        limit(args.attributes.get_float("swiglu_param_limit")),
        alpha(args.attributes.get_float("swiglu_param_alpha")),
        beta(args.attributes.get_float("swiglu_param_beta")),
        is_silu(args.attributes.get_enum<MoEActType>("activation_type") == MoEActType::Silu) {
    for (size_t i = kGateWeights; i <= kDownBias; ++i)
      if (args.has_input(i)) weights[i] = read_elements(args.inputs[i]);
  }

  /// x times matrix `expert` of input `w`, plus its bias.
  std::vector<double> multiply(const std::vector<double>& x, int64_t expert, size_t w, size_t bias,
                               int64_t columns) const {
    std::vector<double> out(static_cast<size_t>(columns));
    if (!weights[bias].empty())
      std::copy_n(weights[bias].begin() + expert * columns, columns, out.begin());
    const double* row = weights[w].data() + expert * std::ssize(x) * columns;
    for (size_t i = 0; i < x.size(); ++i, row += columns)
      for (int64_t j = 0; j < columns; ++j) out[static_cast<size_t>(j)] += x[i] * row[j];
    return out;
  }

  /// What stands before the last product.
  std::vector<double> gated(const std::vector<double>& x, int64_t expert) const {
    std::vector<double> gate = multiply(x, expert, kGateWeights, kGateBias, width);
    const std::vector<double> up = multiply(x, expert, kUpWeights, kUpBias, width);
    for (size_t i = 0; i < gate.size(); ++i) {
      const double g = std::min(gate[i], limit);
      const double activated = is_silu ? g / (1 + std::exp(-alpha * g)) : g;
      gate[i] = activated * (std::clamp(up[i], -limit, limit) + beta);
    }
    return gate;
  }

  int64_t count, size, width;
  double limit, alpha, beta;
  bool is_silu;
  std::vector<double> weights[kDownBias + 1];
};

/// To steps and back: of one scale, or of one a block of a token's numbers.
void round_to_steps(const ReferenceArgs& args, std::vector<double>& x) {
  if (!is_quantized(args.attributes)) return;
  const auto type = args.attributes.get_enum<DataType>("quantization_to_type");
  const double scale = args.inputs[kScale].at(0);
  std::vector<std::byte> steps_storage(x.size() + 1), scales_storage(4 * x.size() + 4);
  const core::TensorView steps{steps_storage.data(), type, {std::ssize(x)}};
  const std::vector<int64_t>& block = args.attributes.get_ints("quantization_block_shape");
  if (block.empty()) {
    for (size_t i = 0; i < x.size(); ++i) {
      set_step(steps, static_cast<int64_t>(i), x[i], scale);
      x[i] = steps.at(static_cast<int64_t>(i)) * scale;
    }
    return;
  }
  const core::TensorView from{x.data(), DataType::Double, steps.dims};
  const Blocks blocks = read_blocks(steps.dims, {block[2]}, "quantization_block_shape");
  const core::TensorView scales{scales_storage.data(),
                                args.attributes.get_enum<DataType>("dyn_q_output_scale_type"),
                                blocks.count};
  quantize_blocks(from, blocks, scale, steps, scales);
  for (size_t i = 0; i < x.size(); ++i)
    x[i] = steps.at(static_cast<int64_t>(i)) *
           scales.at(static_cast<int64_t>(i) / blocks.extents[0]) * scale;
}

/// Experts that there are not add nothing.
void reference(const ReferenceArgs& args) {
  const Experts experts(args);
  const std::vector<double> hidden = read_elements(args.inputs[kHidden]);
  const std::vector<double> scores = read_elements(args.inputs[kScores]);
  const std::vector<int64_t> chosen = int_elements(args.inputs[kExperts]);
  std::vector<double> out(hidden.size());
  const int64_t tokens = args.inputs[kHidden].dims[0] * args.inputs[kHidden].dims[1];
  const int64_t each = args.inputs[kExperts].dims[2];
  for (int64_t token = 0; token < tokens; ++token) {
    const std::vector<double> x(hidden.begin() + token * experts.size,
                                hidden.begin() + (token + 1) * experts.size);
    for (int64_t i = token * each; i < (token + 1) * each; ++i) {
      const int64_t expert = chosen[static_cast<size_t>(i)];
      if (expert < 0 || expert >= experts.count) continue;
      std::vector<double> middle = experts.gated(x, expert);
      round_to_steps(args, middle);
      const std::vector<double> y =
          experts.multiply(middle, expert, kDownWeights, kDownBias, experts.size);
      for (int64_t d = 0; d < experts.size; ++d)
        out[static_cast<size_t>(token * experts.size + d)] +=
            scores[static_cast<size_t>(i)] * y[static_cast<size_t>(d)];
    }
  }
  write_elements(out, args.outputs[0]);
}

int64_t count_operations(const InferArgs& args) {
  const Dims &chosen = args.inputs[kExperts].dims, &gate = args.inputs[kGateWeights].dims;
  return 6 * core::elems(chosen) * gate[1] * gate[2];
}

}  // namespace

const OpDefinition& moe_op() {
  static const OpDefinition op{
      .name = "MoE",
      .meaning = "the sum over a token's experts of score (up(x) silu(gate(x))) down",
      .layer_type = LayerType::MoE,
      .attributes = {{"activation_type", int64_t{0}},
                     {"quantization_to_type", int64_t{0}},
                     {"quantization_block_shape", std::vector<int64_t>{}},
                     {"dyn_q_output_scale_type", int64_t{0}},
                     {"swiglu_param_limit", HUGE_VAL},
                     {"swiglu_param_alpha", 1.0},
                     {"swiglu_param_beta", 0.0}},
      .inputs = {{.name = "hidden_states"},
                 {.name = "selected_experts_for_tokens"},
                 {.name = "scores_for_selected_experts"},
                 {.name = "fc_gate_weights", .optional = true},
                 {.name = "fc_up_weights", .optional = true},
                 {.name = "fc_down_weights", .optional = true},
                 {.name = "fc_gate_biases", .optional = true},
                 {.name = "fc_up_biases", .optional = true},
                 {.name = "fc_down_biases", .optional = true},
                 {.name = "fc_down_activation_scale", .optional = true}},
      .infer = infer,
      .reference = reference,
      .count_operations = count_operations,
      .rounding = kDiminished,
  };
  return op;
}

}  // namespace trtlike::ops
