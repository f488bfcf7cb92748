// Measuring kernels: buffers, slices over threads, and noise-proof repetition.
#include "tuner/measure.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "core/os/cache.h"
#include "core/os/clock.h"
#include "core/os/memory.h"

namespace trtlike::tuner {
namespace {

constexpr double kRoundMs = 1.5;   ///< time spent on one candidate in one round
constexpr double kHopeless = 2.5;  ///< more than a neighbour on one of two cores accounts for
constexpr double kClose = 1.15;    ///< within this factor of the best in the last round
constexpr int kRounds = 3;
constexpr int kMaxSamplesPerRound = 50;
constexpr double kAgree = 1.05;     ///< two samples this close are no accident
constexpr int kDoubtfulRounds = 8;  ///< of candidates whose best time stands alone

/// The two shortest times of a candidate.
struct Floor {
  double best = std::numeric_limits<double>::infinity();
  double second = std::numeric_limits<double>::infinity();

  void add(double ms) {
    if (ms < best) {
      second = std::exchange(best, ms);
    } else {
      second = std::min(second, ms);
    }
  }
  bool is_settled() const { return second <= best * kAgree; }
};

/// Activations of moderate size and both signs; integers that are valid indices (zero).
void fill(void* data, const kernels::TensorDesc& desc) {
  const size_t bytes = desc.bytes();
  if (!core::is_float(desc.dtype)) return;
  const size_t n = bytes / core::dtype_bytes(desc.dtype, 1);
  uint32_t state = 0x9e3779b9u;
  for (size_t i = 0; i < n; ++i) {
    state = state * 1664525u + 1013904223u;
    const float value = static_cast<float>(state >> 8) * 0x1p-23f - 1.0f;
    switch (desc.dtype) {
      case DataType::Float:
        static_cast<float*>(data)[i] = value;
        break;
      case DataType::Half:
        static_cast<core::Half*>(data)[i] = core::float_to_half(value);
        break;
      default:
        static_cast<core::BFloat16*>(data)[i] = core::float_to_bfloat16(value);
        break;
    }
  }
}

struct SliceRun {
  const kernels::Kernel* kernel;
  const kernels::RunArgs* args;
  char* scratch;
  size_t stride;
};

void run_slice(void* state, int phase, int slice, int worker) {
  const auto& run = *static_cast<SliceRun*>(state);
  kernels::RunArgs args = *run.args;
  args.scratch = run.scratch + run.stride * static_cast<size_t>(worker);
  run.kernel->run(args, phase, slice);
}

}  // namespace

void* SharedBuffers::operand(bool is_input, size_t index, const kernels::TensorDesc& desc) {
  std::vector<Operand>& forms = operands_[{is_input, index}];
  const auto found =
      std::find_if(forms.begin(), forms.end(), [&](const Operand& o) { return o.desc == desc; });
  if (found != forms.end()) return found->data.get();
  forms.push_back({desc, core::allocate_shared(desc.bytes())});
  if (is_input) fill(forms.back().data.get(), desc);
  return forms.back().data.get();
}

const void* SharedBuffers::input(size_t index, const kernels::TensorDesc& desc) {
  return operand(true, index, desc);
}

void* SharedBuffers::output(size_t index, const kernels::TensorDesc& desc) {
  return operand(false, index, desc);
}

std::shared_ptr<void> SharedBuffers::scratch(size_t bytes) {
  if (scratch_ == nullptr || bytes > scratch_bytes_) {
    scratch_ = core::allocate_shared(bytes);
    scratch_bytes_ = bytes;
  }
  return scratch_;
}

Measurement::Measurement(const kernels::Tactic& tactic, const kernels::Problem& problem,
                         const core::ThreadPool& pool, bool cold_weights, SharedBuffers& buffers)
    : pool_(pool) {
  const ops::InputSet packed = kernels::packed_inputs(tactic, problem);
  if (!packed.empty()) packed_ = kernels::pack(tactic, problem);
  kernel_ = kernels::prepare(tactic, problem,
                             {static_cast<const std::byte*>(packed_.data.get()), packed_.bytes});
  // What is larger puts itself out of the caches.
  cold_weights_ = cold_weights && packed_.bytes < 2 * core::last_level_cache_bytes();
  for (size_t i = 0; i < problem.inputs.size(); ++i) {
    const kernels::TensorDesc& desc = problem.inputs[i];
    if (desc.is_absent() || packed.contains(i)) {
      inputs_.push_back(nullptr);
    } else if (problem.constants[i] != nullptr) {
      inputs_.push_back(problem.constants[i]);
    } else {
      inputs_.push_back(buffers.input(i, desc));
    }
  }
  for (size_t o = 0; o < problem.outputs.size(); ++o)
    outputs_.push_back(buffers.output(o, problem.outputs[o]));
  scratch_stride_ = core::align_up(kernel_->scratch_bytes());
  scratch_ = buffers.scratch(core::align_up(kernel_->shared_bytes()) +
                             scratch_stride_ * static_cast<size_t>(pool.num_threads()));
}

int64_t Measurement::workspace_bytes() const {
  return static_cast<int64_t>(kernel_->shared_bytes() +
                              kernel_->scratch_bytes() * static_cast<size_t>(pool_.num_threads()));
}

double Measurement::sample() {
  if (cold_weights_) core::evict(packed_.data.get(), packed_.bytes);
  kernels::RunArgs args{inputs_.data(), outputs_.data(), scratch_.get(), nullptr};
  char* scratch = static_cast<char*>(scratch_.get()) + core::align_up(kernel_->shared_bytes());
  SliceRun run{kernel_.get(), &args, scratch, scratch_stride_};
  const int64_t start = core::now_ns();
  pool_.run(kernel_->slices(), run_slice, &run);
  return static_cast<double>(core::now_ns() - start) * 1e-6;
}

std::vector<double> measure_interleaved(std::vector<Sampler> candidates, int min_repeats) {
  std::vector<Floor> floors(candidates.size());
  double overall = std::numeric_limits<double>::infinity();
  const auto sample = [&](size_t i) {
    const double ms = candidates[i]();
    floors[i].add(ms);
    overall = std::min(overall, ms);
    return ms;
  };
  for (const Sampler& warm_up : candidates) warm_up();
  for (int pass = 0; pass < 2; ++pass)
    for (size_t i = 0; i < candidates.size(); ++i) sample(i);
  for (size_t i = 0; i < candidates.size(); ++i)
    if (floors[i].best > overall * kHopeless) candidates[i] = nullptr;
  for (int round = 0; round < kRounds; ++round) {
    const double limit = overall * (round + 1 < kRounds ? kHopeless : kClose);
    for (size_t i = 0; i < candidates.size(); ++i) {
      if (!candidates[i] || floors[i].best > limit) continue;
      double spent = 0;
      for (int n = 0; n < kMaxSamplesPerRound && (n < min_repeats || spent < kRoundMs); ++n)
        spent += sample(i);
    }
  }
  for (int round = 0; round < kDoubtfulRounds; ++round)
    for (size_t i = 0; i < candidates.size(); ++i)
      if (candidates[i] && !floors[i].is_settled() && floors[i].best <= overall * kHopeless)
        sample(i);
  std::vector<double> best;
  for (const Floor& floor : floors) best.push_back(floor.best);
  return best;
}

}  // namespace trtlike::tuner
