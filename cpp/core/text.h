// Text of several lines.
#pragma once

#include <algorithm>
#include <string>

namespace trtlike::core {

/// Every line two columns further right.
inline std::string indented(const std::string& text) {
  std::string out;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    out += "  " + text.substr(begin, end - begin);
    begin = end;
  }
  return out;
}

}  // namespace trtlike::core
