#pragma once

namespace sqltune {

/// Makes libtorch keep large CPU blocks for reuse instead of giving them back to the system, which would hand them out
/// again as pages to be cleared: a training step frees and asks for the same gigabytes over and over. What is kept
/// never makes the process larger than a tenth above the most that was ever in use. Called once or more.
void keep_freed_memory();

}  // namespace sqltune
