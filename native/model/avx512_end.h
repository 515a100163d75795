// Ends what model/avx512.h began, for clang, which insists on it. GCC takes the options for templates from where they are
// instantiated, at the end of the file, so they stay on there. No guard: each file that includes the one includes the other.
#if defined(__clang__)
#pragma clang attribute pop
#endif
