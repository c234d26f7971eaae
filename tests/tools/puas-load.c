// puas-load: the load of the benches.
//   puas-load --port P --kiosks K --votes N ...    N ratings from K simulated kiosks, a connection each, QoS 1
//   puas-load --port P --sink N                    the reference: a subscriber that only counts to N
// --days D --a-day A: the ratings were given over the last D days, A a kiosk and day from 8 to 17 UTC.
// Both say when they are done on the monotonic clock that all processes share, as one line of JSON.
//
// The load speaks MQTT itself with whole buffers a write: what it costs takes as little as possible from the
// two cores that broker and aggregator want.
#include "shared/clock.h"
#include "shared/protocol.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <mosquitto.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    OUT_BYTES = 64 * 1024,
    IN_BYTES = 64 * 1024,
    PACKET_MAX = 20 * 1024,
    KIOSKS_A_BRANCH = 4,
    DAY_MS = 86400000,
    OPEN_MS = 8 * 3600000,
    OPEN_FOR_MS = 9 * 3600000,
    EXIT_USAGE = 2
};

struct arguments {
    int port, kiosks, pack, window, timeout_s;
    int64_t votes, sink;
    int rate;        // ratings a second; 0: as fast as it goes
    int days, a_day; // 0: they are given now
    bool acks, drain;
    const char *password, *user;
};

