// The timing cache's reader: what it takes, it writes the same again.
#include "core/bytes.h"
#include "fuzz/fuzz_target.h"
#include "trtlike/timing_cache.h"

namespace trtlike::test {
namespace {

/// With the checksum of its third and later lines.
std::string with_checksum(std::string text) {
  const size_t first = text.find('\n');
  if (first == std::string::npos) return text;
  const size_t second = text.find('\n', first + 1);
  if (second == std::string::npos) return text;
  char line[40];
  std::snprintf(line, sizeof line, "checksum %016llx",
                static_cast<unsigned long long>(
                    core::checksum(text.data() + second + 1, text.size() - second - 1)));
  return text.replace(first + 1, second - first - 1, line);
}

}  // namespace

std::string fuzz_timing_cache(std::string_view bytes) {
  std::string fault;
  for (const std::string& text : {std::string(bytes), with_checksum(std::string(bytes))})
    fault += find_fault([&]() -> std::string {
      const TimingCache cache{std::string_view(text)};
      const std::string written = cache.serialize();
      const TimingCache again{std::string_view(written)};
      if (again.serialize() != written) return "written and read, it is another cache";
      for (const std::string& key : cache.keys())
        if (!cache.query(key)) return "a key without an entry";
      TimingCache other;
      other.combine(cache, true);
      return "";
    });
  return fault;
}

std::vector<std::string> timing_cache_seeds() {
  TimingCache cache;
  cache.update("Convolution{stride=[1, 1]}(f32[1, 3, 8, 8])->(f32[1, 4, 8, 8])", {"direct", 0.25});
  cache.update("Softmax{}(f32[2, 8])->(f32[2, 8]) threads=2", {"softmax_f32_avx2", 1e-6});
  return {"", TimingCache().serialize(), cache.serialize()};
}

}  // namespace trtlike::test
