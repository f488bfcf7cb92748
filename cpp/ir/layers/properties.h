// What the layer classes' properties are made of: attributes and constant inputs of a layer.
#pragma once

#include <string>
#include <vector>

#include "trtlike/layer.h"

namespace trtlike {

template <typename T>
T get(const Layer& layer, const char* name) {
  return std::get<T>(layer.attribute(name));
}

template <typename E>
E get_enum(const Layer& layer, const char* name) {
  return static_cast<E>(get<int64_t>(layer, name));
}

inline std::vector<int64_t> to_list(const Dims& dims) { return {dims.begin(), dims.end()}; }

inline Dims get_dims(const Layer& layer, const char* name) {
  return Dims(get<std::vector<int64_t>>(layer, name));
}

inline void set_dims(Layer& layer, const char* name, const Dims& dims) {
  layer.set_attribute(name, to_list(dims));
}

}  // namespace trtlike
