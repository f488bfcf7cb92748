// The public view of the machine.
#include "trtlike/machine.h"

#include "core/os/cpu.h"
#include "core/os/environment.h"
#include "core/threads/threads.h"

namespace trtlike {

std::string cpu_fingerprint() { return core::cpu_fingerprint(); }

int default_num_threads() { return core::default_num_threads(); }

std::vector<std::pair<std::string, std::string>> environment_switches() {
  std::vector<std::pair<std::string, std::string>> out;
  for (const core::SwitchInfo& info : core::environment_switches())
    out.emplace_back(info.name, info.meaning);
  return out;
}

}  // namespace trtlike
