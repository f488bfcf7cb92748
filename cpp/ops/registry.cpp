// The table of ops, attribute completion, and the calls that everyone makes on an op.
#include <algorithm>
#include <array>

#include "core/added_entries.h"
#include "ops/host_values.h"

namespace trtlike::ops {

#define TRTLIKE_OP(name, stem, onnx, opset) const OpDefinition& stem##_op();
#include "ops/ops.inc"
#undef TRTLIKE_OP

namespace {

constexpr int64_t kMaxOutputs = 1 << 16;

/// Never destroyed: runs may end later than the process begins to.
const std::vector<const OpDefinition*>& table() {
  static const auto& ops = *new std::vector<const OpDefinition*>{
#define TRTLIKE_OP(name, stem, onnx, opset) &stem##_op(),
#include "ops/ops.inc"
#undef TRTLIKE_OP
  };
  return ops;
}

/// Never destroyed: what is registered may be asked for until the process ends.
core::AddedEntries<OpDefinition>& added() {
  static auto& entries = *new core::AddedEntries<OpDefinition>;
  return entries;
}

const OpDefinition* find_built_in(std::string_view name) {
  for (const OpDefinition* op : table())
    if (name == op->name) return op;
  return nullptr;
}

void check_definition(const OpDefinition& op) {
  TRTLIKE_CHECK(op.name != nullptr && *op.name != '\0' && op.meaning != nullptr,
                "[ops] register_op: expected an op with a name and a meaning, got none.");
  TRTLIKE_CHECK(op.infer != nullptr, "[ops] register_op, op '", op.name,
                "': expected a shape rule (infer), got none.");
  TRTLIKE_CHECK(op.num_outputs >= 1, "[ops] register_op, op '", op.name,
                "': expected at least one output, got ", op.num_outputs, ".");
  TRTLIKE_CHECK((op.save_blob == nullptr) == (op.load_blob == nullptr), "[ops] register_op, op '",
                op.name, "': expected both of save_blob and load_blob, or none, got one.");
}

/// The value as the kind of `spec`, where nothing is lost by it.
AttributeValue convert(const AttributeValue& value, const AttributeSpec& spec) {
  const AttributeKind want = kind_of(spec.default_value), have = kind_of(value);
  if (want == have) return value;
  if (want == AttributeKind::Float && have == AttributeKind::Int)
    return static_cast<double>(std::get<int64_t>(value));
  if (want == AttributeKind::Int && have == AttributeKind::Bool)
    return static_cast<int64_t>(std::get<bool>(value));
  if (want == AttributeKind::Bool && have == AttributeKind::Int)
    return std::get<int64_t>(value) != 0;
  if (want == AttributeKind::Floats && have == AttributeKind::Ints) {
    const auto& ints = std::get<std::vector<int64_t>>(value);
    return std::vector<double>(ints.begin(), ints.end());
  }
  throw UserError(core::str("[ops] attribute '", spec.name, "': expected ", kind_name(want),
                            ", got ", kind_name(have), " ", to_string(value), "."));
}

void check_arity(const OpDefinition& op, std::span<const TensorType> inputs) {
  const size_t most = op.inputs.size();
  TRTLIKE_CHECK(op.variadic || inputs.size() <= most, "[ops] ", op.name, ": expected at most ",
                most, " inputs, got ", inputs.size(), ".");
  for (size_t i = 0; i < most; ++i) {
    TRTLIKE_CHECK(op.inputs[i].optional || (i < inputs.size() && !inputs[i].is_absent()), "[ops] ",
                  op.name, ": expected input ", i, " '", op.inputs[i].name, "', got none.");
  }
}

}  // namespace

const HostValue& InferArgs::host_value(size_t i) const {
  static const HostValue kNothing;
  return i < host.size() ? host[i] : kNothing;
}

const OpDefinition& register_op(std::shared_ptr<const OpDefinition> op) {
  TRTLIKE_CHECK(op != nullptr, "[ops] register_op: expected an op, got null.");
  check_definition(*op);
  const std::string_view name = op->name;
  return added().add(std::move(op), [&](const std::vector<const OpDefinition*>& others) {
    const bool taken = find_built_in(name) != nullptr ||
                       std::any_of(others.begin(), others.end(),
                                   [&](const OpDefinition* other) { return name == other->name; });
    TRTLIKE_CHECK(!taken, "[ops] register_op: expected a name that no op has, got '", name,
                  "'. Ops can be neither replaced nor removed.");
  });
}

std::vector<const OpDefinition*> registered_ops() { return added().all(); }

const OpDefinition* find_op(std::string_view name) {
  if (const OpDefinition* op = find_built_in(name)) return op;
  return added().find([&](const OpDefinition& op) { return name == op.name; });
}

const OpDefinition& get_op(std::string_view name) {
  const OpDefinition* op = find_op(name);
  TRTLIKE_ASSERT(op != nullptr, "op '", name, "'");
  return *op;
}

std::span<const OpDefinition* const> built_in_ops() { return table(); }

Attributes complete_attributes(const OpDefinition& op,
                               const std::vector<std::pair<std::string, AttributeValue>>& given) {
  Attributes out;
  for (const AttributeSpec& spec : op.attributes) out.set(spec.name, spec.default_value);
  for (const auto& [name, value] : given) {
    const auto spec = std::find_if(op.attributes.begin(), op.attributes.end(),
                                   [&](const AttributeSpec& s) { return name == s.name; });
    if (spec == op.attributes.end()) {
      std::vector<std::string> names;
      for (const AttributeSpec& s : op.attributes) names.emplace_back(s.name);
      throw UserError(core::str("[ops] ", op.name, ": expected one of the attributes ",
                                core::join(names), ", got '", name, "'."));
    }
    out.set(name, convert(value, *spec));
  }
  return out;
}

size_t count_outputs(const OpDefinition& op, const Attributes& attributes) {
  const int64_t count =
      op.outputs_attribute == nullptr ? op.num_outputs : attributes.get_int(op.outputs_attribute);
  TRTLIKE_CHECK(count >= 0 && count <= kMaxOutputs, "[ops] ", op.name,
                ": expected a number of outputs from 0 to ", kMaxOutputs, ", got ", count, ".");
  return static_cast<size_t>(count);
}

void infer(const OpDefinition& op, const Attributes& attributes, std::span<const TensorType> inputs,
           std::span<const HostValue> host, std::vector<TensorType>& outputs,
           std::span<const void* const> constants) {
  check_arity(op, inputs);
  outputs.assign(count_outputs(op, attributes), TensorType{});
  op.infer({op.self, attributes, inputs, host, outputs, constants});
  for (size_t i = 0; i < outputs.size(); ++i)
    core::check_extents(outputs[i].dims, "[ops] ", op.name, ", output ", i);
}

bool bound_extents(const OpDefinition& op, const InferArgs& args) {
  const auto is_settled = [](const TensorType& type) {
    return type.is_absent() || core::is_static(type.dims);
  };
  if (op.bound_extents == nullptr ||
      std::all_of(args.outputs.begin(), args.outputs.end(), is_settled) ||
      !std::all_of(args.inputs.begin(), args.inputs.end(), is_settled))
    return false;
  op.bound_extents(args);
  return true;
}

std::vector<HostValue> propagate(const OpDefinition& op, const Attributes& attributes,
                                 std::span<const TensorType> inputs,
                                 std::span<const HostValue> host,
                                 std::span<const TensorType> outputs) {
  std::vector<HostValue> out(outputs.size());
  std::vector<TensorType> types(outputs.begin(), outputs.end());
  if (op.propagate != nullptr) {
    op.propagate({op.self, attributes, inputs, host, types}, out);
    return out;
  }
  if (op.reference == nullptr || !is_repeatable(op, attributes)) return out;
  std::vector<std::vector<char>> storage;
  std::vector<core::TensorView> in, results;
  const auto view = [&](const TensorType& type) {
    storage.emplace_back(core::dtype_bytes(type.dtype, core::elems(type.dims)) + 1);
    return core::TensorView{storage.back().data(), type.dtype, type.dims};
  };
  if (!std::all_of(outputs.begin(), outputs.end(), may_be_known)) return out;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].is_absent()) {
      in.push_back({nullptr, inputs[i].dtype, inputs[i].dims});
      continue;
    }
    if (i >= host.size() || !is_known(host[i]) || !core::is_static(inputs[i].dims) ||
        !core::is_host_type(inputs[i].dtype))
      return out;
    in.push_back(view(inputs[i]));
    write_host_elements(*host[i], in.back());
  }
  for (const TensorType& type : outputs) results.push_back(view(type));
  op.reference({op.self, attributes, in, results});
  for (size_t i = 0; i < results.size(); ++i) out[i] = host_elements(results[i]);
  return out;
}

}  // namespace trtlike::ops
