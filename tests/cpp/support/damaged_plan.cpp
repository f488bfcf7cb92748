// Damaging plans, and loading and running what came of it.
#include "support/damaged_plan.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "core/bytes.h"
#include "core/os/memory.h"
#include "engine/plan_format.h"
#include "runtime/access.h"
#include "runtime/bindings.h"
#include "support/make_plan.h"
#include "trtlike/error.h"
#include "trtlike/runtime.h"

namespace trtlike::test {
namespace {

uint32_t setting(const char* variable, uint32_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : static_cast<uint32_t>(std::strtoul(text, nullptr, 10));
}

/// Memory for every binding of a context whose shapes are set; false when one is too large to try.
bool give_addresses(ExecutionContext& context, std::vector<std::vector<std::byte>>& memory) {
  constexpr int64_t kMost = 1 << 12;
  const CudaEngine& engine = *context.engine();
  const engine::Plan& plan = RuntimeAccess::plan(engine);
  for (int i = 0; i < engine.num_io_tensors(); ++i) {
    const std::string& name = engine.tensor_name(i);
    const Dims dims = context.tensor_shape(name);
    int64_t elems = 1;
    for (int64_t extent : dims) {
      if (extent < 0 || extent > kMost || elems > kMost / std::max<int64_t>(extent, 1))
        return false;
      elems *= extent;
    }
    memory.emplace_back(runtime::binding_desc(plan, i, dims).bytes() + 64);
    if (engine.is_shape_inference_io(name)) {
      memory.back().assign(memory.back().size(), std::byte{0});
      memory.back()[0] = std::byte{1};
      memory.back()[4] = std::byte{16};
    }
    context.set_tensor_address(name, memory.back().data());
  }
  return true;
}

}  // namespace

uint32_t fuzz_rounds() { return setting("TRTLIKE_FUZZ_ROUNDS", 10000); }

std::mt19937 seeded() {
  const uint32_t seed = setting("TRTLIKE_FUZZ_SEED", 1);
  testing::Test::RecordProperty("seed", std::to_string(seed));
  std::printf("seed %u\n", seed);
  return std::mt19937(seed);
}

std::shared_ptr<void> copy_of(const std::string& bytes) {
  std::shared_ptr<void> copy = core::allocate_shared(std::max<size_t>(bytes.size(), 1));
  std::memcpy(copy.get(), bytes.data(), bytes.size());
  return copy;
}

void mend_checksum(std::string& bytes) {
  engine::Header header;
  std::memcpy(&header, bytes.data(), sizeof header);
  header.checksum =
      core::checksum(bytes.data() + engine::kChecksumFrom, bytes.size() - engine::kChecksumFrom);
  std::memcpy(bytes.data(), &header, sizeof header);
}

std::string with_flips(const std::string& bytes, std::mt19937& random) {
  engine::Header header;
  std::memcpy(&header, bytes.data(), sizeof header);
  const size_t metadata_end = header.metadata_offset + header.metadata_bytes;
  std::string damaged = bytes;
  for (size_t flips = 1 + random() % 2; flips > 0; --flips) {
    const size_t at = random() % metadata_end;
    damaged[at] = static_cast<char>(random() % 2 == 0 ? damaged[at] ^ (1 << random() % 8)
                                                      : static_cast<int>(random()));
  }
  mend_checksum(damaged);
  return damaged;
}

namespace {

bool load_and_run(const std::string& bytes, const std::shared_ptr<RecordingLogger>& logger) {
  const auto engine = Runtime(logger).deserialize_cuda_engine(copy_of(bytes), bytes.size());
  if (engine == nullptr) return false;
  const auto context = engine->create_execution_context(engine);
  if (context == nullptr) return true;
  try {
    for (int i = 0; i < engine->num_io_tensors(); ++i) {
      const std::string& name = engine->tensor_name(i);
      if (engine->tensor_mode(name) != TensorIOMode::Input) continue;
      context->set_input_shape(name, engine->tensor_profile_shape(name, 0)[0]);
    }
    std::vector<std::vector<std::byte>> memory;
    if (context->infer_shapes().size() <= 1 && give_addresses(*context, memory) &&
        context->memory_size() < (1 << 20))
      context->execute_async_v3(0);
    engine->engine_information(LayerInformationFormat::Json, context.get());
  } catch (const InternalError&) {
    throw;
  } catch (const Error&) {
  }
  return true;
}

}  // namespace

bool survives(const std::string& bytes) {
  return load_and_run(bytes, std::make_shared<RecordingLogger>());
}

std::string log_of_run(const std::string& bytes) {
  const auto logger = std::make_shared<RecordingLogger>();
  load_and_run(bytes, logger);
  return logger->text;
}

}  // namespace trtlike::test
