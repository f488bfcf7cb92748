// Translation of links to oneDNN's algorithms.
#include "kernels/onednn/post_ops.h"

#include <algorithm>

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

std::vector<PostOp> find_post_ops(const Link& link) {
  if (link.operand >= 0 && link.alpha != 1.0f) return {};
  for (const Native& native : kNatives)
    if (native.op == link.op)
      return {{native.name, native.nans, link.alpha, link.beta, link.operand}};
  return translate(link);
}

}  // namespace

std::optional<std::vector<PostOp>> find_post_ops(const Problem& problem) {
  const epilogue::Epilogue epilogue = epilogue::read_epilogue(problem);
  if (!epilogue.chain) return std::nullopt;
  std::vector<PostOp> out;
  for (const Link& link : *epilogue.chain) {
    const std::vector<PostOp> ops = find_post_ops(link);
    if (ops.empty()) return std::nullopt;
    out.insert(out.end(), ops.begin(), ops.end());
  }
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
