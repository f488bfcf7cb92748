// The extension module: its parts, in the order in which they need each other.
#include "bindings/module.h"

PYBIND11_MODULE(_trtlike, m) {
  using namespace trtlike::bindings;
  // A CPU that cannot run this, or a limit that is none, fails the import with its sentence.
  trtlike::cpu_fingerprint();
  m.doc() = "The compiled part of trtlike: TensorRT's API on the CPU.";
  bind_basics(m);
  bind_enums(m);
  bind_types(m);
  bind_host_memory(m);
  bind_logger(m);
  bind_callbacks(m);
  bind_network(m);
  bind_layers(m);
  bind_profile(m);
  bind_timing_cache(m);
  bind_engine(m);
  bind_execution_context(m);
  bind_builder_config(m);
  bind_builder(m);
  bind_onnx_parser(m);
  bind_runtime(m);
}
