/*
 * Preloaded into a process, writes down everything that it does to the files below RECORD_PREFIX, in order and with the
 * bytes: what a disk is told. Shared memory of SQLite (-shm) is left out: it does not survive a power cut.
 *
 * One record: four 64-bit numbers (operation, length of the path, offset, length of the data), the path, the data.
 * Operations: W write, T truncate to the offset, S sync, U unlink.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static int journal = -1;
static const char *prefix;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("RECORD_JOURNAL");
  prefix = getenv("RECORD_PREFIX");
  if (path && prefix) journal = syscall(SYS_openat, AT_FDCWD, path, O_CREAT | O_WRONLY | O_APPEND, 0600);
}

static int watched_path(const char *path) {
  return journal >= 0 && strncmp(path, prefix, strlen(prefix)) == 0 && !strstr(path, "-shm");
}

static int watched(int fd, char *path, size_t size) {
  if (journal < 0) return 0;
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, size - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return watched_path(path);
}

static void put(const void *data, size_t length) {
  for (size_t done = 0; done < length;) {
    ssize_t written = syscall(SYS_write, journal, (const char *)data + done, length - done);
    if (written <= 0) abort();
    done += written;
  }
}

static void record(char operation, const char *path, uint64_t offset, const void *data, uint64_t length) {
  uint64_t head[4] = {(uint64_t)operation, strlen(path), offset, length};
  pthread_mutex_lock(&turn);
  put(head, sizeof head);
  put(path, strlen(path));
  put(data, length);
  pthread_mutex_unlock(&turn);
}

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

#define PWRITE(name, offset_type)                                              \
  ssize_t name(int fd, const void *data, size_t length, offset_type offset) {  \
    REAL(name);                                                                \
    char path[4096];                                                           \
    ssize_t written = real(fd, data, length, offset);                          \
    if (written > 0 && watched(fd, path, sizeof path)) record('W', path, offset, data, written); \
    return written;                                                            \
  }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

ssize_t write(int fd, const void *data, size_t length) {
  REAL(write);
  char path[4096];
  int mine = watched(fd, path, sizeof path);
  off_t offset = mine ? lseek(fd, 0, SEEK_CUR) : 0;
  ssize_t written = real(fd, data, length);
  if (mine && written > 0) record('W', path, offset, data, written);
  return written;
}

#define TRUNCATE(name, offset_type)                                            \
  int name(int fd, offset_type size) {                                         \
    REAL(name);                                                                \
    char path[4096];                                                           \
    int result = real(fd, size);                                               \
    if (result == 0 && watched(fd, path, sizeof path)) record('T', path, size, "", 0); \
    return result;                                                             \
  }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define SYNC(name)                                                             \
  int name(int fd) {                                                           \
    REAL(name);                                                                \
    char path[4096];                                                           \
    int result = real(fd);                                                     \
    if (result == 0 && watched(fd, path, sizeof path)) record('S', path, 0, "", 0); \
    return result;                                                             \
  }
SYNC(fsync)
SYNC(fdatasync)

int unlink(const char *path) {
  REAL(unlink);
  int result = real(path);
  if (result == 0 && watched_path(path)) record('U', path, 0, "", 0);
  return result;
}
