// What the reader of timing caches refuses.
#include "core/bytes.h"
#include "core/strings.h"
#include "errors/refusals.h"
#include "trtlike/timing_cache.h"

namespace trtlike::test {
namespace {

/// A cache of these lines with the checksum that they have.
std::string with_checksum(const std::string& lines) {
  char sum[40];
  std::snprintf(sum, sizeof sum, "checksum %016llx\n",
                static_cast<unsigned long long>(core::checksum(lines.data(), lines.size())));
  return "trtlike timing cache 1\n" + std::string(sum) + lines;
}

RefusalCase refusal(const char* name, const std::string& text, const std::string& sentence) {
  return {name, [text] { TimingCache{std::string_view(text)}; },
          "PlanError: [tuner] timing cache: " + sentence};
}

const RefusalCase kCases[] = {
    refusal("no_line", "trtlike", "expected a line with a header, got the end of the data."),
    refusal("header", "other bytes\n",
            "expected the header 'trtlike timing cache 1', got other bytes. Delete the file to "
            "start anew."),
    refusal("no_checksum", "trtlike timing cache 1\n",
            "expected a line with a checksum, got the end of the data."),
    refusal("checksum", "trtlike timing cache 1\nno checksum\n",
            "expected a checksum in line 2, got something else."),
    refusal("altered", "trtlike timing cache 1\nchecksum 1\nmachine\n",
            "expected contents that match the checksum, got altered or truncated ones."),
    refusal("no_machine", with_checksum("machine"),
            "expected a line with a machine, got the end of the data."),
    refusal("entry_without_a_key", with_checksum("machine\n12\tdirect\n"),
            "expected 'ns tab tactic tab key', got '12\tdirect'."),
    refusal("entry_without_a_time", with_checksum("machine\nfast\tdirect\tkey\n"),
            "expected 'ns tab tactic tab key', got 'fast\tdirect\tkey'."),
    refusal("entry_below_0", with_checksum("machine\n-1\tdirect\tkey\n"),
            "expected 'ns tab tactic tab key', got '-1\tdirect\tkey'."),
    {"key_of_two_lines", [] { TimingCache().update("a\nb", {"direct", 1}); },
     "[tuner] timing cache, key: expected one line, got 'a\nb'."},
    {"tactic_with_a_tab", [] { TimingCache().update("key", {"a\tb", 1}); },
     "[tuner] timing cache, tactic: expected one without line breaks and tabs, got 'a\tb'."},
    {"time_below_0", [] { TimingCache().update("key", {"direct", -1}); },
     "[tuner] timing cache, time: expected milliseconds of at least 0, got -1."},
};

INSTANTIATE_TEST_SUITE_P(TimingCache, Refusals, testing::ValuesIn(kCases), case_name<RefusalCase>);

}  // namespace
}  // namespace trtlike::test
