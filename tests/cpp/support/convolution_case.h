// Convolutions as cases for tactics.
#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "support/tactic_case.h"

namespace trtlike::test {

using ConvolutionAttributes = std::vector<std::pair<std::string, AttributeValue>>;

inline constexpr Storage kChannelsLast{DataType::Float, kernels::Layout::ChannelsLast, 0};

inline Storage pitched(int64_t pitch) {
  return {DataType::Float, kernels::Layout::ChannelsLast, pitch};
}

/// With a bias.
inline TacticCase convolution(Dims input, Dims kernel, const ConvolutionAttributes& attributes,
                              Storage from = kChannelsLast, Storage to = kChannelsLast) {
  TacticCase out("Convolution", attributes);
  out.input(input, from).constant(kernel).constant({kernel[0]}).output(to);
  return out;
}

inline ConvolutionAttributes padded(int64_t n) {
  const std::vector<int64_t> both = {n, n};
  return {{"pre_padding", both}, {"post_padding", both}};
}

/// Calls f(input, kernel, attributes) for depthwise convolutions of many windows, strides, channels
/// around the vector width, and extents.
template <typename F>
void for_each_depthwise(F&& f) {
  for (const int64_t kernel : {1, 2, 3, 5, 7, 9})
    for (const int64_t stride : {1, 2, 3})
      for (const int64_t c : {3, 16, 33, 70})
        for (const auto& [h, w] : std::vector<std::array<int64_t, 2>>{{1, 1}, {7, 7}, {9, 23}}) {
          ConvolutionAttributes attributes = padded(kernel / 2);
          attributes.emplace_back("num_groups", c);
          attributes.emplace_back("stride", std::vector<int64_t>{stride, stride});
          if (h + kernel / 2 * 2 < kernel) continue;
          f(Dims{2, c, h, w}, Dims{c, 1, kernel, kernel}, attributes);
        }
}

}  // namespace trtlike::test
