// Writing files so that a reader never sees half of one.
#pragma once

#include <cstddef>
#include <string>

namespace trtlike::core {

/// Writes beside `path`, then renames. Throws UserError naming the path; what was there before
/// stays on failure.
void write_file(const std::string& path, const void* data, size_t bytes);

}  // namespace trtlike::core
