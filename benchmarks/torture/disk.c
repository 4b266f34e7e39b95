/* Stands before the file-system calls of a process: counts those below one folder, and at one of them fails or kills.
 *
 * Preloaded, so that it sees what Python, SQLite, tantivy and FAISS do alike. What C's own buffered streams (fopen) write
 * is not seen: nothing in a library is written through them.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { COUNT, KILL, TEAR, FAIL, FULL };

static char root[PATH_MAX];
static size_t root_length;
static int mode, code;
static long at, calls;
static char hit[32];

void disk_watch(const char *folder, long number, int what, int error) {
    calls = 0;
    hit[0] = 0;
    mode = what;
    at = number;
    code = error;
    root_length = strlen(folder);
    memcpy(root, folder, root_length + 1);
}

void disk_ignore(void) { root_length = 0; }
long disk_calls(void) { return calls; }
const char *disk_hit(void) { return hit; }

static int below(const char *path) {
    return root_length && !strncmp(path, root, root_length) && (path[root_length] == '/' || !path[root_length]);
}

static int descriptor_below(int descriptor) {
    char link[64], path[PATH_MAX];
    if (!root_length || descriptor < 0)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    return below(path);
}

static int path_below(int folder, const char *path) {
    return path[0] == '/' || folder == AT_FDCWD ? below(path) : descriptor_below(folder);
}

/* On a full disk a file can still be read and removed. */
static int needs_room(const char *name) {
    static const char *const not[] = {"read", "pread", "pread64", "unlink", "unlinkat", "rmdir", "open for reading"};
    for (size_t i = 0; i < sizeof not / sizeof *not; i++)
        if (!strcmp(name, not[i]))
            return 0;
    return 1;
}

/* Whether the call is the one: 0 lets it through, 1 fails it, 2 has half of it written before the kill. */
static int due(const char *name, int is_ours) {
    if (!is_ours)
        return 0;
    long number = __sync_add_and_fetch(&calls, 1);
    if (mode == COUNT || (mode == FULL ? number < at || !needs_room(name) : number != at))
        return 0;
    if (!hit[0])
        strncpy(hit, name, sizeof hit - 1);
    if (mode == KILL)
        kill(getpid(), SIGKILL);
    if (mode == TEAR)
        return 2;
    errno = code;
    return 1;
}

#define REAL(name, ...) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))(__VA_ARGS__)
#define GUARD(called, ours) \
    switch (due(called, ours)) { \
    case 2: kill(getpid(), SIGKILL); \
    case 1: return -1; \
    }
#define OPENING(flags) ((flags) & (O_CREAT | __O_TMPFILE) ? "open for writing" : "open for reading")

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        va_list more; \
        va_start(more, flags); \
        mode_t rights = flags & (O_CREAT | __O_TMPFILE) ? va_arg(more, mode_t) : 0; \
        va_end(more); \
        GUARD(OPENING(flags), path_below(AT_FDCWD, path)) \
        return REAL(name, path, flags, rights); \
    }
#define OPENAT(name) \
    int name(int folder, const char *path, int flags, ...) { \
        va_list more; \
        va_start(more, flags); \
        mode_t rights = flags & (O_CREAT | __O_TMPFILE) ? va_arg(more, mode_t) : 0; \
        va_end(more); \
        GUARD(OPENING(flags), path_below(folder, path)) \
        return REAL(name, folder, path, flags, rights); \
    }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

#define WRITE(name, parameters, half, arguments) \
    ssize_t name parameters { \
        switch (due(#name, descriptor_below(descriptor))) { \
        case 2: \
            if (length > 1) \
                REAL(name, half); \
            kill(getpid(), SIGKILL); \
        case 1: return -1; \
        } \
        return REAL(name, arguments); \
    }
#define LIST(...) __VA_ARGS__
WRITE(write, (int descriptor, const void *data, size_t length), LIST(descriptor, data, length / 2), LIST(descriptor, data, length))
WRITE(pwrite, (int descriptor, const void *data, size_t length, off_t place), LIST(descriptor, data, length / 2, place), LIST(descriptor, data, length, place))
WRITE(pwrite64, (int descriptor, const void *data, size_t length, off64_t place), LIST(descriptor, data, length / 2, place), LIST(descriptor, data, length, place))

#define CALL(type, name, parameters, ours, arguments) \
    type name parameters { \
        GUARD(#name, ours) \
        return REAL(name, arguments); \
    }
CALL(ssize_t, writev, (int descriptor, const struct iovec *parts, int count), descriptor_below(descriptor), LIST(descriptor, parts, count))
CALL(ssize_t, read, (int descriptor, void *data, size_t length), descriptor_below(descriptor), LIST(descriptor, data, length))
CALL(ssize_t, pread, (int descriptor, void *data, size_t length, off_t place), descriptor_below(descriptor), LIST(descriptor, data, length, place))
CALL(ssize_t, pread64, (int descriptor, void *data, size_t length, off64_t place), descriptor_below(descriptor), LIST(descriptor, data, length, place))
CALL(int, fsync, (int descriptor), descriptor_below(descriptor), LIST(descriptor))
CALL(int, fdatasync, (int descriptor), descriptor_below(descriptor), LIST(descriptor))
CALL(int, ftruncate, (int descriptor, off_t length), descriptor_below(descriptor), LIST(descriptor, length))
CALL(int, ftruncate64, (int descriptor, off64_t length), descriptor_below(descriptor), LIST(descriptor, length))
CALL(int, rename, (const char *from, const char *to), below(to), LIST(from, to))
CALL(int, renameat, (int a, const char *from, int b, const char *to), path_below(b, to), LIST(a, from, b, to))
CALL(int, mkdir, (const char *path, mode_t rights), below(path), LIST(path, rights))
CALL(int, rmdir, (const char *path), below(path), LIST(path))
CALL(int, unlink, (const char *path), below(path), LIST(path))
CALL(int, unlinkat, (int folder, const char *path, int flags), path_below(folder, path), LIST(folder, path, flags))
CALL(int, link, (const char *from, const char *to), below(to), LIST(from, to))
CALL(int, linkat, (int a, const char *from, int b, const char *to, int flags), path_below(b, to), LIST(a, from, b, to, flags))
CALL(int, symlink, (const char *from, const char *to), below(to), LIST(from, to))
CALL(ssize_t, copy_file_range, (int a, off64_t *from, int descriptor, off64_t *to, size_t length, unsigned flags), descriptor_below(descriptor), LIST(a, from, descriptor, to, length, flags))
CALL(ssize_t, sendfile, (int descriptor, int from, off_t *place, size_t length), descriptor_below(descriptor), LIST(descriptor, from, place, length))
