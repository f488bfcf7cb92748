// Phases in order, slices once each, whatever threads help.
#include "core/threads/team.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

namespace trtlike::core {
namespace {

/// Every wish for a helper starts a thread.
class Helpers {
 public:
  explicit Helpers(int num_threads)
      : team_(std::make_shared<Team>(
            num_threads, num_threads, [](void* self) { return static_cast<Helpers*>(self)->add(); },
            this)) {}
  ~Helpers() {
    for (std::thread& thread : threads_) thread.join();
  }
  Team& team() { return *team_; }
  size_t num_wishes() const { return threads_.size(); }

 private:
  bool add() {
    const std::lock_guard lock(mutex_);
    threads_.emplace_back([team = team_] { team->help(); });
    return true;
  }

  std::mutex mutex_;
  std::shared_ptr<Team> team_;
  std::vector<std::thread> threads_;
};

/// Counts what runs, and notes what should not be.
struct Record {
  explicit Record(std::vector<int> slices_per_phase, int num_threads)
      : counts(std::move(slices_per_phase)),
        begun(counts.size()),
        busy(static_cast<size_t>(num_threads)) {
    for (const int count : counts)
      runs.emplace_back(new std::atomic<int>[static_cast<size_t>(count)] {});
  }

  static void run_slice(void* state, int phase, int slice, int worker) {
    Record& record = *static_cast<Record*>(state);
    const auto p = static_cast<size_t>(phase);
    if (worker > 0) record.helped = true;
    if (record.busy[static_cast<size_t>(worker)].exchange(true)) ++record.errors;
    if (p > 0 && record.begun[p - 1] != record.counts[p - 1]) ++record.errors;
    if (record.unfinished != 0 && record.last_phase != phase) ++record.errors;
    record.last_phase = phase;
    ++record.unfinished;
    ++record.begun[p];
    ++record.runs[p][static_cast<size_t>(slice)];
    --record.unfinished;
    record.busy[static_cast<size_t>(worker)] = false;
  }

  void expect_each_once() const {
    EXPECT_EQ(errors, 0);
    for (size_t p = 0; p < counts.size(); ++p)
      for (int s = 0; s < counts[p]; ++s)
        ASSERT_EQ(runs[p][static_cast<size_t>(s)], 1) << "phase " << p << " slice " << s;
  }

  std::vector<int> counts;
  std::vector<std::unique_ptr<std::atomic<int>[]>> runs;
  std::vector<std::atomic<int>> begun;
  std::vector<std::atomic<bool>> busy;
  std::atomic<int> last_phase{-1};
  std::atomic<int> unfinished{0};
  std::atomic<int> errors{0};
  std::atomic<bool> helped{false};
};

/// True if a helper took part.
bool expect_runs(Team& team, int num_threads, std::vector<int> counts) {
  Record record(std::move(counts), num_threads);
  team.run(record.counts, Record::run_slice, &record);
  record.expect_each_once();
  return record.helped;
}

TEST(Team, runs_every_slice_once_and_phases_in_order) {
  for (const int num_threads : {2, 3, 5}) {
    Helpers helpers(num_threads);
    for (const std::vector<int>& counts :
         {std::vector<int>{}, {0}, {1}, {2}, {1, 1, 1}, {7, 1, 64, 0, 3}, {1, 1000, 1}, {2, 2, 2}})
      expect_runs(helpers.team(), num_threads, counts);
  }
}

TEST(Team, takes_more_slices_than_a_part_can_number) {
  Helpers helpers(2);
  expect_runs(helpers.team(), 2, {200'001, 65'535, 65'536});
}

/// Runs of a few short phases; true if a helper took part.
bool run_short_phases(Helpers& helpers, std::mt19937& random) {
  std::vector<int> counts(random() % 6);
  for (int& count : counts) count = static_cast<int>(random() % 9);
  return expect_runs(helpers.team(), 3, counts);
}

TEST(Team, holds_under_many_short_runs) {
  std::mt19937 random(7);
  Helpers helpers(3);
  for (int run = 0; run < 3000; ++run) run_short_phases(helpers, random);
}

TEST(RealScheduler, helpers_take_part_in_short_runs) {
  std::mt19937 random(7);
  Helpers helpers(3);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  for (int num_helped = 0; num_helped < 300;) {
    ASSERT_LT(std::chrono::steady_clock::now(), end) << num_helped << " runs had help";
    num_helped += run_short_phases(helpers, random);
  }
}

TEST(Team, needs_nobody_that_does_not_come) {
  Team team(4, 4, [](void*) { return true; }, nullptr);
  expect_runs(team, 4, {100, 1, 100});
}

TEST(Team, asks_again_where_there_was_no_thread_to_be_had) {
  int asked = 0;
  const auto refuse = [](void* count) {
    ++*static_cast<int*>(count);
    return false;
  };
  Team team(2, 2, refuse, &asked);
  for (int run = 0; run < 3; ++run) expect_runs(team, 2, {8});
  EXPECT_EQ(asked, 3);
}

TEST(RealScheduler, teams_share_what_threads_there_are_without_asking_in_every_run) {
  constexpr size_t kRuns = 500;
  Helpers first(4), second(4);
  const auto work = [](void*, int, int, int) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(2);
    while (std::chrono::steady_clock::now() < end) {
    }
  };
  const auto run_all = [&](Team& team) {
    const std::vector<int> counts(20, 16);
    for (size_t run = 0; run < kRuns; ++run) team.run(counts, work, nullptr);
  };
  std::thread other([&] { run_all(second.team()); });
  run_all(first.team());
  other.join();
  EXPECT_LT(first.num_wishes() + second.num_wishes(), 2 * kRuns);
}

TEST(Team, helpers_go_home_when_no_run_comes) {
  Helpers helpers(2);
  expect_runs(helpers.team(), 2, {64});
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  expect_runs(helpers.team(), 2, {64});
}

}  // namespace
}  // namespace trtlike::core
