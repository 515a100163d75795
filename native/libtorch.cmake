# The imported target `libtorch`, from the folder of a pip-installed torch (TORCH_DIR).
#
# find_package(Torch) is not used: with a CUDA wheel, which pip gives on most Linux machines, it demands nvcc although
# nothing here compiles CUDA code, and it puts folders of the machine that built the wheel first in RUNPATH.

set(TORCH_DIR "" CACHE PATH "Folder of the torch Python package: the one that holds include/ and lib/")
if(NOT TORCH_DIR)
  message(FATAL_ERROR "TORCH_DIR is not set. Pass -DTORCH_DIR=<site-packages>/torch, "
                      "or let `sqltune setup` find libtorch and build.")
endif()
get_filename_component(TORCH_DIR "${TORCH_DIR}" ABSOLUTE)
if(NOT EXISTS "${TORCH_DIR}/include/ATen/ATen.h" OR NOT EXISTS "${TORCH_DIR}/version.py")
  message(FATAL_ERROR "TORCH_DIR=${TORCH_DIR} holds no include/ATen/ATen.h and version.py: "
                      "it must be the torch folder inside a site-packages folder.")
endif()

file(STRINGS "${TORCH_DIR}/version.py" SQLTUNE_TORCH_VERSION REGEX "^__version__ = ")
string(REGEX REPLACE "^__version__ = '([^']+)'.*" "\\1" SQLTUNE_TORCH_VERSION "${SQLTUNE_TORCH_VERSION}")

# Wheels before 2.7 could use the old std::string ABI; they say so here.
set(SQLTUNE_TORCH_ABI 1)
if(EXISTS "${TORCH_DIR}/share/cmake/Torch/TorchConfig.cmake")
  file(STRINGS "${TORCH_DIR}/share/cmake/Torch/TorchConfig.cmake" old_abi REGEX "_GLIBCXX_USE_CXX11_ABI=0")
  if(old_abi)
    set(SQLTUNE_TORCH_ABI 0)
  endif()
endif()

set(torch_libraries)
foreach(name torch torch_cpu c10 torch_cuda c10_cuda)
  set(path "${TORCH_DIR}/lib/${CMAKE_SHARED_LIBRARY_PREFIX}${name}${CMAKE_SHARED_LIBRARY_SUFFIX}")
  if(EXISTS "${path}")
    list(APPEND torch_libraries "${path}")
  elseif(NOT name MATCHES "cuda")
    message(FATAL_ERROR "${path} does not exist: the torch there is incomplete.")
  endif()
endforeach()

add_library(libtorch INTERFACE IMPORTED)
target_include_directories(libtorch SYSTEM INTERFACE "${TORCH_DIR}/include"
                                                     "${TORCH_DIR}/include/torch/csrc/api/include")
if(NOT APPLE)
  target_compile_definitions(libtorch INTERFACE _GLIBCXX_USE_CXX11_ABI=${SQLTUNE_TORCH_ABI})
  # The CUDA libraries register their kernels when they are loaded; no symbol of ours refers to them, so the linker
  # would drop them.
  target_link_libraries(libtorch INTERFACE -Wl,--no-as-needed ${torch_libraries} -Wl,--as-needed)
else()
  target_link_libraries(libtorch INTERFACE ${torch_libraries})
endif()
set(SQLTUNE_TORCH_LIB "${TORCH_DIR}/lib")
message(STATUS "libtorch ${SQLTUNE_TORCH_VERSION} in ${TORCH_DIR}")
