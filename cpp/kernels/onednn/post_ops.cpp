// Translation of links to oneDNN's algorithms.
#include "kernels/onednn/post_ops.h"

#include <algorithm>
#include <cmath>

#include "kernels/onednn/onednn.h"

namespace trtlike::kernels::onednn {
namespace {

using dnnl::algorithm;
using epilogue::Link;
using epilogue::LinkOp;
using epilogue::to_link;
using ops::PointwiseOpcode;
using pointwise::StepOpcode;

using enum Nans;

/// A link that is one algorithm with the same parameters.
struct Native {
  LinkOp op;
  algorithm name;
  Nans nans;
};
constexpr Native kNatives[] = {
    {LinkOp::Linear, algorithm::eltwise_linear, Keeps},
    {to_link(PointwiseOpcode::Relu), algorithm::eltwise_relu, Drops},
    {to_link(PointwiseOpcode::LeakyRelu), algorithm::eltwise_relu, Drops},
    {to_link(PointwiseOpcode::Clip), algorithm::eltwise_clip, Drops},
    {to_link(PointwiseOpcode::Sigmoid), algorithm::eltwise_logistic, DropsInSilence},
    {to_link(PointwiseOpcode::Tanh), algorithm::eltwise_tanh, Drops},
    {to_link(PointwiseOpcode::Elu), algorithm::eltwise_elu, Drops},
    {to_link(PointwiseOpcode::HardSigmoid), algorithm::eltwise_hardsigmoid, Drops},
    {to_link(PointwiseOpcode::GeluErf), algorithm::eltwise_gelu_erf, Drops},
    {to_link(PointwiseOpcode::GeluTanh), algorithm::eltwise_gelu_tanh, Drops},
    {to_link(StepOpcode::HardSwish), algorithm::eltwise_hardswish, Drops},
    {to_link(StepOpcode::Mish), algorithm::eltwise_mish, Drops},
    {to_link(PointwiseOpcode::Exp), algorithm::eltwise_exp, Drops},
    {to_link(PointwiseOpcode::Sqrt), algorithm::eltwise_sqrt, Drops},
    {to_link(PointwiseOpcode::Abs), algorithm::eltwise_abs, Keeps},
    {to_link(StepOpcode::Square), algorithm::eltwise_square, Keeps},
    {to_link(PointwiseOpcode::Sum), algorithm::binary_add, Keeps},
    {to_link(PointwiseOpcode::Sub), algorithm::binary_sub, Keeps},
    {to_link(PointwiseOpcode::Prod), algorithm::binary_mul, Keeps},
    {to_link(PointwiseOpcode::Div), algorithm::binary_div, Keeps},
    {to_link(PointwiseOpcode::Max), algorithm::binary_max, Drops},
    {to_link(PointwiseOpcode::Min), algorithm::binary_min, Drops},
};

PostOp linear(float alpha) { return {algorithm::eltwise_linear, Keeps, alpha, 0, -1}; }

/// What oneDNN says in other words; empty when it has none.
std::vector<PostOp> translate(const Link& link) {
  if (link.op == to_link(StepOpcode::Silu)) return {{algorithm::eltwise_swish, Drops, 1.0f, 0, -1}};
  if (link.op == to_link(PointwiseOpcode::Neg)) return {linear(-1)};
  if (link.op == to_link(PointwiseOpcode::Selu))
    return {{algorithm::eltwise_elu, Drops, link.alpha, 0, -1}, linear(link.beta)};
  if (link.op == to_link(PointwiseOpcode::ScaledTanh))
    return {linear(link.beta), {algorithm::eltwise_tanh, Drops, 0, 0, -1}, linear(link.alpha)};
  if (link.op == to_link(PointwiseOpcode::Softplus))
    // oneDNN's is log(1 + exp(alpha x)) / alpha.
    return {{algorithm::eltwise_soft_relu, Drops, link.beta, 0, -1},
            linear(link.alpha * link.beta)};
  if (link.op == LinkOp::RoundTo)
    return {
        linear(1 / link.alpha), {algorithm::eltwise_round, Drops, 0, 0, -1}, linear(link.alpha)};
  return {};
}

/// An operand of quantized numbers is added in steps of its scale.
std::vector<PostOp> add_scaled(const Link& link) {
  if (link.op != to_link(PointwiseOpcode::Sum) || !std::isnormal(1 / link.alpha)) return {};
  return {linear(1 / link.alpha),
          {algorithm::binary_add, Keeps, 1, 0, link.operand},
          linear(link.alpha)};
}

std::vector<PostOp> find_post_ops(const Problem& problem, const Link& link) {
  if (link.operand >= 0 && link.alpha != 1.0f)
    return is_byte(problem.inputs[epilogue::input_of(link.operand)].dtype) ? add_scaled(link)
                                                                           : std::vector<PostOp>{};
  if (link.op == LinkOp::Quantize)
    return {linear(1 / link.alpha),
            {algorithm::eltwise_round, Drops, 0, 0, -1},
            {algorithm::eltwise_linear, Keeps, 1, link.beta, -1}};
  for (const Native& native : kNatives)
    if (native.op == link.op)
      return {{native.name, native.nans, link.alpha, link.beta, link.operand}};
  return translate(link);
}

/// Storing rounds; before an even number is added, ties to even stay such.
void drop_rounding(std::vector<PostOp>& chain) {
  const float zero = chain.back().beta;
  if (std::fmod(zero, 2.0f) == 0) chain.erase(chain.end() - 2);
}

/// One for linear functions behind each other.
void join_linear(std::vector<PostOp>& chain) {
  std::vector<PostOp> out;
  for (const PostOp& op : chain) {
    const bool joins = !out.empty() && op.algorithm == algorithm::eltwise_linear &&
                       out.back().algorithm == algorithm::eltwise_linear;
    if (!joins) {
      out.push_back(op);
      continue;
    }
    out.back().beta = op.alpha * out.back().beta + op.beta;
    out.back().alpha *= op.alpha;
  }
  chain = std::move(out);
}

}  // namespace

std::optional<std::vector<PostOp>> find_post_ops(const Problem& problem) {
  const epilogue::Epilogue epilogue = epilogue::read_epilogue(problem);
  if (!epilogue.chain) return std::nullopt;
  std::vector<PostOp> out;
  for (const Link& link : *epilogue.chain) {
    const std::vector<PostOp> ops = find_post_ops(problem, link);
    if (ops.empty()) return std::nullopt;
    out.insert(out.end(), ops.begin(), ops.end());
  }
  if (!is_quantized(problem)) return out;
  if (is_byte(problem.outputs[0].dtype)) {
    if (epilogue.chain->empty() || epilogue.chain->back().op != LinkOp::Quantize)
      return std::nullopt;
    drop_rounding(out);
  }
  join_linear(out);
  return out;
}

dnnl::post_ops make_post_ops(const std::vector<PostOp>& chain,
                             const std::function<dnnl::memory::desc(size_t i)>& operand) {
  dnnl::post_ops out;
  size_t next = 0;
  for (const PostOp& op : chain) {
    if (op.input < 0) {
      out.append_eltwise(op.algorithm, op.alpha, op.beta);
    } else {
      out.append_binary(op.algorithm, operand(next++));
    }
  }
  return out;
}

bool drops_nans(const std::vector<PostOp>& chain) {
  return std::any_of(chain.begin(), chain.end(), [](const PostOp& op) { return op.nans != Keeps; });
}

bool needs_vector_code(const std::vector<PostOp>& chain) {
  return std::any_of(chain.begin(), chain.end(),
                     [](const PostOp& op) { return op.nans == DropsInSilence; });
}

}  // namespace trtlike::kernels::onednn