struct peer {
    int fd;
    bool ready; // CONNACK and SUBACK have come
    int in_flight;
    uint16_t mid;
    size_t out_used, out_sent, in_used;
    uint8_t *out, *in; // owned
    char id[IDENT_MAX + 1], topic[PROTOCOL_TOPIC_MAX], epoch[EPOCH_HEX + 1];
    int64_t sent, settled; // events
    uint64_t dice;
};

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *what)
{
    fprintf(stderr, "puas-load: %s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
}

// ---------------------------------------------------------------- MQTT 3.1.1, as little as is needed

static uint8_t *put_text(uint8_t *p, const char *text)
{
    size_t n = strlen(text);
    *p++ = (uint8_t)(n >> 8);
    *p++ = (uint8_t)n;
    memcpy(p, text, n);
    return p + n;
}

static void put_packet(struct peer *p, uint8_t head, const uint8_t *body, size_t n)
{
    uint8_t *o = p->out + p->out_used, *start = o;
    size_t left = n;
    *o++ = head;
    do {
        *o++ = (uint8_t)((left & 127) | (left > 127 ? 128 : 0));
        left >>= 7;
    } while (left > 0);
    memcpy(o, body, n);
    p->out_used += (size_t)(o - start) + n;
}

static void say_hello(struct peer *p, const struct arguments *a)
{
    uint8_t body[300], *b = put_text(body, "MQTT");
    char ack[PROTOCOL_TOPIC_MAX];
    *b++ = 4;
    *b++ = (uint8_t)(2 | (a->password != NULL ? 0xc0 : 0)); // clean session
    *b++ = 0;
    *b++ = 0; // no keep-alive
    b = put_text(b, p->id);
    if (a->password != NULL) {
        b = put_text(put_text(b, p->id), a->password);
    }
    put_packet(p, 0x10, body, (size_t)(b - body));
    topic_kiosk(p->id, TOPIC_ACK, ack);
    body[0] = 0;
    body[1] = 1;
    b = put_text(body + 2, a->acks ? ack : "puas/1/kiosk/nobody/command");
    *b++ = 0;
    put_packet(p, 0x82, body, (size_t)(b - body));
}

static int vote(struct peer *p) // one in ten is unhappy
{
    p->dice = p->dice * 6364136223846793005u + 1442695040888963407u;
    unsigned r = (unsigned)(p->dice >> 33) % 100;
    return r < 54 ? 5 : r < 90 ? 4 : r < 95 ? 3 : r < 98 ? 2 : 1;
}

static char *put_word(char *t, const char *word)
{
    size_t n = strlen(word);
    memcpy(t, word, n);
    return t + n;
}

// printf would take longer than the aggregator that is measured.
static char *put_number(char *t, int64_t v)
{
    char digits[20];
    int n = 0;
    do {
        digits[n++] = (char)('0' + v % 10);
        v /= 10;
    } while (v > 0);
    while (n > 0) {
        *t++ = digits[--n];
    }
    return t;
}

// When the rating of this number was given.
static wall_ms given_at(const struct peer *p, const struct arguments *a, int64_t number, wall_ms now)
{
    if (a->days == 0) {
        return now;
    }
    int64_t first = now / DAY_MS - a->days, of_day = number % a->a_day;
    return (first + number / a->a_day) * DAY_MS + OPEN_MS +
           (of_day * OPEN_FOR_MS + (int64_t)(p->dice % OPEN_FOR_MS)) / a->a_day;
}

static void put_events(struct peer *p, const struct arguments *a, int count)
{
    static uint8_t body[PACKET_MAX];
    wall_ms now = clock_wall_ms();
    mono_ms up = clock_mono_ms();
    uint8_t *b = put_text(body, p->topic);
    p->mid = p->mid == 0xffff ? 1 : (uint16_t)(p->mid + 1);
    *b++ = (uint8_t)(p->mid >> 8);
    *b++ = (uint8_t)p->mid;
    char *t = (char *)b;
    t = put_word(put_word(t, "{\"v\":1,\"epoch\":\""), p->epoch);
    t = put_number(put_word(t, "\",\"sent\":"), now);
    t = put_number(put_word(t, ",\"sent_up\":"), up);
    t = put_word(t, ",\"boot\":1,\"survey\":\"service\",\"version\":1,\"lang\":\"id\",\"by\":\"touch\","
                    "\"clock\":\"synced\",\"events\":[");
    for (int i = 0; i < count; i++) {
        int64_t seq = ++p->sent;
        t = put_number(put_word(t, i > 0 ? ",{\"seq\":" : "{\"seq\":"), seq);
        t = put_number(put_word(t, ",\"at\":"), given_at(p, a, seq - 1, now));
        t = put_number(put_word(t, ",\"up\":"), up);
        t = put_number(put_word(t, ",\"visit\":"), seq);
        t = put_number(put_word(t, ",\"type\":\"rating\",\"question\":\"overall\",\"score\":"), vote(p));
        t = put_word(t, ",\"of\":5,\"since\":41000}");
    }
    t = put_word(t, "]}");
    put_packet(p, 0x32, body, (size_t)((uint8_t *)t - body));
    p->in_flight++;
}

static void on_packet(struct peer *p, uint8_t head, const uint8_t *body, size_t n)
{
    switch (head >> 4) {
    case 2: // CONNACK
        if (n < 2 || body[1] != 0) {
            errno = EACCES;
            die("the broker refused a connection");
        }
        break;
    case 4: // PUBACK
        p->in_flight--;
        break;
    case 9: // SUBACK
        p->ready = true;
        break;
    case 3: { // an acknowledgement of the aggregator, QoS 0
        static const char key[] = "\"through\":";
        size_t skip = 2 + (size_t)body[0] * 256 + body[1];
        const char *at = skip < n ? memmem(body + skip, n - skip, key, sizeof key - 1) : NULL;
        if (at != NULL) {
            int64_t through = strtoll(at + sizeof key - 1, NULL, 10);
            p->settled = through > p->settled ? through : p->settled;
        }
        break;
    }
    default:
        break;
    }
}

static void take_packets(struct peer *p)
{
    size_t at = 0;
    for (;;) {
        size_t length = 0, i = at + 1;
        int shift = 0;
        do {
            if (i >= p->in_used) {
                goto rest;
            }
            length |= (size_t)(p->in[i] & 127) << shift;
            shift += 7;
        } while ((p->in[i++] & 128) != 0);
        if (i + length > p->in_used) {
            break;
        }
        on_packet(p, p->in[at], p->in + i, length);
        at = i + length;
    }
rest:
    memmove(p->in, p->in + at, p->in_used - at);
    p->in_used -= at;
}

static void move_bytes(struct peer *p, short events)
{
    if ((events & (POLLIN | POLLHUP | POLLERR)) != 0) {
        ssize_t n = read(p->fd, p->in + p->in_used, IN_BYTES - p->in_used);
        if (n == 0 || (n < 0 && errno != EAGAIN)) {
            die("the broker closed a connection");
        }
        p->in_used += n > 0 ? (size_t)n : 0;
        take_packets(p);
    }
    if (p->out_sent < p->out_used) {
        ssize_t n = write(p->fd, p->out + p->out_sent, p->out_used - p->out_sent);
        if (n < 0 && errno != EAGAIN) {
            die("cannot write to the broker");
        }
        p->out_sent += n > 0 ? (size_t)n : 0;
        if (p->out_sent == p->out_used) {
            p->out_sent = p->out_used = 0;
        }
    }
}

// ---------------------------------------------------------------- load

static void open_peer(struct peer *p, int i, const struct arguments *a)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)a->port)};
    char branch[IDENT_MAX + 1];
    int one = 1;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    snprintf(p->id, sizeof p->id, "%s-%d", a->user, i + 1);
    snprintf(branch, sizeof branch, "%s-branch-%d", a->user, i / KIOSKS_A_BRANCH + 1);
    topic_events(branch, p->id, p->topic);
    uint8_t epoch[EPOCH_BYTES];
    if (!clock_random(epoch, sizeof epoch)) {
        die("no random bytes");
    }
    ident_hex(epoch, sizeof epoch, p->epoch);
    p->dice = (uint64_t)i * 2654435761u + 17;
    p->out = malloc(OUT_BYTES);
    p->in = malloc(IN_BYTES);
    p->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (p->fd < 0 || p->out == NULL || p->in == NULL ||
        connect(p->fd, (struct sockaddr *)&to, sizeof to) != 0) {
        die("cannot connect");
    }
    setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(p->fd, F_SETFL, O_NONBLOCK);
    say_hello(p, a);
}

