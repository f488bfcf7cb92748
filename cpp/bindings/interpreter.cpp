// Hooks around waits, the interpreter's end, and exceptions that cross C++.
#include "bindings/interpreter.h"

#include <atomic>
#include <chrono>
#include <thread>

#include "trtlike/runtime.h"
#include "trtlike/wait_hooks.h"

namespace trtlike::bindings {
namespace {

std::atomic<bool> is_ending{false};
std::atomic<unsigned long> ending_thread{0};
/// An exception is on its way to the main thread: one at a time.
std::atomic<bool> is_one_kept{false};

bool is_finalizing() {
#if PY_VERSION_HEX >= 0x030d0000
  return Py_IsFinalizing() != 0;
#else
  return _Py_IsFinalizing() != 0;
#endif
}

/// Python ends threads that ask for the lock while it finalizes, by unwinding frames that do not
/// expect it: such a thread rests instead until the process is gone.
void take_lock(PyThreadState* state) {
  if (is_finalizing() && PyThread_get_thread_ident() != ending_thread.load())
    while (true) std::this_thread::sleep_for(std::chrono::hours(1));
  PyEval_RestoreThread(state);
}

void* begin_wait() {
  return Py_IsInitialized() != 0 && PyGILState_Check() != 0 ? PyEval_SaveThread() : nullptr;
}

void end_wait(void* state) {
  if (state != nullptr) take_lock(static_cast<PyThreadState*>(state));
}

void end_interpreter() {
  synchronize_stream(0);
  ending_thread.store(PyThread_get_thread_ident());
  is_ending.store(true);
}

int raise_kept(void* kept) {
  const std::unique_ptr<py::error_already_set> raised(static_cast<py::error_already_set*>(kept));
  is_one_kept.store(false);
  raised->restore();
  return -1;
}

}  // namespace

void connect_interpreter() {
  set_wait_hooks({&begin_wait, &end_wait});
  py::module_::import("atexit").attr("register")(py::cpp_function(&end_interpreter));
}

Released::Released() : state_(PyEval_SaveThread()) {}
Released::~Released() { take_lock(state_); }

bool can_call_python() { return !is_ending.load() || PyGILState_Check() != 0; }

void drop(py::object* object) {
  if (!can_call_python()) return;
  const py::gil_scoped_acquire gil;
  delete object;
}

void keep_exception(py::error_already_set& raised, const char* where) {
  if (!raised.matches(PyExc_Exception) && !is_one_kept.exchange(true)) {
    auto kept = std::make_unique<py::error_already_set>(raised);
    if (Py_AddPendingCall(&raise_kept, kept.get()) == 0) {
      static_cast<void>(kept.release());
      return;
    }
    is_one_kept.store(false);
  }
  raised.discard_as_unraisable(where);
}

}  // namespace trtlike::bindings
