/* Opens many WebSockets, lets a server send to them, and measures what arrives.
 *
 * Prints a line of JSON when all connections are ready, and one for each command on its standard input:
 *
 *     closed BURST MILLISECONDS   a burst, and the next one when everybody has it
 *     open HERTZ MILLISECONDS     an event at each tick of a clock, whatever has arrived
 *     listen EVENTS               only count what another process lets the server send
 *     publish FLIGHT MILLISECONDS every connection keeps FLIGHT publishes without a reply
 *
 * Events are asked for by a line `STAMP COUNT` to the server's control port, or, where --publish gives a
 * frame, by publishing: `%T` in it stands for the stamp, `%I` for the request's id. The server puts the
 * stamp into the event, behind `"t":`, and what has gone by since then is the latency.
 */
#include "load.h"
#include "websocket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* A server that hangs must not hang the run: SIGALRM ends us. */
enum { PATIENCE_SECONDS = 300 };
enum { MAX_EVENTS = 1024, MAX_BURST = 64, LINE_BYTES = 128 };
typedef enum { IDLE, CLOSED_LOOP, OPEN_LOOP, LISTENING, PUBLISHING } task_t;

int loop;
static int control = -1, timer;
static task_t task;
static int burst, flight;
static uint64_t began, ends, finished, ticks_left;
static uint64_t arrived, expected, unanswered, answered;

void watch(int fd, uint32_t epoll_events, void *what) {
    struct epoll_event interest = {.events = epoll_events, .data.ptr = what};
    if (epoll_ctl(loop, EPOLL_CTL_ADD, fd, &interest)) die("epoll_ctl");
}

static void report(uint64_t count) {
    printf("{\"count\": %" PRIu64 ", \"seconds\": %.6f, \"p50_us\": %" PRIu64 ", \"p99_us\": %" PRIu64
           ", \"max_us\": %" PRIu64 "}\n",
           count, (finished - began) / 1e6, percentile(.5), percentile(.99), percentile(.999999));
    fflush(stdout);
    task = IDLE;
    alarm(0);
}

static void say(const char *word) {
    printf("{\"%s\": %d, \"seconds\": %.6f}\n", word, settings.connections, (now_us() - began) / 1e6);
    fflush(stdout);
}

void on_ready(void) {
    say("ready");
    alarm(0);
}

static size_t fill(char *out, uint64_t stamp, int id) {
    char *to = out;
    for (const char *from = settings.publish; *from; from++) {
        if (from[0] == '%' && from[1] == 'T') to += sprintf(to, "%" PRIu64, stamp), from++;
        else if (from[0] == '%' && from[1] == 'I') to += sprintf(to, "%d", id), from++;
        else *to++ = *from;
    }
    return to - out;
}

static void publish(connection_t *connection, int id) {
    char frame[4096];
    connection->sent_us[id] = now_us();
    send_text(connection, frame, fill(frame, connection->sent_us[id], id));
}

/* Let the server send `count` events to everybody. The last connection is the one that publishes. */
static void trigger(int count) {
    char line[LINE_BYTES];
    expected += (uint64_t)count * settings.connections;
    if (control < 0) {
        for (int id = 0; id < count; id++) publish(&connections[settings.connections - 1], id % MAX_IN_FLIGHT);
        return;
    }
    int size = snprintf(line, sizeof line, "%" PRIu64 " %d\n", now_us(), count);
    if (write(control, line, size) != size) die("The server does not take commands");
}

static void go_on(void) {
    if (arrived < expected || ticks_left) return;
    finished = now_us();
    if (task == CLOSED_LOOP && finished < ends) trigger(burst);
    else report(arrived);
}

void on_event(const char *payload, size_t size) {
    if (task == IDLE) die("An event came that nobody asked for: %.*s", (int)size, payload);
    const char *stamp = memmem(payload, size, "\"t\":", 4);
    if (!stamp) die("An event has no stamp: %.*s", (int)size, payload);
    uint64_t at = 0;
    for (stamp += 4; *stamp >= '0' && *stamp <= '9'; stamp++) at = at * 10 + (*stamp - '0');
    note_latency(now_us() - at);
    if (++arrived == expected) go_on();
}

void on_reply(connection_t *connection, const char *payload, size_t size) {
    if (task != PUBLISHING) return;
    const char *id = memmem(payload, size, "\"id\":", 5);
    if (!id || !memmem(payload, size, "\"position\"", 10)) die("Refused: %.*s", (int)size, payload);
    int slot = atoi(id + 5);
    finished = now_us();
    note_latency(finished - connection->sent_us[slot]);
    answered++;
    if (finished < ends) publish(connection, slot);
    else if (!--unanswered) report(answered);
}

static void start_clock(unsigned hertz) {
    long period = 1000000000L / hertz;
    struct itimerspec every = {{period / 1000000000, period % 1000000000}, {period / 1000000000, period % 1000000000}};
    timerfd_settime(timer, 0, &every, NULL);
}

static void tick(void) {
    uint64_t times;
    struct itimerspec never = {0};
    if (read(timer, &times, sizeof times) != sizeof times) return;
    for (; times && ticks_left; times--, ticks_left--) trigger(1);
    if (!ticks_left) timerfd_settime(timer, 0, &never, NULL);
}

static void publish_everywhere(void) {
    unanswered = (uint64_t)settings.connections * flight;
    for (int i = 0; i < settings.connections; i++)
        for (int id = 0; id < flight; id++) publish(&connections[i], id);
}

static void obey(const char *line) {
    unsigned a = 0, b = 0;
    arrived = expected = answered = ticks_left = 0;
    forget_latencies();
    began = now_us();
    alarm(PATIENCE_SECONDS);
    if (sscanf(line, "closed %u %u", &a, &b) == 2 && a <= MAX_BURST) {
        task = CLOSED_LOOP, burst = a, ends = began + b * 1000ull;
        trigger(burst);
    } else if (sscanf(line, "open %u %u", &a, &b) == 2) {
        task = OPEN_LOOP, ticks_left = (uint64_t)a * b / 1000;
        start_clock(a);
    } else if (sscanf(line, "listen %u", &a) == 1) {
        task = LISTENING, expected = (uint64_t)a * settings.connections;
        say("listening");
    } else if (sscanf(line, "publish %u %u", &a, &b) == 2 && a <= MAX_IN_FLIGHT) {
        task = PUBLISHING, flight = a, ends = began + b * 1000ull;
        publish_everywhere();
    } else die("Not a command: %s", line);
}

static void hear_commands(void) {
    char line[LINE_BYTES];
    ssize_t got = read(STDIN_FILENO, line, sizeof line - 1);
    if (got <= 0) exit(0);
    line[got] = 0;
    obey(line);
}

static void open_control(void) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(settings.control_port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    control = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(control, (struct sockaddr *)&to, sizeof to)) die("The control port does not answer");
}

int main(int count, char **arguments) {
    static struct epoll_event events[MAX_EVENTS];
    read_settings(count, arguments);
    connections = calloc(settings.connections, sizeof *connections);
    loop = epoll_create1(0);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    watch(STDIN_FILENO, EPOLLIN, NULL);
    watch(timer, EPOLLIN, &timer);
    if (settings.control_port) open_control();
    began = now_us();
    alarm(PATIENCE_SECONDS);
    connect_more();
    for (;;) {
        int due = epoll_wait(loop, events, MAX_EVENTS, -1);
        for (int i = 0; i < due; i++) {
            void *what = events[i].data.ptr;
            if (!what) hear_commands();
            else if (what == &timer) tick();
            else hear_connection(what, events[i].events);
        }
    }
}
