// The two checks of the code base. CHECK is for what a caller can get wrong, ASSERT for our own
// invariants.
#pragma once

#include "core/strings.h"
#include "trtlike/error.h"

namespace trtlike::core {

[[noreturn]] void fail_assertion(const char* file, int line, const char* condition,
                                 const std::string& message);

/// In a handler: throws what it caught once more, as the same kind of Error with `where` before its
/// sentence. Where memory is short that is a UserError; what no part of trtlike threw on purpose is
/// an InternalError.
[[noreturn]] void rethrow_in(const std::string& where);

/// The sentence about a failure: its own where it is an Error, else one that says what that means.
std::string describe(const std::exception& failure);

}  // namespace trtlike::core

/// Throws UserError with the concatenated parts unless `condition` holds. Write "[where] what:
/// expected X, got Y."
#define TRTLIKE_CHECK(condition, ...)                                                \
  do {                                                                               \
    if (!(condition)) throw ::trtlike::UserError(::trtlike::core::str(__VA_ARGS__)); \
  } while (false)

/// Throws InternalError with file and line unless `condition` holds.
#define TRTLIKE_ASSERT(condition, ...)                                    \
  do {                                                                    \
    if (!(condition))                                                     \
      ::trtlike::core::fail_assertion(__FILE__, __LINE__, #condition,     \
                                      ::trtlike::core::str(__VA_ARGS__)); \
  } while (false)
