// The four kinds of failure. What a message says: "[where] what: expected X, got Y. Hint."
#pragma once

#include <stdexcept>
#include <string>

namespace trtlike {

/// Base of every exception that trtlike throws.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A bad argument or model: the caller can mend it.
class UserError : public Error {
 public:
  using Error::Error;
};

/// Valid, but beyond what this version or this CPU can do.
class UnsupportedError : public Error {
 public:
  using Error::Error;
};

/// The bytes of a plan, a timing cache or another file cannot be trusted.
class PlanError : public Error {
 public:
  using Error::Error;
};

/// An invariant of trtlike itself is broken.
class InternalError : public Error {
 public:
  using Error::Error;
};

}  // namespace trtlike
