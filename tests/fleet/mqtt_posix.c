// mqtt: the socket. Reads go through one buffer of the thread; a connection keeps only the rest of a packet.
#include "tests/fleet/mqtt.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ_BYTES = 64 * 1024 };

void mqtt_init(struct mqtt *m, const struct mqtt_ops *ops, void *ctx)
{
    *m = (struct mqtt){.fd = -1, .ops = ops, .ctx = ctx};
}

static void release(struct mqtt *m)
{
    if (m->fd > 0) {
        close(m->fd);
    }
    free(m->out);
    free(m->in);
    mqtt_init(m, m->ops, m->ctx);
}

void mqtt_finish(struct mqtt *m)
{
    release(m);
}

void mqtt_drop(struct mqtt *m, const char *why)
{
    if (m->fd >= 0) {
        uint16_t mid = m->mid;
        release(m);
        m->mid = mid;
        m->ops->on_disconnected(m->ctx, why);
    }
}

bool mqtt_open(struct mqtt *m, const char *address, int port, const struct mqtt_hello *h)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int one = 1;
    if (inet_pton(AF_INET, address, &to.sin_addr) != 1) {
        errno = EINVAL;
        return false;
    }
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return false;
    }
    if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0 && errno != EINPROGRESS) {
        close(fd);
        return false;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    m->fd = fd;
    m->connecting = true;
    m->connected = false;
    m->unacked = 0;
    mqtt_say_hello(m, h);
    return true;
}

void mqtt_read(struct mqtt *m)
{
    static uint8_t scratch[READ_BYTES]; // one thread
    const char *why = "";
    while (m->fd >= 0) {
        ssize_t n = read(m->fd, scratch, sizeof scratch);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            break;
        }
        if (n <= 0) {
            mqtt_drop(m, n == 0 ? "the broker closed the connection" : "the connection was lost");
            return;
        }
        if (!mqtt_reserve(&m->in, &m->in_room, m->in_used + (size_t)n)) {
            mqtt_drop(m, "out of memory");
            return;
        }
        memcpy(m->in + m->in_used, scratch, (size_t)n);
        m->in_used += (size_t)n;
        if (!mqtt_take(m, &why)) {
            mqtt_drop(m, why);
            return;
        }
        if ((size_t)n < sizeof scratch) {
            break;
        }
    }
    if (m->in_used == 0) {
        free(m->in);
        m->in = NULL;
        m->in_room = 0;
    }
}

void mqtt_write(struct mqtt *m)
{
    if (m->fd < 0 || m->out_sent == m->out_used) {
        return;
    }
    ssize_t n = send(m->fd, m->out + m->out_sent, m->out_used - m->out_sent, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN && errno != EINTR && errno != ENOTCONN) {
        mqtt_drop(m, "the connection was lost");
        return;
    }
    m->out_sent += n > 0 ? (size_t)n : 0;
    if (m->out_sent == m->out_used) {
        free(m->out);
        m->out = NULL;
        m->out_room = m->out_used = m->out_sent = 0;
    }
}

bool mqtt_wants_write(const struct mqtt *m)
{
    return m->out_sent < m->out_used;
}
