// The attributes of a node: a small map from name to value, validated against the op's table.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "trtlike/types.h"

namespace trtlike::ops {

/// Kinds in the order of AttributeValue's alternatives.
enum class AttributeKind { Bool, Int, Float, String, Ints, Floats };

AttributeKind kind_of(const AttributeValue& value);
/// "an integer", "a list of floats", ...
const char* kind_name(AttributeKind kind);
/// "3", "[1, 2]", "'text'", ...
std::string to_string(const AttributeValue& value);

/// One row of an op's attribute table. The default's kind is the attribute's kind.
struct AttributeSpec {
  const char* name;
  AttributeValue default_value;
};

/// Attributes in the order of the op's table. Getters of the wrong name or kind are our own bug:
/// InternalError.
class Attributes {
 public:
  bool get_bool(std::string_view name) const;
  int64_t get_int(std::string_view name) const;
  double get_float(std::string_view name) const;
  const std::string& get_string(std::string_view name) const;
  const std::vector<int64_t>& get_ints(std::string_view name) const;
  const std::vector<double>& get_floats(std::string_view name) const;
  template <typename Enum>
  Enum get_enum(std::string_view name) const {
    return static_cast<Enum>(get_int(name));
  }

  const AttributeValue* find(std::string_view name) const;
  void set(std::string_view name, AttributeValue value);
  const std::vector<std::pair<std::string, AttributeValue>>& items() const { return items_; }
  bool operator==(const Attributes&) const = default;
  /// "kernel_shape=[3, 3], stride=[1, 1]".
  std::string to_string() const;

 private:
  template <typename T>
  const T& get(std::string_view name) const;

  std::vector<std::pair<std::string, AttributeValue>> items_;
};

}  // namespace trtlike::ops
