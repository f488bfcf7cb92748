// Runs an op's shape rule and reference computation on small tensors given as lists of numbers.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "core/os/memory.h"
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

/// An absent optional input.
inline Tensor absent() { return Tensor(DataType::Float, Dims::unknown_rank()); }

/// A float tensor of eighths between -2.5 and 2.5, different for every `seed`:
/// ((i * 7919 + seed * 31 + 13) % 41 - 20) / 8 for element i.
inline Tensor pattern(const Dims& dims, int64_t seed = 0, DataType dtype = DataType::Float) {
  Tensor out(dtype, dims);
  for (int64_t i = 0; i < core::elems(dims); ++i)
    out.view().set(i, static_cast<double>((i * 7919 + seed * 31 + 13) % 41 - 20) / 8);
  return out;
}

/// Every output of the op's reference. The shape rule sees the elements of host inputs.
inline std::vector<Tensor> run_op_all(const char* name, const std::vector<Tensor>& inputs,
                                      const AttributeList& given = {}) {
  const ops::OpDefinition& op = ops::get_op(name);
  const ops::Attributes attributes = ops::complete_attributes(op, given);
  std::vector<ops::TensorType> types, outputs;
  std::vector<core::TensorView> in, out;
  std::vector<ops::HostValue> host(inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    types.push_back(inputs[i].type());
    in.push_back(inputs[i].view());
    if (!op.host_inputs.contains(i) || types[i].is_absent()) continue;
    const std::vector<double> elements = inputs[i].elements();
    host[i].emplace(elements.begin(), elements.end());
  }
  ops::infer(op, attributes, types, host, outputs);
  std::vector<Tensor> results;
  for (const ops::TensorType& type : outputs) results.emplace_back(type.dtype, type.dims);
  for (const Tensor& result : results) out.push_back(result.view());
  op.reference({op.self, attributes, in, out});
  return results;
}

/// The first output of the op's reference.
inline Tensor run_op(const char* name, const std::vector<Tensor>& inputs,
                     const AttributeList& attributes = {}) {
  return run_op_all(name, inputs, attributes).front();
}

/// Expects these extents, and these elements up to `tolerance` of 1 + their size.
inline void expect_tensor(const Tensor& tensor, const Dims& dims,
                          const std::vector<double>& elements, double tolerance = 2e-6) {
  ASSERT_EQ(tensor.dims, dims);
  ASSERT_EQ(static_cast<int64_t>(elements.size()), core::elems(dims));
  for (size_t i = 0; i < elements.size(); ++i)
    EXPECT_NEAR(tensor.view().at(static_cast<int64_t>(i)), elements[i],
                tolerance * (1 + std::abs(elements[i])))
        << "element " << i;
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
