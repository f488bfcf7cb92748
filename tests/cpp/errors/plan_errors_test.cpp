// What the reader of plans refuses before it looks at what they say.
#include <cstring>

#include "core/bytes.h"
#include "core/os/cpu.h"
#include "engine/memory_plan.h"
#include "engine/plan_format.h"
#include "errors/refusals.h"
#include "kernels/tactic.h"
#include "support/damaged_plan.h"
#include "support/make_plan.h"
#include "trtlike/runtime.h"

namespace trtlike::test {
namespace {

using engine::Header;

/// y = x + c, with a truth value beside it.
std::string good_plan() {
  PlanMaker maker;
  const int32_t x = maker.input("x", {1, 3});
  const int32_t c = maker.constant("c", {1, 3}, DataType::Float, {1, 2, 3});
  maker.constant("truth", {1}, DataType::Bool, {1});
  maker.output(maker.step("ElementWise", "sum", {x, c}, {{"op", int64_t{0}}}), "y");
  const auto memory = maker.bytes();
  return {static_cast<const char*>(memory->data()), memory->nbytes()};
}

Header header_of(const std::string& bytes) {
  Header header;
  std::memcpy(&header, bytes.data(), sizeof header);
  return header;
}

void set_header(std::string& bytes, const Header& header) {
  std::memcpy(bytes.data(), &header, sizeof header);
}

/// Where `text` begins in the bytes, behind the header.
size_t find(const std::string& bytes, const std::string& text) {
  const size_t at = bytes.find(text, sizeof(Header));
  EXPECT_NE(at, std::string::npos) << text;
  return at;
}

LoggedCase damaged(const char* name, void (*change)(std::string&), const std::string& sentence) {
  return {name,
          [change](const std::shared_ptr<Logger>& logger) {
            std::string bytes = good_plan();
            change(bytes);
            EXPECT_EQ(Runtime(logger).deserialize_cuda_engine(copy_of(bytes), bytes.size()),
                      nullptr);
          },
          "while loading a plan: [engine] " + sentence};
}

LoggedCase with_header(const char* name, void (*change)(Header&), const std::string& sentence) {
  return {name,
          [change](const std::shared_ptr<Logger>& logger) {
            std::string bytes = good_plan();
            Header header = header_of(bytes);
            change(header);
            set_header(bytes, header);
            mend_checksum(bytes);
            EXPECT_EQ(Runtime(logger).deserialize_cuda_engine(copy_of(bytes), bytes.size()),
                      nullptr);
          },
          "while loading a plan: [engine] " + sentence};
}

const std::string kBytes = std::to_string(good_plan().size());
const std::string kMetadataBytes = std::to_string(header_of(good_plan()).metadata_bytes);

const LoggedCase kHeader[] = {
    damaged(
        "no_header", [](std::string& bytes) { bytes.resize(63); },
        "plan size: expected at least 64 bytes, got 63. This is no trtlike plan, or a "
        "truncated one."),
    with_header(
        "magic", [](Header& h) { h.magic[0] = 'x'; },
        "plan magic: expected the first bytes of a trtlike plan, got others. Plans of "
        "TensorRT itself cannot be read; build from the ONNX model."),
    with_header(
        "version", [](Header& h) { h.version = 99; },
        core::str("plan format: expected version ", engine::kVersion,
                  ", got 99. Rebuild the plan with this version of trtlike.")),
    with_header(
        "zero", [](Header& h) { h.zero = 7; },
        "plan header: expected 0 at byte 12, got 7. The plan is damaged."),
    damaged(
        "truncated", [](std::string& bytes) { bytes.resize(100); },
        "plan size: expected " + kBytes +
            " bytes, got 100. The plan is truncated or has bytes appended."),
    damaged(
        "checksum",
        [](std::string& bytes) {
          Header header = header_of(bytes);
          header.checksum = 5;
          set_header(bytes, header);
        },
        core::str("plan checksum: expected 5, got ", header_of(good_plan()).checksum,
                  ". The plan is damaged.")),
    with_header(
        "metadata", [](Header& h) { h.metadata_offset = 1 << 30; },
        "plan metadata: expected a range inside " + kBytes + " bytes, got offset 1073741824 and " +
            kMetadataBytes + " bytes."),
    with_header(
        "constants", [](Header& h) { h.constants_offset = 64; },
        core::str("plan constants: expected an aligned range inside ", kBytes,
                  " bytes, got offset 64 and ", header_of(good_plan()).constants_bytes, " bytes.")),
};

const LoggedCase kRecords[] = {
    damaged(
        "count",
        [](std::string& bytes) {
          bytes[find(bytes, "sum") - 2] = 1;
          mend_checksum(bytes);
        },
        "byte 8: expected a count that fits the bytes that follow, got 281474976710666."),
    damaged(
        "attribute",
        [](std::string& bytes) {
          const size_t step = find(bytes, "sum");
          bytes[bytes.find("op", step) + 2] = 9;
          mend_checksum(bytes);
        },
        "plan attribute: expected a kind from 0 to 5, got 9."),
    damaged(
        "rank",
        [](std::string& bytes) {
          const size_t name = find(bytes, "truth");
          bytes[name + 5 + 16] = 9;
          mend_checksum(bytes);
        },
        "plan dimensions: expected a rank from 0 to 8, got 9."),
    // What version 3 added to values is more than version 2 reads.
    with_header(
        "fields_left", [](Header& h) { h.version = 2; },
        "plan record: expected its fields to fill it, got 8 bytes more."),
    with_header(
        "fields_behind", [](Header& h) { h.metadata_bytes += 8; },
        "plan metadata: expected one record, got 8 bytes more."),
    damaged(
        "packed_shapes",
        [](std::string& bytes) {
          constexpr size_t kMasksAndRange = 24, kTypes = 8;
          bytes[find(bytes, "reference") + 9 + kMasksAndRange + kTypes] = 1;
          mend_checksum(bytes);
        },
        "plan packed inputs: expected 0 shapes, got 1."),
    damaged(
        "truth_value",
        [](std::string& bytes) {
          const Header header = header_of(bytes);
          bytes[header.constants_offset + 64] = 2;
          mend_checksum(bytes);
        },
        "plan value 'truth', element 0: expected a truth value of 0 or 1, got 2."),
};

const RefusalCase kMemory[] = {
    {"bytes",
     [] {
       engine::plan_memory(
           std::vector<engine::Lifetime>{{.bytes = size_t{1} << 62, .first = 0, .last = 1}});
     },
     "[engine] memory: expected tensors of fewer than 2^62 bytes in all, got more."},
};

TEST(PlanRefusals, bytes_that_are_not_aligned) {
  const std::shared_ptr<void> bytes = copy_of(good_plan() + good_plan());
  const std::shared_ptr<const void> shifted(bytes, static_cast<char*>(bytes.get()) + 8);
  EXPECT_EQ(sentence_of([&] { engine::read_plan(shifted, good_plan().size()); }),
            core::str("PlanError: [engine] plan bytes: expected an address that is a multiple of "
                      "64, got ",
                      shifted.get(), "."));
}

/// Of plans that need what another CPU has. Under TRTLIKE_MAX_ISA there is always such a CPU.
TEST(PlanRefusals, a_plan_for_another_cpu) {
  if (core::known_isa() <= core::cpu_isa()) GTEST_SKIP() << "this CPU has all features";
  PlanMaker maker;
  const int32_t x = maker.input("x", {1, 3});
  maker.output(maker.step("Activation", "relu", {x}, {{"type", int64_t{0}}}), "y");
  maker.plan.needs = core::known_isa();
  const std::string cpu = core::isa_name(core::cpu_isa()), all = core::isa_name(core::known_isa());
  EXPECT_EQ(sentence_of([&] { maker.loaded(); }),
            core::str("PlanError: [engine] plan, instruction set: expected at most ", cpu,
                      ", which this CPU has, got ", all, ". Rebuild the plan on this machine."));
}

TEST(PlanRefusals, a_tactic_for_another_cpu) {
  for (const char* op : {"Activation", "Softmax"}) {
    for (const kernels::Tactic* tactic : kernels::tactics_for(op)) {
      if (tactic->needs <= core::cpu_isa()) continue;
      PlanMaker maker;
      const int32_t x = maker.input("x", {1, 3});
      maker.output(maker.step(op, "n", {x}, {}, tactic->name), "y");
      const std::string cpu = core::isa_name(core::cpu_isa()),
                        other = core::isa_name(tactic->needs);
      EXPECT_EQ(sentence_of([&] { maker.loaded(); }),
                core::str("PlanError: [engine] step 'n' (", op, "), tactic '", tactic->name,
                          "': expected a CPU with ", other, ", got ", cpu,
                          ". Rebuild the plan on this machine."));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(PlanMemory, Refusals, testing::ValuesIn(kMemory), case_name<RefusalCase>);
INSTANTIATE_TEST_SUITE_P(PlanHeader, LoggedRefusals, testing::ValuesIn(kHeader),
                         case_name<LoggedCase>);
INSTANTIATE_TEST_SUITE_P(PlanRecords, LoggedRefusals, testing::ValuesIn(kRecords),
                         case_name<LoggedCase>);

}  // namespace
}  // namespace trtlike::test
