// Einsum: sums of products over labelled axes.
#include "ops/arithmetic.h"
#include "ops/shapes/einsum_equation.h"

namespace trtlike::ops {
namespace {

void infer(const InferArgs& args) {
  std::vector<Dims> dims;
  for (size_t i = 0; i < args.inputs.size(); ++i) {
    const TensorType& input = args.inputs[i];
    TRTLIKE_CHECK(core::is_number(input.dtype), "[ops] input ", i, ": expected numbers, got ",
                  core::dtype_name(input.dtype), ".");
    TRTLIKE_CHECK(input.dtype == args.inputs[0].dtype, "[ops] input ", i, ": expected ",
                  core::dtype_name(args.inputs[0].dtype), " as input 0, got ",
                  core::dtype_name(input.dtype), ".");
    dims.push_back(input.dims);
  }
  args.outputs[0] = {args.inputs[0].dtype,
                     parse_einsum(args.attributes.get_string("equation"), dims).output()};
}

/// Elements of an operand from one index of each label to the next.
std::vector<int64_t> label_strides(const EinsumEquation& equation, size_t operand,
                                   const Dims& dims) {
  std::vector<int64_t> out(equation.extents.size(), 0);
  const Dims dense = core::dense_strides(dims);
  for (int d = 0; d < dims.rank(); ++d)
    if (dims[d] != 1)
      out[static_cast<size_t>(equation.operands[operand][static_cast<size_t>(d)])] += dense[d];
  return out;
}

void reference(const ReferenceArgs& args) {
  std::vector<Dims> dims;
  for (const core::TensorView& input : args.inputs) dims.push_back(input.dims);
  const EinsumEquation equation = parse_einsum(args.attributes.get_string("equation"), dims);
  const size_t labels = equation.extents.size();
  std::vector<std::vector<int64_t>> strides;
  for (size_t i = 0; i < dims.size(); ++i) strides.push_back(label_strides(equation, i, dims[i]));
  int64_t products = 1;
  for (size_t label = static_cast<size_t>(equation.num_outputs); label < labels; ++label)
    products *= equation.extents[label];

  std::vector<int64_t> index(labels, 0), at(dims.size(), 0);
  const auto advance = [&] {
    for (size_t label = labels; label-- > 0;) {
      const bool more = ++index[label] < equation.extents[label];
      for (size_t i = 0; i < at.size(); ++i)
        at[i] += strides[i][label] * (more ? 1 : 1 - equation.extents[label]);
      if (more) return;
      index[label] = 0;
    }
  };
  const core::TensorView& out = args.outputs[0];
  const int64_t count = out.elems();
  core::dispatch_dtype(out.dtype, "Einsum", [&](auto tag) {
    using T = decltype(tag);
    using Wide = core::Wide<T>;
    for (int64_t n = 0; n < count; ++n) {
      Wide sum = 0;
      for (int64_t k = 0; k < products; ++k) {
        Wide product = 1;
        for (size_t i = 0; i < at.size(); ++i)
          product = core::wrapping_product(product, core::widen(args.inputs[i].as<T>()[at[i]]));
        sum = core::wrapping_sum(sum, product);
        advance();
      }
      out.as<T>()[n] = core::narrow<T>(sum);
    }
  });
}

int64_t count_operations(const InferArgs& args) {
  std::vector<Dims> operands;
  for (const TensorType& input : args.inputs) operands.push_back(input.dims);
  int64_t terms = 1;
  for (int64_t extent : parse_einsum(args.attributes.get_string("equation"), operands).extents)
    terms *= extent;
  return static_cast<int64_t>(args.inputs.size()) * terms;
}

}  // namespace

const OpDefinition& einsum_op() {
  static const OpDefinition op{
      .name = "Einsum",
      .meaning = "sums of products over labelled axes",
      .layer_type = LayerType::Einsum,
      .attributes = {{"equation", std::string{}}},
      .inputs = {{.name = "operand"}},
      .variadic = true,
      .infer = infer,
      .reference = reference,
      .count_operations = count_operations,
      .rounding = kDiminished,
  };
  return op;
}

}  // namespace trtlike::ops
