# Looks for oneDNN and for the OpenMP runtime it stands on (numbers/onednn.c tells it to use one thread), and turns
# GLIA_ONEDNN off where one is missing. Asked of the compiler, so that CPATH and LIBRARY_PATH count; oneDNN's own CMake
# package is not used because Debian's insists on the headers of OpenCL, which is none of our business.
if(GLIA_DOUBLE)
  set(GLIA_ONEDNN OFF) # it has no products in double
endif()
if(GLIA_ONEDNN)
  include(CheckIncludeFile)
  include(CheckLibraryExists)
  check_include_file(dnnl.h GLIA_HAVE_DNNL_H)
  check_library_exists(dnnl dnnl_sgemm "" GLIA_HAVE_DNNL)
  check_library_exists(gomp omp_set_num_threads "" GLIA_HAVE_GOMP)
  if(NOT (GLIA_HAVE_DNNL_H AND GLIA_HAVE_DNNL AND GLIA_HAVE_GOMP))
    message(STATUS "oneDNN with GNU OpenMP (Debian: libdnnl-dev) was not found: portable kernels only")
    set(GLIA_ONEDNN OFF)
  endif()
endif()
