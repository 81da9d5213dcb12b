/* The sockets of the load generator: many handshakes, few at a time, then frames. */
#include "load.h"
#include "websocket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ_BYTES = 256 * 1024, MAX_REQUEST_BYTES = 4096 };

connection_t *connections;
int ready_count;
static int begun;

static struct sockaddr_in address(const char *host, int port) {
    struct sockaddr_in made = {.sin_family = AF_INET, .sin_port = htons(port)};
    inet_pton(AF_INET, host, &made.sin_addr);
    return made;
}

static void begin(connection_t *connection) {
    struct sockaddr_in from = address(settings.source, 0), to = address("127.0.0.1", settings.port);
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0) die("No socket for another connection");
    /* The port is chosen at connect: as many connections from one address as there are ports. */
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&from, sizeof from)) die("It can't leave from %s", settings.source);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS) die("It can't connect");
    connection->fd = fd;
    connection->state = CONNECTING;
    watch(fd, EPOLLOUT, connection);
}

void connect_more(void) {
    while (begun < settings.connections && begun - ready_count < settings.in_flight) begin(&connections[begun++]);
}

static void write_all(connection_t *connection, const char *data, size_t size) {
    if (send(connection->fd, data, size, MSG_NOSIGNAL) != (ssize_t)size) die("The server does not read");
}

void send_text(connection_t *connection, const char *text, size_t size) {
    char frame[MAX_REQUEST_BYTES + MAX_HEADER_BYTES];
    if (size > MAX_REQUEST_BYTES) die("A request of %zu bytes is too large.", size);
    size_t at = write_header(frame, OPCODE_TEXT, size, 1);
    memcpy(frame + at, text, size);
    write_all(connection, frame, at + size);
}

static void ask(connection_t *connection) {
    char request[MAX_REQUEST_BYTES];
    struct epoll_event interest = {.events = EPOLLIN, .data.ptr = connection};
    extern int loop;
    int size = snprintf(request, sizeof request,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n%s\r\n",
                        settings.path, settings.port, settings.headers);
    connection->state = SHAKING_HANDS;
    epoll_ctl(loop, EPOLL_CTL_MOD, connection->fd, &interest);
    write_all(connection, request, size);
}

static void become_ready(connection_t *connection) {
    connection->state = READY;
    ready_count++;
    connect_more();
    if (ready_count == settings.connections) on_ready();
}

static size_t take_handshake(connection_t *connection, const char *data, size_t size) {
    const char *end = memmem(data, size, "\r\n\r\n", 4);
    if (!end) return 0;
    if (size < 12 || memcmp(data + 9, "101", 3)) die("The handshake was refused: %.*s", (int)size, data);
    connection->state = OPEN;
    if (!settings.ready) become_ready(connection);
    return end + 4 - data;
}

static int begins_with(const frame_t *frame, const char *prefix) {
    size_t size = strlen(prefix);
    return frame->size >= size && !memcmp(frame->payload, prefix, size);
}

static void check_expectation(const frame_t *frame) {
    int times = 0;
    size_t size = strlen(settings.expect);
    const char *at = frame->payload, *end = frame->payload + frame->size;
    while ((at = memmem(at, end - at, settings.expect, size))) at += size, times++;
    if (times != settings.expect_times)
        die("%d × %s instead of %d: %.*s", times, settings.expect, settings.expect_times,
            (int)(frame->size < 500 ? frame->size : 500), frame->payload);
}

static void take_text(connection_t *connection, const frame_t *frame) {
    if (begins_with(frame, settings.event)) return on_event(frame->payload, frame->size);
    if (settings.never && begins_with(frame, settings.never)) die("%.*s", (int)frame->size, frame->payload);
    for (int i = 0; i < settings.rule_count; i++) {
        const rule_t *rule = &settings.rules[i];
        if (begins_with(frame, rule->prefix)) send_text(connection, rule->answer, strlen(rule->answer));
    }
    if (connection->state == OPEN && begins_with(frame, settings.ready)) {
        if (settings.expect) check_expectation(frame);
        become_ready(connection);
    } else if (connection->state == READY) {
        on_reply(connection, frame->payload, frame->size);
    }
}

static size_t take_frame(connection_t *connection, char *data, size_t size) {
    frame_t frame;
    if (!read_frame(data, size, &frame)) return 0;
    if (frame.opcode == OPCODE_TEXT) take_text(connection, &frame);
    else if (frame.opcode == OPCODE_CLOSE)
        die("The server closed a connection: %.*s", (int)frame.size - 2, frame.payload + 2);
    else if (frame.opcode == OPCODE_PING) {
        char pong[MAX_HEADER_BYTES];
        write_all(connection, pong, write_header(pong, OPCODE_PONG, 0, 1));
    }
    return frame.whole;
}

static void keep(connection_t *connection, const char *data, size_t size) {
    if (size > connection->room) connection->tail = realloc(connection->tail, connection->room = 2 * size);
    if (size) memmove(connection->tail, data, size);
    connection->held = size;
}

void hear_connection(connection_t *connection, uint32_t epoll_events) {
    static char buffer[READ_BYTES + (1 << 20)];
    if (connection->state == CONNECTING) return ask(connection);
    if (connection->held > 1 << 20) die("A frame has more than a MiB.");
    if (connection->held) memcpy(buffer, connection->tail, connection->held);
    ssize_t got = recv(connection->fd, buffer + connection->held, READ_BYTES, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) die("The server left connection %ld (%x)", (long)(connection - connections), epoll_events);
    size_t size = connection->held + got, at = 0, taken = 1;
    while (at < size && taken) {
        taken = connection->state == SHAKING_HANDS ? take_handshake(connection, buffer + at, size - at)
                                                   : take_frame(connection, buffer + at, size - at);
        at += taken;
    }
    keep(connection, buffer + at, size - at);
}
