// Elements, axis masks and strides for op definitions.
#include "ops/elements.h"

#include <bit>

#include "core/check.h"

namespace trtlike::ops {

std::vector<double> read_elements(const core::TensorView& view) {
  std::vector<double> out(static_cast<size_t>(view.elems()));
  if (core::is_narrow(view.dtype)) {
    for (size_t i = 0; i < out.size(); ++i) out[i] = view.at(static_cast<int64_t>(i));
    return out;
  }
  core::dispatch_dtype(view.dtype, "operand", [&](auto tag) {
    const auto* from = view.as<const decltype(tag)>();
    for (size_t i = 0; i < out.size(); ++i) out[i] = core::to_double(from[i]);
  });
  return out;
}

void write_elements(const std::vector<double>& values, const core::TensorView& view) {
  TRTLIKE_ASSERT(static_cast<int64_t>(values.size()) == view.elems(), "elements ", values.size());
  if (core::is_narrow(view.dtype)) {
    for (size_t i = 0; i < values.size(); ++i) view.set(static_cast<int64_t>(i), values[i]);
    return;
  }
  core::dispatch_dtype(view.dtype, "result", [&](auto tag) {
    using T = decltype(tag);
    for (size_t i = 0; i < values.size(); ++i) view.as<T>()[i] = core::from_double<T>(values[i]);
  });
}

std::vector<int> masked_axes(const Attributes& attributes, const char* name, int rank) {
  const int64_t mask = attributes.get_int(name);
  TRTLIKE_CHECK(mask >= 0 && (mask >> rank) == 0, "[ops] attribute '", name,
                "': expected a bit mask of axes below ", rank, ", got ", mask, ".");
  std::vector<int> axes;
  for (int i = 0; i < rank; ++i)
    if (((mask >> i) & 1) != 0) axes.push_back(i);
  return axes;
}

int masked_axis(const Attributes& attributes, const char* name, int rank) {
  const std::vector<int> axes = masked_axes(attributes, name, rank);
  TRTLIKE_CHECK(axes.size() == 1, "[ops] attribute '", name,
                "': expected a bit mask of one axis, got ", attributes.get_int(name), ".");
  return axes[0];
}

void check_float(const InferArgs& args, size_t i, const char* name) {
  TRTLIKE_CHECK(core::is_floating_point(args.inputs[i].dtype), "[ops] input ", i, " '", name,
                "': expected FLOAT, HALF, BF16 or DOUBLE, got ",
                core::dtype_name(args.inputs[i].dtype), ".");
}

void check_square(const InferArgs& args) {
  check_float(args, 0, "input");
  const Dims& dims = args.inputs[0].dims;
  const int rank = dims.rank();
  TRTLIKE_CHECK(
      rank >= 2 && (dims[rank - 2] == dims[rank - 1] || dims[rank - 2] < 0 || dims[rank - 1] < 0),
      "[ops] input 0 'input': expected square matrices, got shape ", dims, ".");
}

bool may_be(const Dims& dims, const Dims& expected) {
  bool fits = dims.rank() == expected.rank();
  for (int d = 0; fits && d < dims.rank(); ++d)
    fits = dims[d] == expected[d] || dims[d] < 0 || expected[d] < 0;
  return fits;
}

void check_extents(const InferArgs& args, size_t i, const char* name, const Dims& expected) {
  if (!args.has_input(i)) return;
  check_float(args, i, name);
  TRTLIKE_CHECK(may_be(args.inputs[i].dims, expected), "[ops] input ", i, " '", name,
                "': expected shape ", expected, ", got ", args.inputs[i].dims, ".");
}

void check_one(const InferArgs& args, size_t i, const char* name) {
  if (!args.has_input(i)) return;
  const Dims& dims = args.inputs[i].dims;
  TRTLIKE_CHECK(!core::is_static(dims) || core::elems(dims) == 1, "[ops] input ", i, " '", name,
                "': expected one element, got shape ", dims, ".");
}

DataType to_type(const Attributes& attributes) {
  const int64_t number = attributes.get_int("to_type");
  TRTLIKE_CHECK(core::is_dtype(number), "[ops] attribute 'to_type': expected a DataType, got ",
                number, ".");
  return static_cast<DataType>(number);
}

int64_t strided_offset(int64_t index, const Dims& dims, const Dims& strides) {
  int64_t offset = 0;
  for (int i = dims.rank() - 1; i >= 0; --i) {
    offset += index % dims[i] * strides[i];
    index /= dims[i];
  }
  return offset;
}

bool is_in_rows(const InferArgs& args) {
  constexpr int kImageRank = 4;
  return args.inputs[0].dims.rank() < kImageRank ||
         std::popcount(static_cast<uint64_t>(args.attributes.get_int("axes"))) == 1;
}

}  // namespace trtlike::ops
