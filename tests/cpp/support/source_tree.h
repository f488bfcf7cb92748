// The C++ sources as files and text, for tests of the tree itself. TRTLIKE_SOURCE_DIR is defined
// for the files that include it.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace trtlike::test {

namespace fs = std::filesystem;

inline const fs::path kRoot = fs::path(TRTLIKE_SOURCE_DIR) / "cpp";

/// Headers, sources and lists below cpp/ or another folder.
inline std::vector<fs::path> sources(const fs::path& root = kRoot) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".h" || extension == ".cpp" || extension == ".inc")
      out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

inline std::string read(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

/// Relative to cpp/.
inline std::string name_of(const fs::path& path) {
  return fs::relative(path, kRoot).generic_string();
}

}  // namespace trtlike::test
