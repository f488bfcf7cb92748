// Plans written and read again, and the text of a plan.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <functional>

#include "core/bytes.h"
#include "core/os/memory.h"
#include "engine/plan_format.h"
#include "support/gain_op.h"
#include "support/make_plan.h"
#include "trtlike/error.h"

namespace trtlike::engine {
namespace {

using test::PlanMaker;
using testing::HasSubstr;

/// A plan with something in every field.
PlanMaker full_plan() {
  PlanMaker maker;
  const int32_t x = maker.input("x", {-1, 3, 4, 4});
  const int32_t shape = maker.input("shape", {2}, DataType::Int64, true);
  const int32_t c = maker.constant("c", {1, 3, 1, 1}, DataType::Float, {0.5, -1, 2});
  const int32_t sum =
      maker.step("ElementWise", "sum", {x, c}, {{"op", int64_t{0}}}, "pointwise_portable");
  const int32_t pool =
      maker.step("Pooling", "pool", {sum},
                 {{"type", int64_t{1}}, {"window_size", std::vector<int64_t>{2, 2}}});
  const int32_t y = maker.step("Shuffle", "view", {pool, shape}, {{"has_reshape", true}}, "");
  maker.output(y, "y");
  Plan& plan = maker.plan;
  plan.fingerprint = "some machine";
  plan.threads = 3;
  for (int32_t value : {sum, pool, y})
    plan.values[static_cast<size_t>(value)].dtype = DataType::Half;
  plan.values[static_cast<size_t>(sum)].layout = kernels::Layout::ChannelsLast;
  plan.steps[0].metadata = "[ONNX Layer: sum]";
  plan.steps[0].strict = true;
  plan.steps[0].tuned_ms = 0.25;
  plan.bindings[0].dimension_names = {"batch", "", "", ""};
  PlanProfile& profile = maker.profile();
  profile.shapes["x"] = {Dims{1, 3, 4, 4}, Dims{2, 3, 4, 4}, Dims{8, 3, 4, 4}};
  profile.shape_values["shape"] = {std::vector<int64_t>{1, 1}, std::vector<int64_t>{2, 2},
                                   std::vector<int64_t>{3, 3}};
  profile.memory_bytes = 4096;
  return maker;
}

/// The packed kernel of a convolution, as the builder would leave it.
PlanMaker packed_plan() {
  PlanMaker maker;
  const int32_t x = maker.input("x", {1, 2, 3, 3});
  const int32_t kernel = maker.constant("kernel", {4, 2, 1, 1}, DataType::Float, {1, 2, 3});
  maker.output(
      maker.step("Convolution", "conv", {x, kernel, -1}, {{"num_output_maps", int64_t{4}}}), "y");
  PlanStep& step = maker.plan.steps[0];
  step.packed = maker.plan.values[static_cast<size_t>(kernel)].constant;
  step.inputs[1] = -1;
  step.packed_inputs = {1};
  step.packed_descs = {{DataType::Float, {4, 2, 1, 1}}};
  return maker;
}

/// Every granularity, types that store real numbers, packed weights without their scales, blobs.
PlanMaker quantized_plan() {
  using core::Quantization;
  PlanMaker maker = packed_plan();
  maker.plan.steps[0].packed_descs[0] = {
      .dtype = DataType::Int8,
      .dims = {4, 2, 1, 1},
      .quantization = Quantization::per_channel(0, {}, {}).without_numbers()};
  static const auto gain = test::add_gain("plan file", 2);
  const std::vector<std::pair<DataType, Quantization>> values = {
      {DataType::Int8, Quantization::per_tensor(0.1f)},
      {DataType::UInt8, Quantization::per_tensor(1.0f / 3, 128)},
      {DataType::Int8, Quantization::per_channel(1, {0.5f, 0.25f}, {0, -7})},
      {DataType::Int4, Quantization::per_block(0, 2, {1, 2, 3, 4})}};
  for (const auto& [dtype, quantization] : values) {
    PlanValue value;
    value.name = quantization.scheme();
    value.dtype = dtype;
    value.quantization = quantization;
    value.dims = {3, 2};
    maker.plan.values.push_back(value);
  }
  const int32_t y = maker.plan.bindings.back().value;
  maker.output(maker.step("TestGain", "gain", {y}, {{"state", std::string("plan file")}}, "gain"),
               "z");
  maker.blob("the gain", 2);
  return maker;
}

TEST(PlanFile, a_plan_read_again_prints_and_writes_the_same) {
  for (const PlanMaker& maker : {full_plan(), packed_plan(), quantized_plan()}) {
    const std::shared_ptr<HostMemory> bytes = maker.bytes();
    const auto loaded = read_plan(bytes->owner(), bytes->nbytes());
    EXPECT_EQ(print_plan(loaded->plan), print_plan(maker.plan));
    const std::shared_ptr<const void> constants(loaded, loaded->constants);
    const std::shared_ptr<HostMemory> again =
        write_plan(loaded->plan, {{{0, loaded->constants_bytes}, constants}});
    ASSERT_EQ(again->nbytes(), bytes->nbytes());
    EXPECT_EQ(std::memcmp(again->data(), bytes->data(), bytes->nbytes()), 0);
    EXPECT_EQ(loaded->plan.bindings[0].dimension_names, maker.plan.bindings[0].dimension_names);
    for (size_t v = 0; v < maker.plan.values.size(); ++v)
      EXPECT_EQ(loaded->plan.values[v].quantization, maker.plan.values[v].quantization);
    for (size_t s = 0; s < maker.plan.steps.size(); ++s) {
      EXPECT_EQ(loaded->plan.steps[s].packed_descs, maker.plan.steps[s].packed_descs);
      EXPECT_EQ(loaded->plan.steps[s].blob, maker.plan.steps[s].blob);
    }
  }
}

TEST(PlanFile, constants_are_let_go_once_they_are_written) {
  auto data = std::make_shared<std::vector<float>>(16, 1.0f);
  const std::weak_ptr<std::vector<float>> alive = data;
  std::vector<PlanConstant> constants;
  constants.push_back({{0, 64}, {data, data->data()}});
  data.reset();
  EXPECT_FALSE(alive.expired());
  EXPECT_NE(write_plan(Plan{}, std::move(constants)), nullptr);
  EXPECT_TRUE(alive.expired());
}

TEST(PlanFile, the_same_plan_gives_the_same_bytes) {
  const auto a = full_plan().bytes(), b = full_plan().bytes();
  ASSERT_EQ(a->nbytes(), b->nbytes());
  EXPECT_EQ(std::memcmp(a->data(), b->data(), a->nbytes()), 0);
}

TEST(PlanFile, constants_start_at_a_page_and_are_used_where_they_lie) {
  const auto bytes = full_plan().bytes();
  const auto loaded = read_plan(bytes->owner(), bytes->nbytes());
  const auto* begin = static_cast<const std::byte*>(bytes->data());
  EXPECT_EQ((loaded->constants - begin) % 4096, 0);
  EXPECT_EQ(loaded->bytes.get(), bytes->data());
  float element = 0;
  std::memcpy(&element, loaded->constants + 4, 4);
  EXPECT_EQ(element, -1);
}

TEST(PlanFile, the_text_is_complete_and_stable) {
  EXPECT_EQ(print_plan(full_plan().plan),
            "plan 'hand-made' for some machine needs portable threads 3 verbosity 2\n"
            "input 'x' %0 [batch, , , ]\n"
            "input 'shape' %1 shape tensor\n"
            "output 'y' %5\n"
            "profile 'x' [1, 3, 4, 4] <= [2, 3, 4, 4] <= [8, 3, 4, 4] 'shape' {1, 1} <= {2, 2} <= "
            "{3, 3} 4096 bytes\n"
            "%0 value 'x' f32[-1, 3, 4, 4]\n"
            "%1 value 'shape' s64[2]\n"
            "%2 constant 'c' f32[1, 3, 1, 1] at 0+12\n"
            "%3 value 'sum_output' f16 channels_last[-1, 3, 4, 4] for f32\n"
            "%4 value 'pool_output' f16[-1, 3, 3, 3] for f32\n"
            "%5 value 'view_output' f16[-1, -1] for f32\n"
            "%3 = ElementWise(%0, %2) {op=0} by pointwise_portable constants 1 strict 0.25 ms # "
            "sum [ONNX "
            "Layer: sum]\n"
            "%4 = Pooling(%3) {type=1, window_size=[2, 2], stride=[], pre_padding=[], "
            "post_padding=[], padding_mode=0, blend_factor=0, average_count_excludes_padding=true, "
            "dilation=[]} by reference # pool\n"
            "%5 = Shuffle(%4, %1) {first_transpose=[], has_reshape=true, reshape_dims=[], "
            "zero_is_placeholder=true, second_transpose=[]} by view # view\n");
}

TEST(PlanFile, the_text_has_all_numbers_of_quantizations) {
  EXPECT_THAT(print_plan(quantized_plan().plan),
              testing::AllOf(HasSubstr("s8[3, 2] quantized scale 0.1 for f32\n"),
                             HasSubstr("u8[3, 2] quantized asymmetric scale 0.33333334 zero 128"),
                             HasSubstr("along 1 asymmetric scale [0.5, 0.25] zero [0, -7]"),
                             HasSubstr("s4[3, 2] quantized along 0 by 2 scale [1, 2, 3, 4]"),
                             HasSubstr("packed 1 at 0+32 s8[4, 2, 1, 1] quantized along 0 #"),
                             HasSubstr("by gain blob 0 # gain\n"),
                             HasSubstr("blob 0 'the gain' at 64+8\n")));
}

/// Reads bytes after a change, with the checksum mended.
std::string refusal(const std::function<void(Header&)>& change) {
  const auto bytes = full_plan().bytes();
  auto* data = static_cast<char*>(const_cast<void*>(bytes->data()));
  Header header;
  std::memcpy(&header, data, sizeof header);
  change(header);
  std::memcpy(data, &header, sizeof header);
  try {
    read_plan(bytes->owner(), bytes->nbytes());
  } catch (const PlanError& e) {
    return e.what();
  }
  return "";
}

TEST(PlanFile, other_files_and_versions_are_refused_with_what_to_do) {
  EXPECT_THAT(refusal([](Header& h) { h.magic[0] = 'p'; }), HasSubstr("[engine] plan magic: "));
  EXPECT_THAT(refusal([](Header& h) { h.version = 99; }),
              HasSubstr("[engine] plan format: expected version 6, got 99. Rebuild the plan"));
  EXPECT_THAT(refusal([](Header& h) { h.file_bytes += 1; }), HasSubstr("plan size: expected "));
  EXPECT_THAT(refusal([](Header& h) { h.constants_bytes += 1; }),
              HasSubstr("plan checksum: expected "));
  EXPECT_EQ(refusal([](Header&) {}), "");
}

/// The records of a list, each without its last `bytes`.
void copy_records(core::ByteReader& from, core::ByteWriter& to, size_t bytes) {
  const auto count = from.get<uint64_t>();
  to.put(count);
  for (uint64_t i = 0; i < count; ++i) {
    const std::string record = from.get_string();
    to.put_string(std::string_view(record).substr(0, record.size() - bytes));
  }
}

/// A plan without packed inputs, quantizations, blobs, regions, debug tensors and recipes as older
/// versions had it: records that end earlier, and in version 1 needs as the index of a level behind
/// the fingerprint.
std::string old_version(const HostMemory& bytes, uint32_t version, int32_t level = 0) {
  constexpr size_t kQuantization = 8, kBlob = 4, kRegions = 8;
  const auto* data = static_cast<const char*>(bytes.data());
  Header header;
  std::memcpy(&header, data, sizeof header);
  core::ByteReader file(data + header.metadata_offset, header.metadata_bytes, "test");
  const std::string record = file.get_string();
  core::ByteReader from(record.data(), record.size(), "test");
  core::ByteWriter to, metadata;
  to.put_string(from.get_string());  // name
  to.put_string(from.get_string());  // fingerprint
  if (version == 1) to.put(level);
  to.put(from.get<int32_t>());  // threads
  to.put(from.get<int32_t>());  // verbosity
  copy_records(from, to, version >= 3 ? 0 : kQuantization);
  copy_records(from, to, version >= 4 ? 0 : version == 3 ? kRegions : kBlob + kRegions);
  for (int list = 0; list < 2; ++list) copy_records(from, to, 0);  // bindings, profiles
  const auto needs = from.get<uint64_t>();
  if (version >= 2) to.put(needs);
  if (version >= 3) to.put(from.get<uint64_t>());  // no blobs
  if (version >= 4) to.put(from.get<uint64_t>());  // no regions
  if (version >= 5) {
    to.put(from.get<uint64_t>());  // no debug tensors
    to.put(from.get<uint8_t>());
  }
  metadata.put_string(to.bytes());
  std::string out(data, header.metadata_offset);
  out += metadata.bytes();
  out.resize(header.constants_offset, '\0');
  out.append(data + header.constants_offset, header.constants_bytes);
  header.version = version;
  header.metadata_bytes = metadata.size();
  header.file_bytes = out.size();
  std::memcpy(out.data(), &header, sizeof header);
  header.checksum = core::checksum(out.data() + kChecksumFrom, out.size() - kChecksumFrom);
  std::memcpy(out.data(), &header, sizeof header);
  return out;
}

std::shared_ptr<const LoadedPlan> read_old(const HostMemory& bytes, uint32_t version,
                                           int32_t level = 0) {
  const std::string file = old_version(bytes, version, level);
  const std::shared_ptr<void> aligned = core::allocate_shared(file.size());
  std::memcpy(aligned.get(), file.data(), file.size());
  return read_plan(aligned, file.size());
}

TEST(PlanFile, version_5_knew_no_recipes) {
  const PlanMaker maker = full_plan();
  EXPECT_EQ(print_plan(read_old(*maker.bytes(), 5)->plan), print_plan(maker.plan));
}

TEST(PlanFile, version_4_knew_no_debug_tensors) {
  PlanMaker maker = full_plan();
  EXPECT_EQ(print_plan(read_old(*maker.bytes(), 4)->plan), print_plan(maker.plan));
  const int32_t value = maker.plan.steps.back().outputs[0];
  maker.plan.debug_tensors = {{"inner", value}};
  maker.plan.reports_unfused = true;
  const auto bytes = maker.bytes();
  const Plan read = read_plan(bytes->owner(), bytes->nbytes())->plan;
  EXPECT_THAT(print_plan(read),
              HasSubstr("debug 'inner' %" + std::to_string(value) + "\ndebug unfused\n"));
  maker.plan.debug_tensors[0].value = -1;
  EXPECT_THROW(maker.bytes(), PlanError);
}

TEST(PlanFile, version_3_knew_no_regions) {
  const PlanMaker maker = full_plan();
  EXPECT_EQ(print_plan(read_old(*maker.bytes(), 3)->plan), print_plan(maker.plan));
}

TEST(PlanFile, version_2_knew_neither_quantizations_nor_blobs) {
  const PlanMaker maker = full_plan();
  EXPECT_EQ(print_plan(read_old(*maker.bytes(), 2)->plan), print_plan(maker.plan));
}

TEST(PlanFile, version_1_named_a_level_of_instruction_sets) {
  PlanMaker maker = full_plan();
  maker.plan.needs = core::Isa::Portable;
  const auto read = [&](int32_t level) { return read_old(*maker.bytes(), 1, level); };
  const auto loaded = read(0);
  EXPECT_EQ(print_plan(loaded->plan), print_plan(maker.plan));
  EXPECT_THAT([&] { read(5); },
              testing::ThrowsMessage<PlanError>(HasSubstr("expected a value from 0 to 4, got 5")));
  const auto& levels = core::isa_levels();
  for (size_t i = 0; i < levels.size() && levels[i].isa <= core::cpu_isa(); ++i)
    EXPECT_EQ(read(static_cast<int32_t>(i))->plan.needs, levels[i].isa);
}

TEST(PlanFile, misaligned_and_missing_bytes_are_refused) {
  const auto bytes = full_plan().bytes();
  const std::shared_ptr<const void> shifted(bytes->owner(),
                                            static_cast<const char*>(bytes->data()) + 1);
  EXPECT_THROW(read_plan(shifted, bytes->nbytes() - 1), PlanError);
  EXPECT_THROW(read_plan(nullptr, 0), PlanError);
}

}  // namespace
}  // namespace trtlike::engine
