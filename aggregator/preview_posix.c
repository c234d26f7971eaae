// preview: the child.
#include "aggregator/preview.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    CPU_S = 4,
    MEMORY_BYTES = 1 << 30, // fonts are mapped whole
    FILES = 64,
    WHY_MAX = 600,
    ARGS_MAX = 24,
    CANNOT_RUN = 127, // as shells say it
};

#define FOLDER "/tmp/puas-preview-XXXXXX"
static const char *const files[] = {"config", "content", "picture.png", "why", NULL}; // of the folder

// ---------------------------------------------------------------- the program

static bool find_program(const char *wanted, char *ret, size_t size)
{
    static const char name[] = "puas-kiosk";
    if (wanted[0] != '\0') {
        snprintf(ret, size, "%s", wanted);
        return access(ret, X_OK) == 0;
    }
    ssize_t n = readlink("/proc/self/exe", ret, size - sizeof name);
    if (n <= 0) {
        return false;
    }
    ret[n] = '\0';
    char *slash = strrchr(ret, '/');
    memcpy(slash + 1, name, sizeof name);
    return access(ret, X_OK) == 0;
}

// ---------------------------------------------------------------- the child's side: after a fork, so no memory, no locks

static bool limit(int what, rlim_t most)
{
    const struct rlimit r = {most, most};
    return setrlimit(what, &r) == 0;
}

static bool limit_all(void)
{
#ifndef __SANITIZE_ADDRESS__ // which reserves terabytes
    if (!limit(RLIMIT_AS, MEMORY_BYTES)) {
        return false;
    }
#endif
    return limit(RLIMIT_CPU, CPU_S) && limit(RLIMIT_FSIZE, PREVIEW_BYTES_MAX) && limit(RLIMIT_CORE, 0) &&
           limit(RLIMIT_NOFILE, FILES);
}

