// What a refusal says.
#pragma once

#include <string>

#include "trtlike/error.h"

namespace trtlike::test {

/// The text of the UserError that `f` throws.
template <typename F>
std::string message_of(F&& f) {
  try {
    f();
  } catch (const UserError& e) {
    return e.what();
  }
  return "nothing was thrown";
}

}  // namespace trtlike::test
