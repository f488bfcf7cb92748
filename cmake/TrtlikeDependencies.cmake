# Finds what the project needs; what is optional is named in a message when it is missing.
find_package(Python3 COMPONENTS Interpreter Development.Module REQUIRED)
find_package(TBB REQUIRED)
find_package(Eigen3 3.3 REQUIRED NO_MODULE)
find_package(Protobuf REQUIRED)
find_path(XXHASH_INCLUDE xxhash.h REQUIRED)
# Debian: nlohmann-json3-dev.
find_path(NLOHMANN_JSON_INCLUDE nlohmann/json.hpp REQUIRED)
find_path(XBYAK_INCLUDE xbyak/xbyak.h)
if(NOT XBYAK_INCLUDE)
  message(WARNING "Xbyak was not found (Debian: libxbyak-dev): pointwise programs run interpreted.")
endif()

set(TRTLIKE_HAVE_ONEDNN OFF)
if(TRTLIKE_ONEDNN)
  execute_process(COMMAND ${Python3_EXECUTABLE} -c "import sys; print(sys.prefix)"
                  OUTPUT_VARIABLE PYTHON_PREFIX OUTPUT_STRIP_TRAILING_WHITESPACE)
  find_package(dnnl 3 QUIET HINTS ${PYTHON_PREFIX}/lib/cmake/dnnl)
  find_package(OpenMP QUIET)
  if(dnnl_FOUND AND OpenMP_CXX_FOUND)
    set(TRTLIKE_HAVE_ONEDNN ON)
    message(STATUS "oneDNN ${dnnl_VERSION} from ${dnnl_DIR}")
  else()
    message(WARNING "oneDNN 3 was not found (PyPI: onednn-devel-cpu-gomp, onednn-cpu-gomp): its tactics are left out.")
  endif()
endif()

if(TRTLIKE_PYTHON)
  execute_process(COMMAND ${Python3_EXECUTABLE} -m pybind11 --cmakedir
                  OUTPUT_VARIABLE PYBIND11_DIR OUTPUT_STRIP_TRAILING_WHITESPACE)
  set(PYBIND11_FINDPYTHON NEW)
  find_package(pybind11 REQUIRED HINTS ${PYBIND11_DIR})
endif()
