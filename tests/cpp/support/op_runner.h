// Runs one op the way a graph does: shape rule, host values, reference. Tensors are given as lists
// of doubles.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ops/op.h"

namespace trtlike::op_test {

/// A tensor for an op: its type and elements. No elements and rank -1: an absent input.
struct Tensor {
  DataType dtype = DataType::Float;
  Dims dims = Dims::unknown_rank();
  std::vector<double> elements;

  bool operator==(const Tensor&) const = default;
};

inline Tensor floats(Dims dims, std::vector<double> elements) {
  return {DataType::Float, dims, std::move(elements)};
}
inline Tensor ints(std::vector<double> elements) {
  return {DataType::Int64, {static_cast<int64_t>(elements.size())}, std::move(elements)};
}
inline Tensor absent() { return {}; }
/// 0, 1, 2, ... in the given type.
inline Tensor counting(Dims dims, DataType dtype = DataType::Float) {
  Tensor out{dtype, dims, std::vector<double>(static_cast<size_t>(core::elems(dims)))};
  for (size_t i = 0; i < out.elements.size(); ++i) out.elements[i] = static_cast<double>(i);
  return out;
}

using Given = std::vector<std::pair<std::string, AttributeValue>>;

/// One op with its attributes and inputs.
class OpRunner {
 public:
  OpRunner(const char* op, Given given, std::vector<Tensor> inputs)
      : op_(ops::get_op(op)),
        attributes_(ops::complete_attributes(op_, given)),
        inputs_(std::move(inputs)) {
    for (const Tensor& input : inputs_) {
      types_.push_back({input.dtype, input.dims});
      ops::HostValue host;
      if (core::is_integer(input.dtype) && !types_.back().is_absent())
        host = std::vector<int64_t>(input.elements.begin(), input.elements.end());
      host_.push_back(std::move(host));
    }
  }

  /// Replaces what is known about an input before run time.
  OpRunner& know(size_t input, Dims dims, ops::HostValue host = std::nullopt) {
    types_[input].dims = dims;
    host_[input] = std::move(host);
    return *this;
  }

  std::vector<ops::TensorType> infer_all() const {
    std::vector<ops::TensorType> outputs;
    ops::infer(op_, attributes_, types_, host_, outputs);
    return outputs;
  }
  Dims dims() const { return infer_all()[0].dims; }
  DataType dtype() const { return infer_all()[0].dtype; }
  ops::HostValue host() const {
    const std::vector<ops::TensorType> outputs = infer_all();
    return ops::propagate(op_, attributes_, types_, host_, outputs)[0];
  }
  bool is_view() const {
    std::vector<ops::TensorType> outputs = infer_all();
    return op_.is_view != nullptr && op_.is_view({op_.self, attributes_, types_, host_, outputs});
  }
  /// The first output by the reference.
  Tensor run() const {
    std::vector<std::vector<char>> storage;
    std::vector<core::TensorView> in, out;
    const auto view = [&](DataType dtype, const Dims& dims) {
      storage.emplace_back(core::dtype_bytes(dtype, core::elems(dims)) + 8);
      return core::TensorView{storage.back().data(), dtype, dims};
    };
    for (const Tensor& input : inputs_) {
      if (input.dims.rank() < 0) {
        in.push_back({nullptr, input.dtype, input.dims});
        continue;
      }
      in.push_back(view(input.dtype, input.dims));
      for (size_t i = 0; i < input.elements.size(); ++i)
        in.back().set(static_cast<int64_t>(i), input.elements[i]);
    }
    for (const ops::TensorType& type : infer_all()) out.push_back(view(type.dtype, type.dims));
    op_.reference({op_.self, attributes_, in, out});
    Tensor result{out[0].dtype, out[0].dims, {}};
    for (int64_t i = 0; i < out[0].elems(); ++i) result.elements.push_back(out[0].at(i));
    return result;
  }
  std::vector<double> elements() const { return run().elements; }
  /// What the refusal says; "no error" when there is none.
  std::string refusal() const {
    try {
      infer_all();
    } catch (const Error& e) {
      return e.what();
    }
    return "no error";
  }

 private:
  const ops::OpDefinition& op_;
  ops::Attributes attributes_;
  std::vector<Tensor> inputs_;
  std::vector<ops::TensorType> types_;
  std::vector<ops::HostValue> host_;
};

}  // namespace trtlike::op_test
