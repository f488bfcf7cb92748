// Tells of a fatal signal what was running.
#pragma once

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <string>

namespace trtlike::test {

/// What is running, in words, for the handler of fatal signals.
class Running {
 public:
  Running() {
    for (size_t i = 0; i < std::size(kSignals); ++i) {
      struct sigaction action {};
      action.sa_handler = report;
      action.sa_flags = static_cast<int>(SA_RESETHAND);
      sigaction(kSignals[i], &action, &before_[i]);
    }
  }
  ~Running() {
    for (size_t i = 0; i < std::size(kSignals); ++i) sigaction(kSignals[i], &before_[i], nullptr);
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  static const char* words() { return words_; }
  void set(const std::string& words) {
    std::snprintf(words_, sizeof(words_), "\nfatal signal in %s\n", words.c_str());
  }

 private:
  static constexpr int kSignals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

  static void report(int signal) {
    [[maybe_unused]] const auto written = write(STDERR_FILENO, words_, std::strlen(words_));
    raise(signal);
  }

  static inline char words_[4096];
  struct sigaction before_[std::size(kSignals)];
};

}  // namespace trtlike::test
