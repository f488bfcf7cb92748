// A function of an entry of a registry: plain, or one that takes what the entry was registered
// with.
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>

namespace trtlike::core {

template <typename Signature>
class Callback;

/// Made of a function, or a lambda without captures, that takes Args, or `const void* self` and
/// then Args; null otherwise. Plain data; a call is a call of the function.
template <typename Result, typename... Args>
class Callback<Result(Args...)> {
 public:
  using Plain = Result (*)(Args...);
  using WithSelf = Result (*)(const void* self, Args...);

  constexpr Callback() = default;
  constexpr Callback(std::nullptr_t) {}
  constexpr Callback(Plain function) : plain_(function) {}
  constexpr Callback(WithSelf function) : with_self_(function) {}
  template <typename F>
    requires(std::convertible_to<F, Plain>)
  constexpr Callback(F function) : plain_(function) {}
  template <typename F>
    requires(std::convertible_to<F, WithSelf>)
  constexpr Callback(F function) : with_self_(function) {}

  Result operator()(const void* self, Args... args) const {
    return with_self_ != nullptr ? with_self_(self, static_cast<Args>(args)...)
                                 : plain_(static_cast<Args>(args)...);
  }
  constexpr bool operator==(std::nullptr_t) const {
    return plain_ == nullptr && with_self_ == nullptr;
  }

 private:
  Plain plain_ = nullptr;
  WithSelf with_self_ = nullptr;
};

}  // namespace trtlike::core
