// Attribute access and printing.
#include "ops/attributes.h"

#include "core/check.h"

namespace trtlike::ops {

AttributeKind kind_of(const AttributeValue& value) {
  return static_cast<AttributeKind>(value.index());
}

const char* kind_name(AttributeKind kind) {
  static constexpr const char* kNames[] = {"a boolean", "an integer",         "a float",
                                           "a string",  "a list of integers", "a list of floats"};
  return kNames[static_cast<int>(kind)];
}

std::string to_string(const AttributeValue& value) {
  struct Printer {
    std::string operator()(bool b) const { return b ? "true" : "false"; }
    std::string operator()(int64_t i) const { return std::to_string(i); }
    std::string operator()(double d) const { return core::str(d); }
    std::string operator()(const std::string& s) const { return core::str("'", s, "'"); }
    std::string operator()(const std::vector<int64_t>& v) const {
      return core::str("[", core::join(v), "]");
    }
    std::string operator()(const std::vector<double>& v) const {
      return core::str("[", core::join(v), "]");
    }
  };
  return std::visit(Printer{}, value);
}

const AttributeValue* Attributes::find(std::string_view name) const {
  for (const auto& [key, value] : items_)
    if (key == name) return &value;
  return nullptr;
}

void Attributes::set(std::string_view name, AttributeValue value) {
  for (auto& [key, old] : items_) {
    if (key != name) continue;
    old = std::move(value);
    return;
  }
  items_.emplace_back(name, std::move(value));
}

template <typename T>
const T& Attributes::get(std::string_view name) const {
  const AttributeValue* value = find(name);
  TRTLIKE_ASSERT(value != nullptr, "attribute '", name, "'");
  const T* typed = std::get_if<T>(value);
  TRTLIKE_ASSERT(typed != nullptr, "kind of attribute '", name, "'");
  return *typed;
}

bool Attributes::get_bool(std::string_view name) const { return get<bool>(name); }
int64_t Attributes::get_int(std::string_view name) const { return get<int64_t>(name); }
double Attributes::get_float(std::string_view name) const { return get<double>(name); }
const std::string& Attributes::get_string(std::string_view name) const {
  return get<std::string>(name);
}
const std::vector<int64_t>& Attributes::get_ints(std::string_view name) const {
  return get<std::vector<int64_t>>(name);
}
const std::vector<double>& Attributes::get_floats(std::string_view name) const {
  return get<std::vector<double>>(name);
}

std::string Attributes::to_string() const {
  std::vector<std::string> parts;
  for (const auto& [key, value] : items_)
    parts.push_back(core::str(key, "=", ops::to_string(value)));
  return core::join(parts);
}

}  // namespace trtlike::ops
