# What `cmake --install` puts where: bin/glia, include/glia.h, both libraries, a pkg-config file, a CMake package
# (glia::glia; glia::static as a component, which needs the libraries below it), the manual page and the documents.
if(GLIA_DOUBLE)
  install(CODE [[message(FATAL_ERROR "this is the double build, for glia's own tests: nothing is installed")]]
    ALL_COMPONENTS)
  return()
endif()

include(CMakePackageConfigHelpers)
set(GLIA_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/glia)

install(TARGETS glia_program)
install(FILES include/glia.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS glia_shared EXPORT glia)
install(TARGETS glia_static EXPORT glia_static)
install(EXPORT glia NAMESPACE glia:: DESTINATION ${GLIA_PACKAGE_DIR} FILE glia-targets.cmake)
install(EXPORT glia_static NAMESPACE glia:: DESTINATION ${GLIA_PACKAGE_DIR} FILE glia-static-targets.cmake)

configure_package_config_file(cmake/glia-config.cmake.in ${PROJECT_BINARY_DIR}/package/glia-config.cmake
  INSTALL_DESTINATION ${GLIA_PACKAGE_DIR})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/glia-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/package/glia-config.cmake ${PROJECT_BINARY_DIR}/package/glia-config-version.cmake
  DESTINATION ${GLIA_PACKAGE_DIR})

# The pkg-config file finds its prefix from where it lies, so that the tree may be moved.
set(GLIA_PC_REQUIRES jansson)
set(GLIA_PC_LIBS "-lm -pthread")
if(ZLIB_FOUND)
  string(APPEND GLIA_PC_REQUIRES " zlib")
endif()
if(PNG_FOUND)
  string(APPEND GLIA_PC_REQUIRES " libpng")
endif()
if(JPEG_FOUND)
  string(APPEND GLIA_PC_REQUIRES " libjpeg")
endif()
if(GLIA_ONEDNN)
  string(PREPEND GLIA_PC_LIBS "-ldnnl -lgomp ")
endif()
file(RELATIVE_PATH GLIA_PC_PREFIX ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
configure_file(cmake/glia.pc.in ${PROJECT_BINARY_DIR}/package/glia.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/package/glia.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# The manual page is printed by the program, from the tables that it reads its arguments by.
add_custom_command(OUTPUT ${PROJECT_BINARY_DIR}/package/glia.1
  COMMAND glia_program man > ${PROJECT_BINARY_DIR}/package/glia.1 DEPENDS glia_program VERBATIM)
add_custom_target(glia_manual ALL DEPENDS ${PROJECT_BINARY_DIR}/package/glia.1)
install(FILES ${PROJECT_BINARY_DIR}/package/glia.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)

file(GLOB GLIA_DOCUMENTS CONFIGURE_DEPENDS docs/*.md)
install(FILES README.md LICENSE CHANGELOG.md ${GLIA_DOCUMENTS} DESTINATION ${CMAKE_INSTALL_DOCDIR})
