// Builds max(x, 0) through the public headers alone, runs it, and fails on a wrong number.
#include <array>
#include <cstdio>
#include <memory>

#include "trtlike/trtlike.h"

#if __has_include("core/check.h")
#error "internal headers are on the include path"
#endif

int main() {
  const std::shared_ptr<trtlike::Logger> logger =
      trtlike::make_console_logger(trtlike::Severity::Warning);
  trtlike::Network network;
  const trtlike::Tensor x = network.add_input("x", trtlike::DataType::Float, {2, 2});
  const trtlike::ActivationLayer relu = network.add_activation(x, trtlike::ActivationType::Relu);
  trtlike::Tensor y = relu.output(0);
  y.set_name("y");
  network.mark_output(y);

  trtlike::BuilderConfig config;
  const auto engine = trtlike::Builder(logger).build_engine_with_config(network, config);
  if (!engine) return 1;
  const auto context = engine->create_execution_context(engine);
  std::array<float, 4> input{-1.5f, 2.5f, -0.5f, 3.0f}, output{};
  if (!context || !context->set_tensor_address("x", input.data()) ||
      !context->set_tensor_address("y", output.data()) || !context->execute_async_v3(0))
    return 2;
  const std::array<float, 4> expected{0.0f, 2.5f, 0.0f, 3.0f};
  std::printf("trtlike %s: %g %g %g %g\n", trtlike::version(), output[0], output[1], output[2],
              output[3]);
  return output == expected ? 0 : 3;
}
