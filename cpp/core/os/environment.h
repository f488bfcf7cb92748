// Every environment switch of trtlike, declared once.
#pragma once

#include <span>
#include <string>

namespace trtlike::core {

enum class Switch {
  NumThreads,
  MaxIsa,
  DisableFusions,
  StopAfterPatches,
  DumpGraph,
  KeepAffinity,
  MaxLoopTurns
};

struct SwitchInfo {
  Switch id;
  const char* name;
  const char* meaning;
};

/// All switches, for the command that lists them.
std::span<const SwitchInfo> environment_switches();
/// The variable's text now, empty when it is not set.
std::string environment(Switch id);

}  // namespace trtlike::core
