// Atomic file writing.
#include "core/os/files.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "core/check.h"

namespace trtlike::core {

void write_file(const std::string& path, const void* data, size_t bytes) {
  const std::string beside = str(path, ".", getpid(), ".partial");
  std::FILE* file = std::fopen(beside.c_str(), "wb");
  TRTLIKE_CHECK(file != nullptr, "[core] file '", path,
                "': expected to write it, got: ", std::strerror(errno), ".");
  const bool written = std::fwrite(data, 1, bytes, file) == bytes;
  const bool closed = std::fclose(file) == 0;
  if (!written || !closed || std::rename(beside.c_str(), path.c_str()) != 0) {
    const std::string reason = std::strerror(errno);
    std::remove(beside.c_str());
    throw UserError(
        str("[core] file '", path, "': expected to write ", bytes, " bytes, got: ", reason, "."));
  }
}

}  // namespace trtlike::core
