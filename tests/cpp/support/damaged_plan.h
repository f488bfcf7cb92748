// Damaging plans, and loading and running what came of it.
#pragma once

#include <memory>
#include <random>
#include <string>

namespace trtlike::test {

/// How often a fuzz test tries: TRTLIKE_FUZZ_ROUNDS asks for a longer run.
uint32_t fuzz_rounds();
/// Prints the seed, which TRTLIKE_FUZZ_SEED sets.
std::mt19937 seeded();

/// The bytes in aligned memory.
std::shared_ptr<void> copy_of(const std::string& bytes);
/// Makes the checksum that of the bytes.
void mend_checksum(std::string& bytes);
/// One to two bytes of header or metadata are other ones, and the checksum is mended.
std::string with_flips(const std::string& bytes, std::mt19937& random);
/// True when the plan loads. It is run too where it can be; every failure must be an Error of ours,
/// and none an InternalError.
bool survives(const std::string& bytes);
/// What is logged in the course of it.
std::string log_of_run(const std::string& bytes);

}  // namespace trtlike::test
