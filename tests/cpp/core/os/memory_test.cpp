// Files in memory: what is no file, and what happens to files meanwhile.
#include "core/os/memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "trtlike/error.h"

namespace trtlike::core {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Files : public testing::Test {
 protected:
  Files() { fs::create_directories(folder_); }
  ~Files() override { fs::remove_all(folder_); }

  std::string write(const char* name, size_t bytes) const {
    const std::string path = folder_ / name;
    std::ofstream(path, std::ios::binary) << std::string(bytes, 'a');
    return path;
  }
  static std::string refusal(const std::string& path) {
    try {
      map_file(path.c_str());
    } catch (const UserError& e) {
      return e.what();
    }
    return "";
  }

  const fs::path folder_ =
      fs::temp_directory_path() / ("trtlike_memory_test_" + std::to_string(getpid()));
};

TEST_F(Files, what_is_no_regular_file_is_refused_without_waiting) {
  const std::string pipe = folder_ / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  for (const std::string& path : {pipe, folder_.string(), std::string("/dev/zero")})
    EXPECT_THAT(refusal(path), HasSubstr("expected a regular file, got something else")) << path;
  EXPECT_THAT(refusal(folder_ / "none"), HasSubstr("expected to open it for reading"));
}

TEST_F(Files, a_small_file_is_a_copy) {
  const std::string path = write("small", 5000);
  const MappedFile file = map_file(path.c_str());
  write("small", 1);
  ASSERT_EQ(file.bytes, 5000u);
  EXPECT_EQ(file.file, nullptr);
  EXPECT_EQ(static_cast<const char*>(file.data.get())[4999], 'a');
  EXPECT_EQ(reinterpret_cast<uintptr_t>(file.data.get()) % kAlignment, 0u);
  EXPECT_EQ(map_file(write("empty", 0).c_str()).bytes, 0u);
}

TEST_F(Files, a_large_file_that_became_shorter_is_noticed) {
  const std::string path = write("large", kCopiedFileBytes + 1);
  const MappedFile file = map_file(path.c_str());
  ASSERT_NE(file.file, nullptr);
  file.file->check_size();
  EXPECT_EQ(static_cast<const char*>(file.data.get())[kCopiedFileBytes], 'a');
  fs::resize_file(path, 100);
  try {
    file.file->check_size();
    FAIL() << "taken";
  } catch (const UserError& e) {
    EXPECT_THAT(e.what(), HasSubstr("expected it to keep its 16777217 bytes"));
    EXPECT_THAT(e.what(), HasSubstr("got 100."));
  }
}

TEST_F(Files, a_large_file_that_another_one_replaces_stays_whole) {
  const std::string path = write("large", kCopiedFileBytes + 1);
  const MappedFile file = map_file(path.c_str());
  fs::rename(write("other", 3), path);
  file.file->check_size();
  EXPECT_EQ(static_cast<const char*>(file.data.get())[kCopiedFileBytes], 'a');
}

}  // namespace
}  // namespace trtlike::core
