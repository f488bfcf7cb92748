// One of the fuzz targets as libFuzzer calls it: TRTLIKE_FUZZ_TARGET names the function.
#include <cstdio>
#include <cstdlib>

#include "fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string fault =
      trtlike::test::TRTLIKE_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  if (fault.empty()) return 0;
  std::fprintf(stderr, "%s\n", fault.c_str());
  std::abort();
}
