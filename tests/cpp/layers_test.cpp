// The one-way order of folders (cpp/layers.txt) and the absence of include cycles.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "support/source_tree.h"

namespace trtlike {
namespace {

using test::kRoot;
using test::name_of;
using test::read;
using test::sources;
using test::fs::path;
using Edges = std::map<std::string, std::set<std::string>>;

Edges read_layers() {
  Edges allowed;
  std::ifstream in(kRoot / "layers.txt");
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    const size_t colon = line.find(':');
    std::istringstream names(line.substr(colon + 1));
    std::set<std::string>& to = allowed[line.substr(0, colon)];
    for (std::string name; names >> name;) to.insert(name);
  }
  return allowed;
}

std::string folder_of(const std::string& file) { return file.substr(0, file.find('/')); }

/// The file's project includes, relative to cpp/.
std::vector<std::string> includes(const path& file) {
  static const std::regex pattern("#include\\s+\"([^\"]+)\"");
  const std::string text = read(file);
  std::vector<std::string> out;
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) {
    const std::string name = (*it)[1];
    if (test::fs::exists(kRoot / name)) {
      out.push_back(name);
    } else if (test::fs::exists(kRoot / "include" / name)) {
      out.push_back("include/" + name);
    }
  }
  return out;
}

TEST(Layers, every_include_follows_the_table) {
  const Edges allowed = read_layers();
  for (const path& source : sources()) {
    const std::string from = name_of(source), folder = folder_of(from);
    ASSERT_TRUE(allowed.count(folder)) << "folder of " << from << " is not in layers.txt";
    for (const std::string& to : includes(source)) {
      EXPECT_TRUE(folder == folder_of(to) || allowed.at(folder).count(folder_of(to)))
          << from << " includes " << to << ": layers.txt does not let '" << folder << "' see '"
          << folder_of(to) << "'";
    }
  }
}

TEST(Layers, the_root_holds_no_code) {
  for (const path& source : sources()) EXPECT_NE(source.parent_path(), kRoot) << source;
}

TEST(Layers, no_file_includes_itself_through_others) {
  Edges edges;
  for (const path& source : sources())
    for (const std::string& to : includes(source)) edges[name_of(source)].insert(to);
  std::set<std::string> done, open;
  const std::function<void(const std::string&)> visit = [&](const std::string& file) {
    if (done.count(file)) return;
    ASSERT_TRUE(open.insert(file).second) << "include cycle through " << file;
    for (const std::string& to : edges[file]) visit(to);
    open.erase(file);
    done.insert(file);
  };
  for (const auto& [file, to] : Edges(edges)) visit(file);
}

}  // namespace
}  // namespace trtlike
