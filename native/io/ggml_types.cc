#include "io/ggml_types.h"

namespace sqltune {
namespace {

constexpr GgmlType kTypes[] = {
    {0, "F32", 1, 4},        {1, "F16", 1, 2},       {2, "Q4_0", 32, 18},     {3, "Q4_1", 32, 20},
    {6, "Q5_0", 32, 22},     {7, "Q5_1", 32, 24},    {8, "Q8_0", 32, 34},     {9, "Q8_1", 32, 0},
    {10, "Q2_K", 256, 0},    {11, "Q3_K", 256, 0},   {12, "Q4_K", 256, 144},  {13, "Q5_K", 256, 176},
    {14, "Q6_K", 256, 210},  {15, "Q8_K", 256, 0},   {16, "IQ2_XXS", 256, 0}, {17, "IQ2_XS", 256, 0},
    {18, "IQ3_XXS", 256, 0}, {19, "IQ1_S", 256, 0},  {20, "IQ4_NL", 32, 0},   {21, "IQ3_S", 256, 0},
    {22, "IQ2_S", 256, 0},   {23, "IQ4_XS", 256, 0}, {24, "I8", 1, 0},        {25, "I16", 1, 0},
    {26, "I32", 1, 0},       {27, "I64", 1, 0},      {28, "F64", 1, 0},       {29, "IQ1_M", 256, 0},
    {30, "BF16", 1, 2},      {34, "TQ1_0", 256, 0},  {35, "TQ2_0", 256, 0},   {39, "MXFP4", 32, 0},
};

}  // namespace

const GgmlType* find_ggml_type(uint32_t id) {
  for (const auto& type : kTypes) {
    if (type.id == id) return &type;
  }
  return nullptr;
}

std::string ggml_type_name(uint32_t id) {
  const GgmlType* type = find_ggml_type(id);
  return type ? type->name : "number " + std::to_string(id);
}

std::string supported_ggml_types() {
  std::string names;
  for (const auto& type : kTypes) {
    if (type.block_bytes == 0) continue;
    if (!names.empty()) names += ", ";
    names += type.name;
  }
  return names;
}

}  // namespace sqltune
