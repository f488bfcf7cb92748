// Times every convolution tactic on layers of well-known networks and prints GFLOP/s, counting the
// work of the direct algorithm. Arguments: [--threads N] [--op FusedConvolution] [filter...]: a
// filter is a part of a layer's or a tactic's name.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "core/os/clock.h"
#include "core/os/memory.h"
#include "core/threads/threads.h"
#include "kernels/tactic.h"
#include "ops/shapes/convolution_shape.h"

namespace {

using namespace trtlike;
using kernels::Layout;

struct Layer {
  const char* name;
  int64_t c, k, extent, kernel, stride, groups;
  bool linear_input = false;
};

const Layer kLayers[] = {
    {"resnet stem 7x7", 3, 64, 224, 7, 2, 1, true},
    {"vgg first 3x3", 3, 64, 224, 3, 1, 1, true},
    {"mobilenet first 3x3", 3, 32, 224, 3, 2, 1, true},
    {"resnet 3x3 64@56", 64, 64, 56, 3, 1, 1},
    {"resnet 3x3 128@28", 128, 128, 28, 3, 1, 1},
    {"resnet 3x3 256@14", 256, 256, 14, 3, 1, 1},
    {"resnet 3x3 512@7", 512, 512, 7, 3, 1, 1},
    {"resnet 3x3s2 128@56", 128, 128, 56, 3, 2, 1},
    {"resnet 3x3s2 512@14", 512, 512, 14, 3, 2, 1},
    {"resnet 1x1 64-256@56", 64, 256, 56, 1, 1, 1},
    {"resnet 1x1 256-64@56", 256, 64, 56, 1, 1, 1},
    {"resnet 1x1 512-128@28", 512, 128, 28, 1, 1, 1},
    {"resnet 1x1 256-1024@14", 256, 1024, 14, 1, 1, 1},
    {"resnet 1x1 1024-256@14", 1024, 256, 14, 1, 1, 1},
    {"resnet 1x1 2048-512@7", 2048, 512, 7, 1, 1, 1},
    {"resnet 1x1s2 1024-2048@14", 1024, 2048, 14, 1, 2, 1},
    {"vgg 3x3 64@224", 64, 64, 224, 3, 1, 1},
    {"vgg 3x3 128@112", 128, 128, 112, 3, 1, 1},
    {"vgg 3x3 256@56", 256, 256, 56, 3, 1, 1},
    {"vgg 3x3 512@28", 512, 512, 28, 3, 1, 1},
    {"vgg 3x3 512@14", 512, 512, 14, 3, 1, 1},
    {"yolo 3x3 16@160", 16, 16, 160, 3, 1, 1},
    {"yolo 3x3 32@80", 32, 32, 80, 3, 1, 1},
    {"yolo 3x3 64@40", 64, 64, 40, 3, 1, 1},
    {"mobile 1x1 16-96@112", 16, 96, 112, 1, 1, 1},
    {"mobile 1x1 96-24@56", 96, 24, 56, 1, 1, 1},
    {"mobile 1x1 32-192@28", 32, 192, 28, 1, 1, 1},
    {"mobile 1x1 192-32@28", 192, 32, 28, 1, 1, 1},
    {"mobile 1x1 96-576@14", 96, 576, 14, 1, 1, 1},
    {"mobile 1x1 960-160@7", 960, 160, 7, 1, 1, 1},
    {"mobile dw 3x3 32@112", 32, 32, 112, 3, 1, 32},
    {"mobile dw 3x3s2 96@112", 96, 96, 112, 3, 2, 96},
    {"mobile dw 3x3 144@56", 144, 144, 56, 3, 1, 144},
    {"mobile dw 3x3 384@14", 384, 384, 14, 3, 1, 384},
    {"mobile dw 3x3 960@7", 960, 960, 7, 3, 1, 960},
    {"efficient dw 5x5 240@28", 240, 240, 28, 5, 1, 240},
    {"efficient dw 5x5s2 672@14", 672, 672, 14, 5, 2, 672},
};

struct Case {
  ops::Attributes attributes;
  kernels::Problem problem;
  std::vector<std::shared_ptr<void>> storage;
  double flops = 0;

