// Translation of links to oneDNN's algorithms.
#include "kernels/onednn/post_ops.h"

namespace trtlike::kernels::onednn {
namespace {

using dnnl::algorithm;

algorithm to_algorithm(ChainOp op) {
  switch (op) {
    case ChainOp::Linear:
      return algorithm::eltwise_linear;
    case ChainOp::Relu:
      return algorithm::eltwise_relu;
    case ChainOp::Clip:
      return algorithm::eltwise_clip;
    case ChainOp::Sigmoid:
      return algorithm::eltwise_logistic;
    case ChainOp::Tanh:
      return algorithm::eltwise_tanh;
    case ChainOp::Elu:
      return algorithm::eltwise_elu;
    case ChainOp::Softplus:
      return algorithm::eltwise_soft_relu;
    case ChainOp::HardSigmoid:
      return algorithm::eltwise_hardsigmoid;
    case ChainOp::GeluErf:
      return algorithm::eltwise_gelu_erf;
    case ChainOp::GeluTanh:
      return algorithm::eltwise_gelu_tanh;
    case ChainOp::Silu:
      return algorithm::eltwise_swish;
    case ChainOp::HardSwish:
      return algorithm::eltwise_hardswish;
    case ChainOp::Exp:
      return algorithm::eltwise_exp;
    case ChainOp::Sqrt:
      return algorithm::eltwise_sqrt;
    case ChainOp::Abs:
      return algorithm::eltwise_abs;
    case ChainOp::Square:
      return algorithm::eltwise_square;
    case ChainOp::RoundTo:
      return algorithm::eltwise_round;
    case ChainOp::Add:
      return algorithm::binary_add;
    case ChainOp::Sub:
      return algorithm::binary_sub;
    case ChainOp::Mul:
      return algorithm::binary_mul;
    case ChainOp::Div:
      return algorithm::binary_div;
    case ChainOp::Max:
      return algorithm::binary_max;
    case ChainOp::Min:
      return algorithm::binary_min;
  }
  return algorithm::undef;
}

}  // namespace

std::vector<PostOp> to_post_ops(const std::vector<ChainLink>& chain) {
  std::vector<PostOp> out;
  for (const ChainLink& link : chain) {
    const algorithm a = to_algorithm(link.op);
    if (link.op == ChainOp::Softplus) {
      // oneDNN's is log(1 + exp(alpha x)) / alpha.
      out.push_back({a, link.beta, 0, -1});
      out.push_back({algorithm::eltwise_linear, link.alpha * link.beta, 0, -1});
    } else if (link.op == ChainOp::RoundTo) {
      out.push_back({algorithm::eltwise_linear, 1 / link.alpha, 0, -1});
      out.push_back({a, 0, 0, -1});
      out.push_back({algorithm::eltwise_linear, link.alpha, 0, -1});
    } else if (link.op == ChainOp::Silu) {
      out.push_back({a, 1.0f, 0, -1});
    } else {
      out.push_back({a, link.alpha, link.beta, link.operand});
    }
  }
  return out;
}

}  // namespace trtlike::kernels::onednn
