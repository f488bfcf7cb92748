// Folders, files and functions that a reader can take in. The lists of exceptions are meant to
// shrink.
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <regex>
#include <set>
#include <string>

#include "support/source_tree.h"

namespace trtlike {
namespace {

using test::name_of;
using test::read;
using test::sources;
using test::fs::path;

constexpr long kMaxFilesOfAFolder = 25;
constexpr long kMaxLinesOfAFunction = 60;

/// Folders in which every file has the same shape: one op, one rule, one operator, one concept.
const std::set<std::string> kUniformFolders = {
    "ops/defs", "ops/shapes", "onnx/operators", "optimizer/fusions", "bindings", "include/trtlike",
};

/// Functions that read like a table, each line on its own.
const std::set<std::string> kTables = {};

long num_lines(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

TEST(Sizes, folders_of_unlike_files_stay_small) {
  std::map<std::string, long> files;
  for (const path& source : sources()) ++files[name_of(source.parent_path())];
  EXPECT_GT(files.size(), 20u);
  for (const auto& [folder, count] : files)
    EXPECT_TRUE(count <= kMaxFilesOfAFolder || kUniformFolders.count(folder))
        << folder << " has " << count << " files; sort them into folders";
  for (const std::string& folder : kUniformFolders)
    EXPECT_TRUE(files.count(folder)) << folder << " is excepted and not there";
}

/// Public headers may be longer, since half of them is contract.
TEST(Sizes, files_stay_small) {
  for (const path& source : sources()) {
    const std::string name = name_of(source);
    const bool is_header = source.extension() == ".h";
    const long limit = name.starts_with("include/") ? 300 : is_header ? 200 : 800;
    EXPECT_LE(num_lines(read(source)), limit) << name << " is too long; split it";
  }
}

/// The function that a line opens: one that begins in the first columns and ends in a body.
std::optional<std::string> opened_function(const std::string& line) {
  static const std::regex head(R"(^ {0,2}\S.*?([A-Za-z_~][\w:]*|operator\S+)\(.*\{$)");
  static const std::regex other(
      R"(^ {0,2}(\}|namespace|struct|class|enum|union|extern|#|//|using).*)");
  std::smatch found;
  if (std::regex_match(line, other) || !std::regex_match(line, found, head)) return std::nullopt;
  return found[1].str();
}

TEST(Sizes, functions_stay_small) {
  long functions = 0;
  std::set<std::string> unused = kTables;
  for (const path& source : sources()) {
    std::istringstream text(read(source));
    std::string line, name, end;
    for (long number = 1, begin = 0; std::getline(text, line); ++number) {
      if (name.empty()) {
        const auto opened = opened_function(line);
        if (!opened) continue;
        name = name_of(source) + ": " + *opened;
        begin = number;
        end = std::string(line.find_first_not_of(' '), ' ') + "}";
      } else if (line.starts_with(end)) {
        ++functions;
        const long lines = number - begin + 1;
        if (lines > kMaxLinesOfAFunction && unused.erase(name) == 0)
          ADD_FAILURE() << name << " has " << lines << " lines; split it";
        name.clear();
      }
    }
    EXPECT_EQ(name, "") << "this function's end was not found";
  }
  EXPECT_GT(functions, 2000);
  for (const std::string& table : unused) ADD_FAILURE() << table << " is excepted and not long";
}

TEST(Sizes, every_file_opens_with_what_it_is_for) {
  for (const path& path : sources()) EXPECT_EQ(read(path).substr(0, 2), "//") << name_of(path);
}

}  // namespace
}  // namespace trtlike
