// Text from parts: str("node '", name, "' has ", n, " inputs").
#pragma once

#include <sstream>
#include <string>
#include <vector>

namespace trtlike::core {

/// Concatenates the parts as operator<< prints them.
template <typename... Parts>
std::string str(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

/// "a, b, c".
template <typename Range>
std::string join(const Range& items, const char* separator = ", ") {
  std::ostringstream out;
  const char* between = "";
  for (const auto& item : items) {
    out << between << item;
    between = separator;
  }
  return out.str();
}

}  // namespace trtlike::core