// One round over all sockets, waiting up to `ms`.
static void turn(struct peer *peers, struct pollfd *polls, int count, int ms)
{
    for (int i = 0; i < count; i++) {
        polls[i] = (struct pollfd){.fd = peers[i].fd, .events = POLLIN};
        polls[i].events |= peers[i].out_sent < peers[i].out_used ? POLLOUT : 0;
    }
    poll(polls, (nfds_t)count, ms);
    for (int i = 0; i < count; i++) {
        if (polls[i].revents != 0) {
            move_bytes(&peers[i], polls[i].revents);
        }
    }
}

static int load(const struct arguments *a)
{
    struct peer *peers = calloc((size_t)a->kiosks, sizeof *peers);
    struct pollfd *polls = calloc((size_t)a->kiosks, sizeof *polls);
    if (peers == NULL || polls == NULL) {
        die("out of memory");
    }
    for (int i = 0; i < a->kiosks; i++) {
        open_peer(&peers[i], i, a);
    }
    for (int ready = 0; ready < a->kiosks;) {
        turn(peers, polls, a->kiosks, 100);
        ready = 0;
        for (int i = 0; i < a->kiosks; i++) {
            ready += peers[i].ready;
        }
    }
    double began = now_s(), until = began + a->timeout_s;
    int64_t sent = 0, settled = 0;
    int first = 0;
    printf("{\"began\":%.6f}\n", began);
    fflush(stdout);
    for (bool going = true; going && now_s() < until;) {
        int64_t allowed = a->rate > 0 ? (int64_t)((now_s() - began) * a->rate) : a->votes;
        allowed = allowed < a->votes ? allowed : a->votes;
        bool room = true;
        while (room && sent < allowed) { // one message each in turn
            room = false;
            for (int k = 0; k < a->kiosks && sent < allowed; k++) {
                struct peer *p = &peers[(first + k) % a->kiosks];
                int64_t left = a->days > 0 ? (int64_t)a->days * a->a_day - p->sent : a->pack;
                // A backlog waits for the aggregator, as a kiosk's does, so that the broker need not hold it.
                bool waits = a->days > 0 && a->acks && p->sent - p->settled >= (int64_t)a->window * a->pack;
                if (left > 0 && !waits && p->in_flight < a->window && p->out_used + PACKET_MAX < OUT_BYTES) {
                    int n = allowed - sent < a->pack ? (int)(allowed - sent) : a->pack;
                    n = left < n ? (int)left : n;
                    put_events(p, a, n);
                    sent += n;
                    room = a->rate == 0;
                }
            }
            first = a->rate > 0 ? (first + 1) % a->kiosks : 0;
        }
        turn(peers, polls, a->kiosks, a->rate > 0 ? 1 : 100);
        int in_flight = 0;
        settled = 0;
        for (int i = 0; i < a->kiosks; i++) {
            settled += peers[i].settled;
            in_flight += peers[i].in_flight;
        }
        going = sent < a->votes || in_flight > 0 || (a->acks && settled < sent);
    }
    double ended = now_s();
    printf("{\"began\":%.6f,\"ended\":%.6f,\"sent\":%lld,\"settled\":%lld}\n", began, ended, (long long)sent,
           (long long)settled);
    for (int i = 0; i < a->kiosks; i++) {
        close(peers[i].fd);
        free(peers[i].out);
        free(peers[i].in);
    }
    free(peers);
    free(polls);
    return EXIT_SUCCESS;
}

// ---------------------------------------------------------------- the subscriber that does nothing

struct sink {
    int64_t wanted, count;
    bool subscribed;
    double last;
};

static void sink_message(struct mosquitto *m, void *ctx, const struct mosquitto_message *msg)
{
    (void)m;
    (void)msg;
    struct sink *s = ctx;
    s->count++;
}

