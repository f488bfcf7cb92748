// The table of environment switches.
#include "core/os/environment.h"

#include <cstdlib>

namespace trtlike::core {

std::span<const SwitchInfo> environment_switches() {
  // Without a destructor: helper threads may still ask while the process ends.
  static constexpr SwitchInfo kSwitches[] = {
      {Switch::NumThreads, "TRTLIKE_NUM_THREADS",
       "threads of a build and of a context; default: the CPUs of the process"},
      {Switch::MaxIsa, "TRTLIKE_MAX_ISA",
       "best instruction set to use: portable, avx2, avx512, avx512_vnni or avx512_bf16; default: "
       "what the CPU has"},
      {Switch::DisableFusions, "TRTLIKE_DISABLE_FUSIONS",
       "comma-separated names of fusions and passes to leave out, or 'all'"},
      {Switch::StopAfterPatches, "TRTLIKE_STOP_AFTER_PATCHES",
       "apply at most this many graph rewrites"},
      {Switch::DumpGraph, "TRTLIKE_DUMP_GRAPH",
       "folder to write the graph to after each pass that changed it"},
      {Switch::KeepAffinity, "TRTLIKE_KEEP_AFFINITY",
       "1: no run moves the calling thread, or its helpers, off a CPU that another program fills; "
       "default: it may, for the run, unless the program has pinned the thread"},
      {Switch::MaxLoopTurns, "TRTLIKE_MAX_LOOP_TURNS",
       "turns after which a loop of a network is an error; default: 10000000"},
  };
  return kSwitches;
}

std::string environment(Switch id) {
  for (const auto& info : environment_switches()) {
    if (info.id != id) continue;
    const char* text = std::getenv(info.name);
    return text == nullptr ? "" : text;
  }
  return "";
}

}  // namespace trtlike::core
