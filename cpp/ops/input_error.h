// A refusal of one input of an op, in parts: who knows the input by another name can say so.
#pragma once

#include <string>

#include "core/check.h"

namespace trtlike::ops {

class InputError : public UserError {
 public:
  /// `where` stands before "input 1 'indices': " and the sentence.
  InputError(const std::string& where, size_t input, const std::string& name,
             const std::string& sentence)
      : UserError(core::str(where, "input ", input, " '", name, "': ", sentence)),
        input_(input),
        name_(name),
        sentence_(sentence) {}

  size_t input() const { return input_; }
  const std::string& name() const { return name_; }
  /// "expected ..., got ...".
  const std::string& sentence() const { return sentence_; }

 private:
  size_t input_;
  std::string name_;
  std::string sentence_;
};

}  // namespace trtlike::ops
