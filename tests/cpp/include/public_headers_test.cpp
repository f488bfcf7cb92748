// What the public headers show: the API alone. That each compiles by itself, with no other folder
// on the include path, is what the target public_headers is for.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace trtlike {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> public_headers() {
  std::vector<fs::path> out;
  const fs::path root = fs::path(TRTLIKE_SOURCE_DIR) / "cpp/include/trtlike";
  for (const auto& entry : fs::recursive_directory_iterator(root))
    if (entry.is_regular_file()) out.push_back(entry.path());
  return out;
}

std::string read(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(PublicHeaders, show_nothing_of_the_implementation) {
  const std::regex inner(
      "\\b(core|ops|kernels|engine|runtime|ir|onnx|optimizer|tuner|calibration|builder|bindings)::"
      "|\\bnamespace +trtlike::"
      "|\\bnamespace +(?!trtlike\\b)\\w+"
      "|\\bimpl\\(\\)");
  const std::vector<fs::path> headers = public_headers();
  ASSERT_GE(headers.size(), 20u);
  for (const fs::path& path : headers) {
    const std::string text = read(path);
    std::smatch found;
    EXPECT_FALSE(std::regex_search(text, found, inner)) << path << " shows '" << found.str() << "'";
  }
}

TEST(PublicHeaders, include_the_standard_library_and_each_other) {
  const std::regex include("#include +([<\"])([^>\"]+)[>\"]");
  for (const fs::path& path : public_headers()) {
    const std::string text = read(path);
    for (std::sregex_iterator it(text.begin(), text.end(), include), end; it != end; ++it) {
      const std::string name = (*it)[2];
      if ((*it)[1] == "\"") {
        EXPECT_EQ(name.rfind("trtlike/", 0), 0u) << path << " includes " << name;
      } else {
        EXPECT_EQ(name.find_first_of("./"), std::string::npos) << path << " includes " << name;
      }
    }
  }
}

TEST(PublicHeaders, are_all_in_the_umbrella) {
  const std::string all = read(fs::path(TRTLIKE_SOURCE_DIR) / "cpp/include/trtlike/trtlike.h");
  const fs::path root = fs::path(TRTLIKE_SOURCE_DIR) / "cpp/include";
  for (const fs::path& path : public_headers()) {
    if (path.extension() != ".h" || path.filename() == "trtlike.h") continue;
    const std::string name = fs::relative(path, root).generic_string();
    if (name == "trtlike/enums/enum_table.h") continue;
    EXPECT_NE(all.find("#include \"" + name + "\""), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace trtlike
