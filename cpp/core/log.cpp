// The console logger.
#include "core/log.h"

#include <cstdio>
#include <ctime>
#include <mutex>

namespace trtlike {
namespace {

class ConsoleLogger final : public Logger {
 public:
  explicit ConsoleLogger(Severity min_severity) : min_severity_(min_severity) {}

  void log(Severity severity, std::string_view message) noexcept override {
    if (severity > min_severity_) return;
    static const char kLetters[] = "FEWIV";
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    localtime_r(&now, &local);
    char stamp[32];
    std::strftime(stamp, sizeof stamp, "%m/%d/%Y-%H:%M:%S", &local);
    const std::lock_guard<std::mutex> lock(mutex_);
    std::printf("[%s] [TRT] [%c] %.*s\n", stamp, kLetters[static_cast<int>(severity)],
                static_cast<int>(message.size()), message.data());
    std::fflush(stdout);
  }

  Severity min_severity() const noexcept override { return min_severity_; }

 private:
  std::mutex mutex_;
  Severity min_severity_;
};

}  // namespace

std::shared_ptr<Logger> make_console_logger(Severity min_severity) {
  return std::make_shared<ConsoleLogger>(min_severity);
}

}  // namespace trtlike
