// Tests of the typed layers through the public API alone.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/message_of.h"
#include "trtlike/network.h"

namespace trtlike::test {

inline Weights ones(int64_t count) {
  static const std::vector<float> elements(256, 1.0f);
  return {DataType::Float, elements.data(), count, nullptr};
}

class TypedLayers : public testing::Test {
 protected:
  /// Sets a property, and reads it from the layer and from another view of it.
  template <typename L, typename Getter, typename Setter, typename Argument, typename Value>
  void expect_property(L layer, Getter get, void (Setter::*set)(Argument), const Value& value) {
    (layer.*set)(value);
    EXPECT_EQ((layer.*get)(), value);
    const Layer last = network.layer(network.num_layers() - 1);
    ASSERT_EQ(layer, last);
    EXPECT_EQ((L(last).*get)(), value);
  }

  /// The layer is the network's last one, and of the class's type.
  template <typename L>
  L expect_last(const L& layer) {
    const Layer last = network.layer(network.num_layers() - 1);
    EXPECT_EQ(layer, last);
    EXPECT_EQ(last.type(), L::kType);
    return layer;
  }

  Tensor input(const Dims& dims, DataType dtype = DataType::Float) {
    return network.add_input("x" + std::to_string(network.num_inputs()), dtype, dims);
  }

  Tensor constant(const Dims& dims, int64_t count) {
    return network.add_constant(dims, ones(count)).output(0);
  }

  Network network;
};

}  // namespace trtlike::test
