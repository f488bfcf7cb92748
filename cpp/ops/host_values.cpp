// Integer arguments and the movement of known elements.
#include "ops/host_values.h"

#include <algorithm>

#include "ops/indexing.h"
#include "ops/input_error.h"

namespace trtlike::ops {
namespace {

bool is_moved(uint32_t moved, size_t input) {
  return input < 32 ? ((moved >> input) & 1u) != 0 : (moved >> 31) != 0;
}

bool is_small(const TensorType& type) {
  return core::is_static(type.dims) && core::elems(type.dims) <= kMaxKnownElements;
}

}  // namespace

bool may_be_known(const TensorType& type) {
  return !type.is_absent() && core::is_host_type(type.dtype) && is_small(type);
}

std::vector<int64_t> host_elements(const core::TensorView& view) {
  std::vector<int64_t> out(static_cast<size_t>(view.elems()));
  core::dispatch_dtype(view.dtype, "host value", [&](auto tag) {
    using T = decltype(tag);
    if constexpr (std::is_integral_v<T>)
      std::transform(view.as<T>(), view.as<T>() + out.size(), out.begin(),
                     [](T element) { return known_element(static_cast<int64_t>(element)); });
  });
  return out;
}

HostValue known_elements(const core::TensorView& view) {
  if (!may_be_known({view.dtype, view.dims})) return std::nullopt;
  return host_elements(view);
}

void write_host_elements(std::span<const int64_t> elements, const core::TensorView& view) {
  core::dispatch_dtype(view.dtype, "host value", [&](auto tag) {
    using T = decltype(tag);
    if constexpr (std::is_integral_v<T>)
      std::transform(elements.begin(), elements.end(), view.as<T>(),
                     [](int64_t element) { return static_cast<T>(element); });
  });
}

bool is_known(const HostValue& value) {
  return value && std::all_of(value->begin(), value->end(), is_known_element);
}

HostValue ints_argument(const InferArgs& args, size_t index, const char* attribute) {
  if (!args.has_input(index)) {
    std::vector<int64_t> out = args.attributes.get_ints(attribute);
    for (int64_t& element : out) element = known_element(element);
    return out;
  }
  const TensorType& type = args.inputs[index];
  TRTLIKE_CHECK(
      core::is_integer(type.dtype) && core::is_host_type(type.dtype) && type.dims.rank() <= 1,
      "[ops] input ", index, " '", attribute, "': expected a list of integers, got ",
      core::dtype_name(type.dtype), " with shape ", type.dims, ".");
  if (const HostValue& value = args.host_value(index)) return value;
  if (!core::is_static(type.dims)) return std::nullopt;
  TRTLIKE_CHECK(core::elems(type.dims) <= Dims::kMaxDims, "[ops] input ", index, " '", attribute,
                "': expected at most ", Dims::kMaxDims, " integers, got shape ", type.dims, ".");
  return std::vector<int64_t>(static_cast<size_t>(core::elems(type.dims)), kUnknownElement);
}

std::vector<int64_t> ints_argument(const ReferenceArgs& args, size_t index, const char* attribute) {
  std::vector<int64_t> out = args.has_input(index) ? int_elements(args.inputs[index])
                                                   : args.attributes.get_ints(attribute);
  for (int64_t& element : out) element = known_element(element);
  return out;
}

void check_constant_indices(const InferArgs& args, size_t input, const char* name, const Dims& data,
                            const std::function<int(int64_t)>& axis_of) {
  const TensorType& type = args.inputs[input];
  if (args.constant(input) == nullptr || !core::is_host_type(type.dtype)) return;
  const int64_t count = core::elems(type.dims);
  core::dispatch_dtype(type.dtype, "indices", [&](auto tag) {
    using T = decltype(tag);
    const auto* indices = static_cast<const T*>(args.constant(input));
    if constexpr (std::is_integral_v<T>)
      for (int64_t i = 0; i < count; ++i) {
        const int axis = axis_of(i);
        const auto index = static_cast<int64_t>(indices[i]);
        const int64_t extent = data[axis];
        if (extent < 0 || (index >= -extent && index < extent)) continue;
        throw InputError("[ops] ", input, name, index_sentence(index, data, axis));
      }
  });
}

std::vector<int64_t> int_elements(const core::TensorView& view) {
  std::vector<int64_t> out(static_cast<size_t>(view.elems()));
  core::dispatch_dtype(view.dtype, "integers", [&](auto tag) {
    using T = decltype(tag);
    if constexpr (std::is_integral_v<T>) {
      std::copy_n(view.as<T>(), out.size(), out.begin());
    } else {
      TRTLIKE_ASSERT(false, "integers of type ", core::dtype_name(view.dtype));
    }
  });
  return out;
}

void move_host_values(const InferArgs& args, void (*reference)(const ReferenceArgs&),
                      uint32_t moved, std::span<HostValue> outputs) {
  bool any_known = false;
  for (size_t i = 0; i < args.inputs.size(); ++i) {
    if (args.inputs[i].is_absent()) continue;
    const HostValue& value = args.host_value(i);
    if (is_moved(moved, i)) {
      if (!is_small(args.inputs[i])) return;
      any_known |= value.has_value();
    } else if (!is_known(value)) {
      return;
    }
  }
  if (!any_known || !std::all_of(args.outputs.begin(), args.outputs.end(), is_small)) return;

  std::vector<std::vector<int64_t>> elements, results;
  std::vector<core::TensorView> in, out;
  for (size_t i = 0; i < args.inputs.size(); ++i) {
    const Dims& dims = args.inputs[i].dims;
    if (args.inputs[i].is_absent()) {
      in.push_back({nullptr, DataType::Int64, dims});
      continue;
    }
    const HostValue& value = args.host_value(i);
    elements.push_back(
        value ? *value
              : std::vector<int64_t>(static_cast<size_t>(core::elems(dims)), kUnknownElement));
    in.push_back({elements.back().data(), DataType::Int64, dims});
  }
  for (const TensorType& type : args.outputs) {
    results.emplace_back(static_cast<size_t>(core::elems(type.dims)), kUnknownElement);
    out.push_back({results.back().data(), DataType::Int64, type.dims});
  }
  reference({args.self, args.attributes, in, out});
  for (size_t i = 0; i < results.size(); ++i) {
    const bool none =
        !results[i].empty() && std::none_of(results[i].begin(), results[i].end(), is_known_element);
    if (!none) outputs[i] = std::move(results[i]);
  }
}

std::string index_sentence(int64_t given, const Dims& dims, int axis) {
  return core::str("expected indices between ", -dims[axis], " and ", dims[axis] - 1, " for axis ",
                   axis, " of shape ", dims, ", got ", given, ".");
}

void fail_index(int64_t given, const Dims& dims, int axis) {
  throw UserError(core::str("[ops] input 1 'indices': ", index_sentence(given, dims, axis)));
}

}  // namespace trtlike::ops
