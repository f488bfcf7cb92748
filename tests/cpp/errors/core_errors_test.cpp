// What the vocabulary of shapes, types, memory, files and environment refuses.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/dtype.h"
#include "core/os/address_space.h"
#include "core/os/files.h"
#include "core/os/memory.h"
#include "core/shape.h"
#include "core/threads/threads.h"
#include "errors/refusals.h"
#include "trtlike/machine.h"

namespace trtlike::test {
namespace {

/// The environment variable is this while it lives.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Environment() { unsetenv(name_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
};

RefusalCase threads(const char* name, const char* value) {
  return {name,
          [value] {
            const Environment environment("TRTLIKE_NUM_THREADS", value);
            core::default_num_threads();
          },
          core::str("[core] TRTLIKE_NUM_THREADS: expected a number from 1 to 1024, got '", value,
                    "'.")};
}

const RefusalCase kShapes[] = {
    {"dims", [] { Dims(std::vector<int64_t>(9, 1)); },
     "[core] dimensions: expected at most 8, got 9."},
    {"push_back",
     [] {
       Dims dims = Dims::filled(8, 1);
       dims.push_back(1);
     },
     "[core] dimensions: expected at most 8, got 9."},
    {"elems", [] { core::elems({1LL << 40, 1LL << 40}); },
     "[core] shape: expected at most 2^48 elements, got shape [1099511627776, 1099511627776]."},
    {"product", [] { core::checked_product(1LL << 40, 1LL << 40, "strides"); },
     "[core] strides: expected a number of 64 bits, got 1099511627776 * 1099511627776."},
    {"sum", [] { core::checked_sum(INT64_MAX, 1, "output_padding"); },
     "[core] output_padding: expected a number of 64 bits, got 9223372036854775807 + 1."},
    {"broadcast", [] { core::broadcast({2, 3}, {2, 4}); },
     "[core] broadcast: expected shapes that agree or are 1 in each dimension, got [2, 3] and [2, "
     "4]."},
    {"axis", [] { core::normalize_axis(2, 2, "axis"); },
     "[core] axis: expected an axis in [-2, 2), got 2."},
    {"type", [] { core::dtype_name(static_cast<DataType>(99)); },
     "[core] element type: expected the number of a DataType, got 99."},
    {"type_without_arithmetic", [] { core::dispatch_dtype(DataType::FP8, "operand", [](auto) {}); },
     "UnsupportedError: [core] operand: expected an element type that can be computed with, got "
     "FP8."},
    {"bytes", [] { core::dtype_bytes(DataType::Float, (1LL << 48) + 1); },
     "[core] memory: expected between 0 and 2^48 elements, got 281474976710657."},
    threads("no_threads", "0"),
    threads("too_many_threads", "1025"),
    threads("threads_of_no_number", "two"),
};

/// The machine's memory and one MiB more.
size_t too_much() { return core::total_memory_bytes() + (size_t{1} << 20); }

const RefusalCase kSystem[] = {
    {"memory", [] { core::allocate_shared(too_much()); },
     core::str("[core] memory: expected at most the ", core::total_memory_bytes() >> 20,
               " MiB of this machine, got a request for ", too_much() >> 20, " MiB.")},
    {"threads_of_a_measurement", [] { measure_peaks(-1); },
     "[core] threads of a measurement: expected 0 to 1024, got -1."},
    {"no_file", [] { core::map_file("/nowhere/x"); },
     "[core] file '/nowhere/x': expected to open it for reading, got: No such file or directory."},
    {"folder", [] { core::map_file("/"); },
     "[core] file '/': expected a regular file, got something else."},
    {"no_folder_to_write_in", [] { core::write_file("/nowhere/x", "", 0); },
     "[core] file '/nowhere/x': expected to write it, got: No such file or directory."},
};

TEST(CoreRefusals, a_mapped_file_that_became_shorter) {
  const std::string path =
      std::filesystem::temp_directory_path() / ("trtlike_short_" + std::to_string(getpid()));
  constexpr size_t kBytes = size_t{17} << 20;
  std::ofstream(path) << 'x';
  std::filesystem::resize_file(path, kBytes);
  const core::MappedFile file = core::map_file(path.c_str());
  std::filesystem::resize_file(path, 5);
  EXPECT_EQ(sentence_of([&] { file.file->check_size(); }),
            core::str("[core] file '", path, "': expected it to keep its ", kBytes,
                      " bytes while they are in use, got 5. Write a new file beside it and rename "
                      "that over the old one."));
  std::filesystem::remove(path);
}

TEST(CoreRefusals, an_address_space_that_is_full) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer itself needs the address space";
#endif
  if (std::getenv("TRTLIKE_TEST_EMULATED") != nullptr)
    GTEST_SKIP() << "emulators do not hold to the limit";
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    const rlimit limit{size_t{1} << 20, size_t{1} << 20};
    setrlimit(RLIMIT_AS, &limit);
    const std::string said =
        sentence_of([] { core::check_address_space(size_t{1} << 30, "memory of a context"); });
    const bool told = write(ends[1], said.data(), said.size()) > 0;
    _exit(told ? 0 : 1);
  }
  close(ends[1]);
  char text[512] = {};
  EXPECT_GT(read(ends[0], text, sizeof text - 1), 0);
  close(ends[0]);
  waitpid(child, nullptr, 0);
  EXPECT_STREQ(text,
               "[core] memory of a context: expected 1024 MiB of address space to be left, got "
               "less. Raise the process's limit (ulimit -v) or build for smaller shapes.");
}

INSTANTIATE_TEST_SUITE_P(Shapes, Refusals, testing::ValuesIn(kShapes), case_name<RefusalCase>);
INSTANTIATE_TEST_SUITE_P(System, Refusals, testing::ValuesIn(kSystem), case_name<RefusalCase>);

}  // namespace
}  // namespace trtlike::test
