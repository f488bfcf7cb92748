// The interpreter's lock, and what Python callbacks raise. One rule: no thread waits for another
// one of the library while it holds the lock. The library calls hooks around each of its waits, so
// no binding has to think of it.
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <string>
#include <utility>

#include "trtlike/error.h"

namespace trtlike::bindings {

namespace py = pybind11;

/// Sets the hooks, and makes the interpreter's end wait for what streams have to do.
void connect_interpreter();

/// Runs Python threads meanwhile: around what computes for long.
class Released {
 public:
  Released();
  ~Released();
  Released(const Released&) = delete;
  Released& operator=(const Released&) = delete;

 private:
  PyThreadState* state_;
};

/// False on threads without the lock once the interpreter has begun to end: nothing may call it
/// from them.
bool can_call_python();

/// Gives the object up, on whichever thread.
void drop(py::object* object);

/// What a callback raised: an Exception is shown as unraisable ones are, and swallowed, as TensorRT
/// does. What is none (KeyboardInterrupt, SystemExit) is raised by the main thread as soon as that
/// is back in Python.
void keep_exception(py::error_already_set& raised, const char* where);

/// Calls a Python override.
template <typename F>
void guarded_callback(const char* where, F&& call) noexcept {
  if (!can_call_python()) return;
  const py::gil_scoped_acquire gil;
  try {
    call();
  } catch (py::error_already_set& raised) {
    keep_exception(raised, where);
  } catch (const std::exception& failure) {
    PyErr_SetString(PyExc_RuntimeError, failure.what());
    py::error_already_set raised;
    keep_exception(raised, where);
  }
}

/// Calls a Python override; what it raises ends the build, with the exception's words. `layer` is
/// the sentence's tag.
template <typename F>
void ending_callback(const std::string& layer, const std::string& where, F&& call) {
  if (!can_call_python())
    throw UserError("[" + layer + "] " + where + ": the interpreter has ended.");
  const py::gil_scoped_acquire gil;
  try {
    call();
  } catch (py::error_already_set& raised) {
    const std::string what = raised.what();
    if (!raised.matches(PyExc_Exception)) keep_exception(raised, where.c_str());
    throw UserError("[" + layer + "] " + where + ": raised " + what);
  } catch (const py::builtin_exception& fault) {
    throw UserError("[" + layer + "] " + where + ": " + fault.what() + ".");
  }
}

/// A handle on anything that keeps a Python object alive.
template <typename T>
std::shared_ptr<T> keep_with(T* pointer, const py::object& object) {
  auto* kept = new py::object(object);
  return {pointer, [kept](T*) { drop(kept); }};
}

}  // namespace trtlike::bindings