static void sink_subscribed(struct mosquitto *m, void *ctx, int mid, int n, const int *granted)
{
    (void)m;
    (void)mid;
    (void)n;
    (void)granted;
    ((struct sink *)ctx)->subscribed = true;
}

static void sink_connect(struct mosquitto *m, const struct arguments *a, struct sink *s)
{
    if (mosquitto_connect(m, "127.0.0.1", a->port, 60) != MOSQ_ERR_SUCCESS ||
        mosquitto_subscribe(m, NULL, "puas/1/events/+/+/+", 1) != MOSQ_ERR_SUCCESS) {
        die("the sink cannot connect");
    }
    while (!s->subscribed) {
        mosquitto_loop(m, 100, 1);
    }
}

// With --drain the subscriber is away while the messages come, and counts from the line "go" on.
static int sink(const struct arguments *a)
{
    struct sink s = {.wanted = a->sink};
    char line[16];
    mosquitto_lib_init();
    struct mosquitto *m = mosquitto_new("puas-aggregator-all", !a->drain, &s);
    if (m == NULL) {
        die("out of memory");
    }
    if (a->password != NULL) {
        mosquitto_username_pw_set(m, "aggregator", a->password);
    }
    mosquitto_int_option(m, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_message_callback_set(m, sink_message);
    mosquitto_subscribe_callback_set(m, sink_subscribed);
    sink_connect(m, a, &s);
    double began = now_s();
    if (a->drain) {
        mosquitto_disconnect(m);
        while (mosquitto_loop(m, 100, 1) == MOSQ_ERR_SUCCESS) {
        }
    }
    printf("ready\n");
    fflush(stdout);
    if (a->drain) {
        if (fgets(line, sizeof line, stdin) == NULL) {
            return EXIT_FAILURE;
        }
        began = now_s();
        mosquitto_connect(m, "127.0.0.1", a->port, 60);
    }
    double until = now_s() + a->timeout_s;
    while (s.count < s.wanted && now_s() < until) {
        mosquitto_loop(m, 1000, 1);
    }
    printf("{\"began\":%.6f,\"ended\":%.6f,\"count\":%lld}\n", began, now_s(), (long long)s.count);
    mosquitto_destroy(m);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"port", required_argument, NULL, 'p'},    {"kiosks", required_argument, NULL, 'k'},
        {"votes", required_argument, NULL, 'n'},   {"pack", required_argument, NULL, 'm'},
        {"window", required_argument, NULL, 'w'},  {"rate", required_argument, NULL, 'r'},
        {"acks", no_argument, NULL, 'a'},          {"password", required_argument, NULL, 's'},
        {"sink", required_argument, NULL, 'S'},    {"drain", no_argument, NULL, 'd'},
        {"timeout", required_argument, NULL, 't'}, {"days", required_argument, NULL, 'D'},
        {"a-day", required_argument, NULL, 'A'},   {NULL, 0, NULL, 0}};
    struct arguments a = {
        .kiosks = 64, .a_day = 70, .pack = 1, .window = 16, .timeout_s = 120, .user = "bench"};
    int letter;
    while ((letter = getopt_long(argc, argv, "", options, NULL)) != -1) {
        int64_t number = optarg != NULL ? strtoll(optarg, NULL, 10) : 0;
        switch (letter) {
        case 'p':
            a.port = (int)number;
            break;
        case 'k':
            a.kiosks = (int)number;
            break;
        case 'n':
            a.votes = number;
            break;
        case 'm':
            a.pack = (int)number;
            break;
        case 'w':
            a.window = (int)number;
            break;
        case 'r':
            a.rate = (int)number;
            break;
        case 'a':
            a.acks = true;
            break;
        case 's':
            a.password = optarg;
            break;
        case 'S':
            a.sink = number;
            break;
        case 'd':
            a.drain = true;
            break;
        case 't':
            a.timeout_s = (int)number;
            break;
        case 'D':
            a.days = (int)number;
            break;
        case 'A':
            a.a_day = (int)number;
            break;
        default:
            return EXIT_USAGE;
        }
    }
    if (a.port <= 0 || a.kiosks <= 0 || a.days < 0 || a.a_day < 1 || a.pack < 1 ||
        a.pack > PROTOCOL_EVENTS_MAX || (a.votes <= 0 && a.sink <= 0)) {
        fputs("puas-load: --port P and --votes N or --sink N are needed\n", stderr);
        return EXIT_USAGE;
    }
    return a.sink > 0 ? sink(&a) : load(&a);
}
