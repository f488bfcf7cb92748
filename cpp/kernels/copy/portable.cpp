// Inner loops in plain C++.
#include <algorithm>
#include <cstring>

#include "kernels/copy/copy.h"

namespace trtlike::kernels::copy {
namespace {

template <typename T>
void transpose(const char* in, int64_t in_pitch, char* out, int64_t out_pitch, int64_t rows,
               int64_t columns) {
  constexpr int64_t kBlock = 64 / sizeof(T);
  for (int64_t r0 = 0; r0 < rows; r0 += kBlock) {
    const int64_t r1 = std::min(rows, r0 + kBlock);
    for (int64_t c = 0; c < columns; ++c) {
      char* to = out + c * out_pitch;
      const char* from = in + c * static_cast<int64_t>(sizeof(T));
      for (int64_t r = r0; r < r1; ++r)
        std::memcpy(to + r * static_cast<int64_t>(sizeof(T)), from + r * in_pitch, sizeof(T));
    }
  }
}

void copy_rows(const char* in, int64_t in_pitch, char* out, int64_t out_pitch, int64_t rows,
               int64_t bytes) {
  for (int64_t r = 0; r < rows; ++r)
    std::memcpy(out + r * out_pitch, in + r * in_pitch, static_cast<size_t>(bytes));
}

}  // namespace

constinit const InnerLoops kPortable{
    {transpose<uint8_t>, transpose<uint16_t>, transpose<uint32_t>, transpose<uint64_t>}, copy_rows};

}  // namespace trtlike::kernels::copy
