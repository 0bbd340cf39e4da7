// HDF5 exposes most constants as macros that call functions; Swift imports none of them. Each has
// a function here, and calls whose signature differs between HDF5 versions are bound to 1.10's.
#ifndef CHDF5_SHIM_H
#define CHDF5_SHIM_H
#define H5_USE_110_API 1
#include <hdf5.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif

static inline unsigned chdf5_file_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned chdf5_file_read_write(void) { return H5F_ACC_RDWR; }
static inline unsigned chdf5_file_exclusive(void) { return H5F_ACC_EXCL; }

static inline hid_t chdf5_file_create_class(void) { return H5P_FILE_CREATE; }
static inline hid_t chdf5_file_access_class(void) { return H5P_FILE_ACCESS; }
static inline hid_t chdf5_group_create_class(void) { return H5P_GROUP_CREATE; }
static inline hid_t chdf5_dataset_create_class(void) { return H5P_DATASET_CREATE; }

/// The little-endian integer of `byte_count` bytes, or -1.
static inline hid_t chdf5_integer_type(size_t byte_count, int is_signed) {
  switch (byte_count) {
  case 1: return is_signed ? H5T_STD_I8LE : H5T_STD_U8LE;
  case 2: return is_signed ? H5T_STD_I16LE : H5T_STD_U16LE;
  case 4: return is_signed ? H5T_STD_I32LE : H5T_STD_U32LE;
  case 8: return is_signed ? H5T_STD_I64LE : H5T_STD_U64LE;
  default: return -1;
  }
}

/// The IEEE float of `byte_count` bytes, or -1.
static inline hid_t chdf5_float_type(size_t byte_count, int is_big_endian) {
  switch (byte_count) {
  case 4: return is_big_endian ? H5T_IEEE_F32BE : H5T_IEEE_F32LE;
  case 8: return is_big_endian ? H5T_IEEE_F64BE : H5T_IEEE_F64LE;
  default: return -1;
  }
}

/// The number of open files, groups, datasets, named types and attributes in this process.
static inline long chdf5_open_object_count(void) {
  return (long)H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL);
}

static inline hid_t chdf5_object_reference_type(void) { return H5T_STD_REF_OBJ; }
static inline hid_t chdf5_string_type(void) { return H5T_C_S1; }

/// The number of attributes of the open object, or -1.
static inline long chdf5_attribute_count(hid_t object) {
  H5O_info_t info;
  return H5Oget_info(object, &info) < 0 ? -1 : (long)info.num_attrs;
}

/// The type of the link called `name` in the open group (`H5L_type_t`), or -1.
static inline int chdf5_link_type(hid_t group, const char *name) {
  H5L_info_t info;
  return H5Lget_info(group, name, &info, H5P_DEFAULT) < 0 ? -1 : (int)info.type;
}

/// The number of hard links to the open object and its address in the file, or -1.
static inline long chdf5_object_links(hid_t object, uint64_t *address) {
  H5O_info_t info;
  if (H5Oget_info(object, &info) < 0) return -1;
  *address = (uint64_t)info.addr;
  return (long)info.rc;
}

/// The byte of the file where HDF5 ends, counted from the first, or -1.
static inline long long chdf5_end(hid_t file) {
  haddr_t end = 0;
  return H5Fget_eoa(file, &end) < 0 ? -1 : (long long)end;
}

/// The bytes before the open file begins, or -1.
static inline long long chdf5_user_block(hid_t file) {
  hsize_t size = 0;
  hid_t creation = H5Fget_create_plist(file);
  if (creation < 0) return -1;
  herr_t status = H5Pget_userblock(creation, &size);
  H5Pclose(creation);
  return status < 0 ? -1 : (long long)size;
}

/// Closes all descriptors from `first` on.
static inline void chdf5_close_from(int first) {
#ifdef SYS_close_range
  if (syscall(SYS_close_range, first, ~0U, 0) == 0) return;
#endif
  for (int descriptor = first; descriptor < 4096; descriptor++) close(descriptor);
}

/// The descriptor that the open file is read through, or -1.
static inline int chdf5_file_descriptor(hid_t file) {
  void *handle = NULL;
  if (H5Fget_vfd_handle(file, H5P_DEFAULT, &handle) < 0 || handle == NULL) return -1;
  return *(int *)handle;
}

/// The flag that opens a file to be read past the system's cache, or 0 where none is known.
///
/// It is the kernel's; with `fcntl.h` this module would take the system's types from theirs.
static inline int chdf5_uncached_flag(void) {
#if defined(__linux__) && defined(__x86_64__)
  return 040000;
#elif defined(__linux__) && defined(__aarch64__)
  return 0200000;
#else
  return 0;
#endif
}

/// Receives the name and the type (`H5L_type_t`) of a link; other than 0 ends the visit.
typedef int (*chdf5_link_visitor)(const char *name, int type, void *context);

struct chdf5_link_visit {
  chdf5_link_visitor visitor;
  void *context;
};

static inline herr_t chdf5_visit_link(
    hid_t group, const char *name, const H5L_info_t *info, void *visit) {
  (void)group;
  struct chdf5_link_visit *call = (struct chdf5_link_visit *)visit;
  return call->visitor(name, (int)info->type, call->context);
}

/// Calls `visitor` for each link of the open group; resolves none of them.
static inline herr_t chdf5_visit_links(hid_t group, chdf5_link_visitor visitor, void *context) {
  struct chdf5_link_visit call = {visitor, context};
  return H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, chdf5_visit_link, &call);
}

#endif