_Noreturn static void become(const char *folder, const char *program, char *const *arguments)
{
    static char *const nothing[] = {NULL};
    sigset_t none;
    sigemptyset(&none);
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    int in = open("/dev/null", O_RDWR);
    int out = chdir(folder) == 0 ? open("why", O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
    if (setpgid(0, 0) == 0 && in >= 0 && out >= 0 && dup2(in, 0) >= 0 && dup2(in, 1) >= 0 &&
        dup2(out, 2) >= 0 && close_range(3, ~0U, 0) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
        limit_all()) {
        execve(program, arguments, nothing);
    }
    _exit(CANNOT_RUN);
}

// ---------------------------------------------------------------- ours

static bool write_file(int folder, const char *name, const char *text)
{
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (f == NULL) {
        if (fd >= 0) {
            close(fd);
        }
        return false;
    }
    bool ok = fputs(text, f) >= 0;
    return fclose(f) == 0 && ok;
}

// The kiosk's own settings: who it is, and where its faces and catalogues are when it was installed (assets/run/install);
// else it knows.
static bool write_config(int folder, const char *program, const char *org)
{
    char text[2 * PATH_MAX], assets[PATH_MAX + 30];
    const char *slash = strrchr(program, '/');
    snprintf(assets, sizeof assets, "%.*s/../share/puas", slash != NULL ? (int)(slash - program) : 0,
             program);
    bool installed = access(assets, R_OK) == 0;
    int n = snprintf(text, sizeof text, "kiosk: preview\nbranch: preview\nstate_dir: none\norg: %s\n%s%s%s",
                     org, installed ? "assets: \"" : "", installed ? assets : "", installed ? "\"\n" : "");
    return n > 0 && (size_t)n < sizeof text && write_file(folder, "config", text);
}

// Up to `most` bytes and a NUL, malloc'd; NULL: it cannot be read, or is larger.
static char *read_file(int folder, const char *name, size_t most, size_t *ret_n)
{
    struct stat st;
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    size_t n = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? (size_t)st.st_size : most + 1;
    char *bytes = n <= most ? malloc(n + 1) : NULL;
    if (bytes != NULL && read(fd, bytes, n) == (ssize_t)n) {
        bytes[n] = '\0';
        *ret_n = n;
    } else {
        free(bytes);
        bytes = NULL;
    }
    if (fd >= 0) {
        close(fd);
    }
    return bytes;
}

// The exit status, or -1 when it had to be killed.
static int wait_for(pid_t child)
{
    int status = 0, fd = pidfd_open(child, 0), ready = 0;
    struct pollfd p = {.fd = fd, .events = POLLIN};
    do {
        ready =
            fd >= 0 ? poll(&p, 1, PREVIEW_MS) : 0; // a signal begins the time anew: none comes to this thread
    } while (ready < 0 && errno == EINTR);
    if (ready <= 0) {
        kill(-child, SIGKILL);
        kill(child, SIGKILL); // it may not be a group of its own yet
    }
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (fd >= 0) {
        close(fd);
    }
    return ready > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// What the kiosk wrote, without its name and the end of the line.
static void take_words(int folder, char *ret_why, size_t n)
{
    static const char name[] = "puas-kiosk: ";
    size_t bytes = 0;
    char *text = read_file(folder, "why", WHY_MAX, &bytes);
    const char *from = text != NULL ? text : "";
    from += strncmp(from, name, sizeof name - 1) == 0 ? sizeof name - 1 : 0;
    snprintf(ret_why, n, "%.*s", (int)strcspn(from, "\n"), from);
    free(text);
}

static void add(char **list, int *count, const char *option, const char *value)
{
    if (value[0] != '\0' && *count + 2 < ARGS_MAX) {
        list[(*count)++] = (char *)(uintptr_t)option;
        list[(*count)++] = (char *)(uintptr_t)value;
    }
}

static enum preview_result run(const struct preview *p, const char *program, const char *folder,
                               int folder_fd, char **ret_png, size_t *ret_bytes, char *ret_why, size_t n)
{
    char size[32], *arguments[ARGS_MAX] = {(char *)(uintptr_t)program};
    int count = 1;
    snprintf(size, sizeof size, "%dx%d", p->width, p->height);
    add(arguments, &count, "--config", "config");
    add(arguments, &count, "--render", "content");
    add(arguments, &count, "--out", "picture.png");
    add(arguments, &count, "--size", size);
    add(arguments, &count, "--lang", p->lang);
    add(arguments, &count, "--screen", p->screen);
    add(arguments, &count, "--question", p->question);
    add(arguments, &count, "--score", p->score);
    add(arguments, &count, "--scene", p->scene);
    pid_t child = fork();
    if (child == 0) {
        become(folder, program, arguments);
    }
    int code = child > 0 ? wait_for(child) : -1;
    take_words(folder_fd, ret_why, n);
    if (code == EXIT_SUCCESS) {
        *ret_png = read_file(folder_fd, "picture.png", PREVIEW_BYTES_MAX, ret_bytes);
        snprintf(ret_why, n, "%s", *ret_png != NULL ? "" : "there is no picture");
        return *ret_png != NULL ? PREVIEW_DONE : PREVIEW_FAILED;
    }
    if (code < 0 || code == CANNOT_RUN || ret_why[0] == '\0') {
        snprintf(ret_why, n, "%s",
                 code == CANNOT_RUN ? "it cannot be started with its limits" : "it was ended, or crashed");
        return PREVIEW_FAILED;
    }
    return PREVIEW_REFUSED;
}

enum preview_result preview_draw(const struct preview *p, char **ret_png, size_t *ret_bytes, char *ret_why,
                                 size_t n)
{
    char folder[] = FOLDER, program[PATH_MAX];
    ret_why[0] = '\0';
    if (!find_program(p->program, program, sizeof program)) {
        return PREVIEW_MISSING;
    }
    if (mkdtemp(folder) == NULL) {
        snprintf(ret_why, n, "no folder can be made in /tmp: %s", strerror(errno));
        return PREVIEW_FAILED;
    }
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum preview_result result = PREVIEW_FAILED;
    if (fd >= 0 && write_config(fd, program, p->org) && write_file(fd, "content", p->yaml)) {
        result = run(p, program, folder, fd, ret_png, ret_bytes, ret_why, n);
    } else {
        snprintf(ret_why, n, "no file can be written in /tmp: %s", strerror(errno));
    }
    for (int i = 0; fd >= 0 && files[i] != NULL; i++) {
        (void)unlinkat(fd, files[i], 0);
    }
    if (fd >= 0) {
        close(fd);
    }
    (void)rmdir(folder);
    return result;
}
