// notify against a socket of our own: what arrives there is what systemd would read.
#include "shared/notify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { TEXT = 512 };

struct manager {
    int fd;
    char name[100], folder[40];
};

// A bound socket; `abstract`: one without a file.
static struct manager listen_as(bool abstract)
{
    struct manager m = {.folder = "/tmp/puas-notify-XXXXXX"};
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    socklen_t length = sizeof a;
    m.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (abstract) {
        snprintf(m.name, sizeof m.name, "@puas-notify-%d", (int)getpid());
        memcpy(a.sun_path + 1, m.name + 1, strlen(m.name + 1));
        length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(m.name));
    } else {
        assert_non_null(mkdtemp(m.folder));
        snprintf(m.name, sizeof m.name, "%s/notify", m.folder);
        memcpy(a.sun_path, m.name, strlen(m.name));
    }
    assert_int_equal(bind(m.fd, (struct sockaddr *)&a, length), 0);
    return m;
}

static void close_manager(struct manager *m)
{
    close(m->fd);
    if (m->name[0] == '/') {
        unlink(m->name);
        rmdir(m->folder);
    }
}

// The next datagram, "" when there is none.
static const char *heard(const struct manager *m)
{
    static char text[TEXT];
    ssize_t n = recv(m->fd, text, sizeof text - 1, 0);
    assert_true(n >= 0 || errno == EAGAIN);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

static void test_words(void **state)
{
    (void)state;
    for (int abstract = 0; abstract < 2; abstract++) {
        struct manager m = listen_as(abstract);
        struct notify n;
        notify_init(&n, m.name, NULL, NULL);
        assert_true(notify_ready(&n));
        assert_string_equal(heard(&m), "READY=1");
        assert_true(notify_status(&n, "serving 3 kiosks"));
        assert_string_equal(heard(&m), "STATUS=serving 3 kiosks");
        assert_true(notify_stopping(&n));
        assert_string_equal(heard(&m), "STOPPING=1");
        assert_true(notify_alive(&n, 1000)); // no watchdog: nothing to send
        assert_string_equal(heard(&m), "");
        notify_finish(&n);
        close_manager(&m);
    }
}

static void test_status_is_one_line(void **state)
{
    (void)state;
    struct manager m = listen_as(true);
    struct notify n;
    char text[TEXT];
    notify_init(&n, m.name, NULL, NULL);
    assert_true(notify_status(&n, "a\nREADY=1\tb"));
    assert_string_equal(heard(&m), "STATUS=a READY=1 b");
    memset(text, 'x', sizeof text);
    text[TEXT - 1] = '\0';
    assert_true(notify_status(&n, text));
    assert_int_equal(strlen(heard(&m)), strlen("STATUS=") + NOTIFY_STATUS_MAX);
    notify_finish(&n);
    close_manager(&m);
}

// Half the watchdog's time is the interval; a sign is sent when half of that has gone.
static void test_watchdog_pace(void **state)
{
    (void)state;
    struct manager m = listen_as(true);
    struct notify n;
    char pid[20];
    snprintf(pid, sizeof pid, "%d", (int)getpid());
    notify_init(&n, m.name, "30000000", pid);
    assert_int_equal(notify_interval_ms(&n), 15000);
    int sent = 0;
    for (mono_ms now = 100000; now < 160000; now += 100) {
        assert_true(notify_alive(&n, now));
        const char *text = heard(&m);
        if (*text != '\0') {
            assert_string_equal(text, "WATCHDOG=1");
            assert_int_equal((now - 100000) % 7500, 0);
            sent++;
        }
    }
    assert_int_equal(sent, 8);
    notify_finish(&n);
    close_manager(&m);
}

static void test_watchdog_values(void **state)
{
    (void)state;
    static const struct {
        const char *usec, *pid;
        int64_t interval_ms;
    } cases[] = {
        {"2000000", NULL, 1000},
        {"1", NULL, 1}, // never 0, which would mean none
        {"0", NULL, 0},
        {"-5", NULL, 0},
        {"", NULL, 0},
        {"12x", NULL, 0},
        {"99999999999999999999", NULL, 0},
        {NULL, NULL, 0},
        {"2000000", "1", 0}, // another process is watched
        {"2000000", "x", 0},
    };
    struct manager m = listen_as(true);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct notify n;
        notify_init(&n, m.name, cases[i].usec, cases[i].pid);
        assert_int_equal(notify_interval_ms(&n), cases[i].interval_ms);
        notify_finish(&n);
    }
    close_manager(&m);
}

static void test_nobody_to_tell(void **state)
{
    (void)state;
    char endless[300];
    memset(endless, 'x', sizeof endless);
    endless[0] = '/';
    endless[sizeof endless - 1] = '\0';
    const char *const names[] = {NULL, "", "/", "@", "relative", "vsock:2:1234", "/nowhere/at/all", endless};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct notify n;
        notify_init(&n, names[i], "2000000", NULL);
        assert_int_equal(n.fd, -1);
        assert_int_equal(notify_interval_ms(&n), 0); // so that nobody wakes for nothing
        assert_true(notify_ready(&n) && notify_alive(&n, 5) && notify_status(&n, "x") && notify_stopping(&n));
        notify_finish(&n);
    }
    notify_finish(NULL);
}

static void test_environment_is_taken(void **state)
{
    (void)state;
    struct manager m = listen_as(true);
    struct notify n;
    setenv("NOTIFY_SOCKET", m.name, 1);
    setenv("WATCHDOG_USEC", "4000000", 1);
    unsetenv("WATCHDOG_PID");
    notify_from_environment(&n);
    assert_int_equal(notify_interval_ms(&n), 2000);
    assert_null(getenv("NOTIFY_SOCKET"));
    assert_null(getenv("WATCHDOG_USEC"));
    assert_true(notify_ready(&n));
    assert_string_equal(heard(&m), "READY=1");
    notify_finish(&n);
    close_manager(&m);
}

// A manager whose queue is full delays nobody, and the sign that was lost is sent at the next call.
static void test_full_queue(void **state)
{
    (void)state;
    struct manager m = listen_as(true);
    struct notify n;
    notify_init(&n, m.name, "2000000", NULL);
    int taken = 0;
    while (notify_ready(&n)) {
        assert_true(++taken < 100000);
    }
    assert_false(notify_alive(&n, 1000));
    while (*heard(&m) != '\0') {
    }
    assert_true(notify_alive(&n, 1001));
    assert_string_equal(heard(&m), "WATCHDOG=1");
    notify_finish(&n);
    close_manager(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),          cmocka_unit_test(test_status_is_one_line),
        cmocka_unit_test(test_watchdog_pace),  cmocka_unit_test(test_watchdog_values),
        cmocka_unit_test(test_nobody_to_tell), cmocka_unit_test(test_environment_is_taken),
        cmocka_unit_test(test_full_queue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
