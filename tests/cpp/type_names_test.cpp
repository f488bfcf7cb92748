// Types that are seen outside of their file have names of their own. Two of one name would be one
// to the linker, which keeps the functions of either for both.
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "support/source_tree.h"

namespace trtlike {
namespace {

using Places = std::map<std::string, std::set<std::string>>;

/// Adds the types that a file defines in named namespaces, by their whole names.
void find_types(const test::fs::path& file, Places& found) {
  static const std::regex open(R"(namespace ([\w:]*)\s*\{.*)");
  static const std::regex type(
      R"((?:struct|class|enum|enum class|union) (\w+)(?: final)?(?: :[^;{]*)?\s*\{.*)");
  std::istringstream text(test::read(file));
  std::vector<std::string> namespaces;
  std::smatch match;
  for (std::string line; std::getline(text, line);) {
    if (std::regex_match(line, match, open)) {
      namespaces.push_back(match[1]);
    } else if (line.starts_with("}  // namespace") && !namespaces.empty()) {
      namespaces.pop_back();
    } else if (std::regex_match(line, match, type)) {
      std::string name;
      bool is_named = true;
      for (const std::string& space : namespaces) {
        is_named = is_named && !space.empty();
        name += space + "::";
      }
      if (is_named) found[name + match[1].str()].insert(test::name_of(file));
    }
  }
}

TEST(TypeNames, no_two_types_have_one) {
  Places found;
  for (const auto& root : {test::kRoot, test::kRoot.parent_path() / "tests/cpp"})
    for (const test::fs::path& file : test::sources(root)) find_types(file, found);
  EXPECT_GT(found.size(), 400u);
  for (const auto& [name, files] : found)
    EXPECT_EQ(files.size(), 1u) << name << " is in " << testing::PrintToString(files);
}

}  // namespace
}  // namespace trtlike
