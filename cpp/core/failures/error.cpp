// What a broken invariant says, and what is said of failures on their way to the caller.
#include <new>
#include <stdexcept>

#include "core/check.h"

namespace trtlike::core {
namespace {

constexpr const char* kNoMemory =
    "[core] memory: expected as much to be available as was asked for, got less.";

}  // namespace

void rethrow_in(const std::string& where) {
  const auto join = [&](const std::string& sentence) { return str(where, ": ", sentence); };
  try {
    throw;
  } catch (const UserError& e) {
    throw UserError(join(e.what()));
  } catch (const UnsupportedError& e) {
    throw UnsupportedError(join(e.what()));
  } catch (const PlanError& e) {
    throw PlanError(join(e.what()));
  } catch (const Error& e) {
    throw InternalError(join(e.what()));
  } catch (const std::bad_alloc& e) {
    throw UserError(join(describe(e)));
  } catch (const std::length_error& e) {
    throw UserError(join(describe(e)));
  } catch (const std::exception& e) {
    throw InternalError(join(describe(e)));
  }
}

std::string describe(const std::exception& failure) {
  if (dynamic_cast<const Error*>(&failure) != nullptr) return failure.what();
  if (dynamic_cast<const std::bad_alloc*>(&failure) != nullptr ||
      dynamic_cast<const std::length_error*>(&failure) != nullptr)
    return kNoMemory;
  return str("[internal] expected no failure of this kind, got '", failure.what(),
             "'. This is a bug in trtlike; please report it.");
}

void fail_assertion(const char* file, int line, const char* condition, const std::string& message) {
  throw InternalError(str("[internal] ", message, ": expected ", condition, " at ", file, ":", line,
                          ". This is a bug in trtlike; please report it."));
}

}  // namespace trtlike::core