  void add(std::vector<kernels::TensorDesc>& to, DataType dtype, Dims dims, Layout layout) {
    to.push_back({dtype, dims, layout, 0});
    storage.push_back(core::allocate_shared(to.back().bytes() + 64));
    const core::TensorView view{storage.back().get(), dtype, dims};
    for (int64_t i = 0; i < view.elems(); ++i)
      view.set(i, static_cast<double>((i * 7919) % 1000) / 1000.0 - 0.5);
  }
};

void build(Case& out, const Layer& layer, const std::string& op, DataType dtype, int threads) {
  const std::vector<int64_t> pad(2, layer.kernel / 2), stride(2, layer.stride);
  out.problem.op = &ops::get_op(op);
  std::vector<std::pair<std::string, AttributeValue>> given = {{"pre_padding", pad},
                                                               {"post_padding", pad},
                                                               {"stride", stride},
                                                               {"num_groups", layer.groups}};
  if (op == "FusedConvolution") given.emplace_back("program", "in 1; v1 = relu v0; out v1");
  out.attributes = ops::complete_attributes(*out.problem.op, given);
  out.problem.attributes = &out.attributes;
  out.problem.threads = threads;
  const Dims in{1, layer.c, layer.extent, layer.extent};
  const Dims kernel{layer.k, layer.c / layer.groups, layer.kernel, layer.kernel};
  const auto shape = ops::convolution_shape(out.attributes, in, kernel);
  out.add(out.problem.inputs, dtype, in,
          layer.linear_input ? Layout::Linear : Layout::ChannelsLast);
  out.add(out.problem.inputs, DataType::Float, kernel, Layout::Linear);
  out.add(out.problem.inputs, DataType::Float, {layer.k}, Layout::Linear);
  out.add(out.problem.outputs, dtype, ops::output_dims(shape, 4), Layout::ChannelsLast);
  out.problem.constants = {nullptr, out.storage[1].get(), out.storage[2].get()};
  out.problem.constant_mask = 6;
  out.flops = 2.0 * static_cast<double>(core::elems(out.problem.outputs[0].dims)) *
              static_cast<double>(core::elems_between(kernel, 1, 4));
}

double time_ns(const Case& c, const kernels::Tactic& tactic, const core::ThreadPool& pool) {
  const uint32_t mask = tactic.packed_inputs != nullptr ? tactic.packed_inputs(c.problem) : 0;
  kernels::Packed packed;
  if (mask != 0) packed = tactic.pack(c.problem);
  const auto kernel =
      tactic.prepare(c.problem, {static_cast<const std::byte*>(packed.data.get()), packed.bytes});
  const auto shared = core::allocate_shared(kernel->shared_bytes() + 64);
  std::vector<std::shared_ptr<void>> scratch;
  for (int i = 0; i < pool.num_threads(); ++i)
    scratch.push_back(core::allocate_shared(kernel->scratch_bytes() + 64));
  const void* inputs[] = {c.storage[0].get(), c.storage[1].get(), c.storage[2].get()};
  void* outputs[] = {c.storage[3].get()};
  double best = 1e30;
  const int64_t end = core::now_ns() + 60'000'000;
  for (int i = 0; i < 3 || core::now_ns() < end; ++i) {
    const int64_t start = core::now_ns();
    for (size_t phase = 0; phase < kernel->slices().size(); ++phase)
      pool.parallel_for(kernel->slices()[phase], [&](int slice, int worker) {
        kernel->run({inputs, outputs, shared.get(), scratch[static_cast<size_t>(worker)].get()},
                    static_cast<int>(phase), slice);
      });
    best = std::min(best, static_cast<double>(core::now_ns() - start));
  }
  return best;
}

bool matches(const std::vector<std::string>& filters, const std::string& name) {
  return filters.empty() || std::any_of(filters.begin(), filters.end(), [&](const auto& filter) {
           return name.find(filter) != std::string::npos;
         });
}

}  // namespace

int main(int argc, char** argv) {
  std::string op = "Convolution";
  int threads = core::default_num_threads();
  DataType dtype = DataType::Float;
  std::vector<std::string> filters;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--threads" && i + 1 < argc) {
      threads = std::stoi(argv[++i]);
    } else if (argument == "--op" && i + 1 < argc) {
      op = argv[++i];
    } else if (argument == "--bf16") {
      dtype = DataType::BF16;
    } else {
      filters.push_back(argument);
    }
  }
  const core::ThreadPool pool(threads);
  for (const Layer& layer : kLayers) {
    Case c;
    for (const kernels::Tactic* tactic : kernels::tactics_for(op)) {
      if (tactic->source == kernels::Source::Reference ||
          !matches(filters, std::string(layer.name) + " / " + tactic->name))
        continue;
      if (c.storage.empty()) build(c, layer, op, dtype, threads);
      if (kernels::refuse(*tactic, c.problem)) continue;
      const double ns = time_ns(c, *tactic, pool);
      std::printf("%-28s %-36s %8.0f us %7.0f GFLOP/s\n", layer.name, tactic->name, ns * 1e-3,
                  c.flops / ns);
    }
  }
}
