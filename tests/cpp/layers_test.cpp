// The one-way order of folders (cpp/layers.txt), the absence of include cycles, and the sizes of
// files.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace trtlike {
namespace {

namespace fs = std::filesystem;
using Edges = std::map<std::string, std::set<std::string>>;

const fs::path kRoot = fs::path(TRTLIKE_SOURCE_DIR) / "cpp";

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

std::vector<fs::path> sources() {
  std::vector<fs::path> out;
  for (const auto& entry : fs::recursive_directory_iterator(kRoot)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".h" || extension == ".cpp" || extension == ".inc")
      out.push_back(entry.path());
  }
  return out;
}

std::string read(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string name_of(const fs::path& path) { return fs::relative(path, kRoot).generic_string(); }

std::string folder_of(const std::string& file) { return file.substr(0, file.find('/')); }

/// The file's project includes, relative to cpp/.
std::vector<std::string> includes(const fs::path& path) {
  static const std::regex pattern("#include\\s+\"([^\"]+)\"");
  const std::string text = read(path);
  std::vector<std::string> out;
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) {
    const std::string name = (*it)[1];
    if (fs::exists(kRoot / name)) {
      out.push_back(name);
    } else if (fs::exists(kRoot / "include" / name)) {
      out.push_back("include/" + name);
    }
  }
  return out;
}

TEST(Layers, every_include_follows_the_table) {
  const Edges allowed = read_layers();
  for (const fs::path& path : sources()) {
    const std::string from = name_of(path), folder = folder_of(from);
    ASSERT_TRUE(allowed.count(folder)) << "folder of " << from << " is not in layers.txt";
    for (const std::string& to : includes(path)) {
      EXPECT_TRUE(folder == folder_of(to) || allowed.at(folder).count(folder_of(to)))
          << from << " includes " << to << ": layers.txt does not let '" << folder << "' see '"
          << folder_of(to) << "'";
    }
  }
}

TEST(Layers, the_root_holds_no_code) {
  for (const fs::path& path : sources()) EXPECT_NE(path.parent_path(), kRoot) << path;
}

TEST(Layers, no_file_includes_itself_through_others) {
  Edges edges;
  for (const fs::path& path : sources())
    for (const std::string& to : includes(path)) edges[name_of(path)].insert(to);
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

TEST(Layers, files_stay_small) {
  for (const fs::path& path : sources()) {
    const std::string text = read(path), name = name_of(path);
    const auto lines = std::count(text.begin(), text.end(), '\n');
    const bool is_public = folder_of(name) == "include";
    EXPECT_LE(lines, is_public ? 300 : 800) << name << " is " << lines << " lines long; split it";
  }
}

TEST(Layers, every_file_opens_with_what_it_is_for) {
  for (const fs::path& path : sources()) EXPECT_EQ(read(path).substr(0, 2), "//") << name_of(path);
}

}  // namespace
}  // namespace trtlike
