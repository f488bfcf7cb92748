// Mutations of bytes, and the loop that tries them.
#include "fuzz/drive.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "support/damaged_plan.h"

namespace trtlike::test {
namespace {

constexpr double kMostSeconds = 10;
constexpr size_t kMostBytes = 1 << 16;

/// What the handler of a fatal signal writes.
const char* current_name = "";
const std::string* current_input = nullptr;

void write_input(const char* name, const std::string& input) {
  std::ofstream(std::string(name) + ".fault", std::ios::binary) << input;
}

void write_and_die(int number) {
  std::signal(number, SIG_DFL);
  if (current_input != nullptr) {
    write_input(current_name, *current_input);
    std::fprintf(stderr, "signal %d: the input is in %s.fault\n", number, current_name);
  }
  std::raise(number);
}

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

size_t place_in(const std::string& bytes, std::mt19937& random) {
  return bytes.empty() ? 0 : random() % bytes.size();
}

void write_number(std::string& bytes, std::mt19937& random) {
  static const uint64_t kNumbers[] = {0,          1,          0x7f,       0x80,
                                      0xff,       0x7fff,     0xffff,     0x7fffffff,
                                      0x80000000, 0xffffffff, 1ull << 40, 1ull << 48,
                                      1ull << 60, 1ull << 62, ~0ull >> 1, ~0ull};
  const uint64_t number = kNumbers[random() % std::size(kNumbers)];
  const size_t width = size_t{1} << random() % 4, at = place_in(bytes, random);
  for (size_t i = 0; i < width && at + i < bytes.size(); ++i)
    bytes[at + i] = static_cast<char>(number >> (8 * i));
}

void mutate_once(std::string& bytes, const std::string& other, std::mt19937& random) {
  const size_t at = place_in(bytes, random);
  const size_t length = std::min<size_t>(1 + random() % 32, bytes.size() - at);
  switch (random() % 7) {
    case 0:
      if (!bytes.empty()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
      break;
    case 1:
      if (!bytes.empty()) bytes[at] = static_cast<char>(random());
      break;
    case 2:
      write_number(bytes, random);
      break;
    case 3:
      bytes.erase(at, length);
      break;
    case 4:
      bytes.insert(at, bytes.substr(at, length));
      break;
    case 5: {
      const size_t from = place_in(other, random);
      bytes.replace(at, length, other.substr(from, 1 + random() % 64));
      break;
    }
    default:
      bytes.insert(at, 1 + random() % 4, static_cast<char>(random()));
      break;
  }
}

}  // namespace

double fuzz_seconds(double otherwise) {
  const char* text = std::getenv("TRTLIKE_FUZZ_SECONDS");
  return text == nullptr ? otherwise : std::strtod(text, nullptr);
}

std::string mutate_bytes(std::string bytes, const std::string& other, std::mt19937& random) {
  for (size_t changes = 1 + random() % 4; changes > 0; --changes) mutate_once(bytes, other, random);
  if (bytes.size() > kMostBytes) bytes.resize(kMostBytes);
  return bytes;
}

int64_t drive(const FuzzRun& run) {
  std::mt19937 random = seeded();
  const auto pick = [&]() -> const std::string& { return run.seeds[random() % run.seeds.size()]; };
  EXPECT_FALSE(run.seeds.empty());
  if (run.seeds.empty()) return 0;
  current_name = run.name;
  constexpr int kSignals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGILL};
  for (int number : kSignals) std::signal(number, write_and_die);
  int64_t tried = 0;
  const double seconds = fuzz_seconds(run.seconds), begin = cpu_seconds();
  for (size_t i = 0; i < run.seeds.size() || cpu_seconds() - begin < seconds; ++i, ++tried) {
    const std::string input = i < run.seeds.size() ? run.seeds[i]
                              : run.next           ? run.next(run.seeds, random)
                                                   : mutate_bytes(pick(), pick(), random);
    current_input = &input;
    const double start = cpu_seconds();
    std::string fault = run.target(input);
    current_input = nullptr;
    if (cpu_seconds() - start > kMostSeconds) fault += " took more than ten seconds";
    if (fault.empty()) continue;
    write_input(run.name, input);
    ADD_FAILURE() << run.name << ", input " << i << " (" << run.name << ".fault): " << fault;
    break;
  }
  for (int number : kSignals) std::signal(number, SIG_DFL);
  std::printf("%s: %lld inputs\n", run.name, static_cast<long long>(tried));
  return tried;
}

std::vector<std::string> read_corpus(const char* name) {
  std::vector<std::string> inputs;
  const std::filesystem::path folder =
      std::filesystem::path(TRTLIKE_SOURCE_DIR) / "tests/cpp/fuzz/corpus" / name;
  std::error_code error;
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  EXPECT_FALSE(inputs.empty()) << "no files in " << folder;
  return inputs;
}

}  // namespace trtlike::test
