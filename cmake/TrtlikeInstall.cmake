# Installs the libraries, the public headers and a package for find_package(trtlike CONFIG).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(TRTLIKE_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/trtlike)
set_target_properties(trtlike PROPERTIES EXPORT_NAME trtlike)
set_target_properties(trtlike_runtime PROPERTIES EXPORT_NAME runtime)
install(TARGETS trtlike trtlike_runtime EXPORT trtlike-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT trtlike-targets NAMESPACE trtlike:: DESTINATION ${TRTLIKE_CMAKE_DIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/cpp/include/trtlike DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/trtlike-config.cmake.in
                              ${PROJECT_BINARY_DIR}/trtlike-config.cmake INSTALL_DESTINATION ${TRTLIKE_CMAKE_DIR})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/trtlike-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/trtlike-config.cmake ${PROJECT_BINARY_DIR}/trtlike-config-version.cmake
        DESTINATION ${TRTLIKE_CMAKE_DIR})
