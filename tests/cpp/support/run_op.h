// Runs an op's shape rule and reference computation on small tensors given as lists of numbers.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "core/memory.h"
#include "ops/op.h"

namespace trtlike::test {

/// A dense tensor that owns its elements.
struct Tensor {
  DataType dtype = DataType::Float;
  Dims dims;
  std::shared_ptr<void> data;

  Tensor(DataType type, const Dims& extents)
      : dtype(type),
        dims(extents),
        data(core::allocate_shared(core::dtype_bytes(type, core::elems(extents)) + 64)) {}
  Tensor(DataType type, const Dims& extents, const std::vector<double>& elements)
      : Tensor(type, extents) {
    EXPECT_EQ(static_cast<int64_t>(elements.size()), core::elems(extents));
    for (size_t i = 0; i < elements.size(); ++i) view().set(static_cast<int64_t>(i), elements[i]);
  }

  core::TensorView view() const { return {data.get(), dtype, dims}; }
  ops::TensorType type() const { return {dtype, dims}; }
  std::vector<double> elements() const {
    std::vector<double> out;
    for (int64_t i = 0; i < core::elems(dims); ++i) out.push_back(view().at(i));
    return out;
  }
  template <typename T>
  std::vector<T> elements_as() const {
    return {view().as<T>(), view().as<T>() + core::elems(dims)};
  }
};

using AttributeList = std::vector<std::pair<std::string, AttributeValue>>;

inline std::vector<ops::TensorType> infer_op(const char* name,
                                             const std::vector<ops::TensorType>& inputs,
                                             const AttributeList& attributes = {}) {
  const ops::OpDefinition& op = ops::get_op(name);
  std::vector<ops::TensorType> outputs;
  const std::vector<ops::HostValue> host(inputs.size());
  ops::infer(op, ops::complete_attributes(op, attributes), inputs, host, outputs);
  return outputs;
}

/// The first output of the op's reference.
inline Tensor run_op(const char* name, const std::vector<Tensor>& inputs,
                     const AttributeList& attributes = {}) {
  const ops::OpDefinition& op = ops::get_op(name);
  std::vector<ops::TensorType> types;
  std::vector<core::TensorView> in, out;
  for (const Tensor& input : inputs) {
    types.push_back(input.type());
    in.push_back(input.view());
  }
  std::vector<Tensor> results;
  for (const ops::TensorType& type : infer_op(name, types, attributes))
    results.emplace_back(type.dtype, type.dims);
  for (const Tensor& result : results) out.push_back(result.view());
  op.reference({ops::complete_attributes(op, attributes), in, out});
  return results.front();
}

/// The elements of output 0 as far as they follow from `host`.
inline ops::HostValue propagate_op(const char* name, const std::vector<ops::TensorType>& inputs,
                                   const std::vector<ops::HostValue>& host,
                                   const AttributeList& attributes = {}) {
  const ops::OpDefinition& op = ops::get_op(name);
  const ops::Attributes complete = ops::complete_attributes(op, attributes);
  std::vector<ops::TensorType> outputs;
  ops::infer(op, complete, inputs, host, outputs);
  return ops::propagate(op, complete, inputs, host, outputs).front();
}

/// Runs `f` and expects an exception of type Error whose message contains `part`.
template <typename Error, typename F>
void expect_error(F&& f, const std::string& part) {
  try {
    f();
    ADD_FAILURE() << "expected an error with '" << part << "', got none";
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), testing::HasSubstr(part));
  }
}

}  // namespace trtlike::test
