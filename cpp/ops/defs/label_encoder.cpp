// LabelEncoder: each number replaced by what a table has for it.
#include <cmath>
#include <map>

#include "core/check.h"
#include "ops/elements.h"
#include "ops/host_values.h"
#include "ops/indexing.h"

namespace trtlike::ops {
namespace {

enum Input : size_t { kX, kKeys, kValues, kDefault };

void infer(const InferArgs& args) {
  const TensorType &x = args.inputs[kX], &keys = args.inputs[kKeys], &values = args.inputs[kValues],
                   &rest = args.inputs[kDefault];
  TRTLIKE_CHECK(
      core::is_integer(x.dtype) == core::is_integer(keys.dtype) && x.dtype != DataType::Bool,
      "[ops] input 1 'keys': expected numbers of the kind of input 0, ", core::dtype_name(x.dtype),
      ", got ", core::dtype_name(keys.dtype), ".");
  TRTLIKE_CHECK(keys.dims.rank() == 1 && keys.dims == values.dims,
                "[ops] input 2 'values': expected a value for each key of ", keys.dims, ", got ",
                values.dims, ".");
  TRTLIKE_CHECK(rest.dtype == values.dtype && core::elems(rest.dims) == 1,
                "[ops] input 3 'default': expected one element of ", core::dtype_name(values.dtype),
                ", got ", core::dtype_name(rest.dtype), " with shape ", rest.dims, ".");
  args.outputs[0] = {values.dtype, x.dims};
}

/// NaN is a key like others, before all of them.
struct Before {
  bool operator()(double a, double b) const { return std::isnan(a) ? !std::isnan(b) : a < b; }
  bool operator()(int64_t a, int64_t b) const { return a < b; }
};

/// The first of equal keys holds.
template <typename T>
void look_up(const ReferenceArgs& args, const std::vector<T>& x, const std::vector<T>& keys) {
  const core::TensorView& out = args.outputs[0];
  const ElementMover values(args.inputs[kValues], out, "LabelEncoder");
  const ElementMover rest(args.inputs[kDefault], out, "LabelEncoder");
  std::map<T, int64_t, Before> table;
  for (size_t i = 0; i < keys.size(); ++i) table.try_emplace(keys[i], static_cast<int64_t>(i));
  for (size_t i = 0; i < x.size(); ++i) {
    const auto found = table.find(x[i]);
    const auto to = static_cast<int64_t>(i);
    found == table.end() ? rest.copy(0, to) : values.copy(found->second, to);
  }
}

void reference(const ReferenceArgs& args) {
  const core::TensorView &x = args.inputs[kX], &keys = args.inputs[kKeys];
  if (core::is_floating_point(x.dtype))
    look_up(args, read_elements(x), read_elements(keys));
  else
    look_up(args, int_elements(x), int_elements(keys));
}

}  // namespace

const OpDefinition& label_encoder_op() {
  static const OpDefinition op{
      .name = "LabelEncoder",
      .meaning = "each number replaced by what a table has for it",
      .layer_type = LayerType::PluginV3,
      .attributes = {},
      .inputs = {{.name = "input"},
                 {.name = "keys", .weights = true},
                 {.name = "values", .weights = true},
                 {.name = "default", .weights = true}},
      .infer = infer,
      .reference = reference,
  };
  return op;
}

}  // namespace trtlike::ops
