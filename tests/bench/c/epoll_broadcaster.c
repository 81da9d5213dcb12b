/* The floor: what a broadcast costs where nothing but system calls is done.
 *
 *     epoll_broadcaster PAYLOAD_BYTES
 *
 * Prints `listening PORT CONTROL_PORT`. Each line `STAMP COUNT` on the control connection sends COUNT
 * frames, with the stamp in them, to everybody: built once, and in one send to each client.
 */
#include "websocket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_CLIENTS = 20000, MAX_EVENTS = 512, MAX_REQUEST_BYTES = 4096, MAX_BURST_BYTES = 1 << 20 };

typedef struct {
    int fd, is_open, is_control, place;
    char *request;
    size_t held;
} client_t;

static client_t clients[MAX_CLIENTS];
static int everybody[MAX_CLIENTS], head_count;
static int loop, listener, control_listener;
static size_t payload_bytes;
static char burst[MAX_BURST_BYTES];

static int listen_on_a_free_port(int *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (bind(fd, (struct sockaddr *)&address, size) || listen(fd, 4096)) die("It can't listen");
    getsockname(fd, (struct sockaddr *)&address, &size);
    *port = ntohs(address.sin_port);
    return fd;
}

static void watch(int fd) {
    struct epoll_event interest = {.events = EPOLLIN, .data.fd = fd};
    if (epoll_ctl(loop, EPOLL_CTL_ADD, fd, &interest)) die("epoll_ctl");
}

static void leave(int fd) {
    client_t *client = &clients[fd];
    if (client->is_open) {
        int last = everybody[--head_count];
        everybody[client->place] = last;
        clients[last].place = client->place;
    }
    free(client->request);
    *client = (client_t){0};
    close(fd);
}

static void welcome(int from) {
    int fd, on = 1;
    while ((fd = accept4(from, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        if (fd >= MAX_CLIENTS) die("Too many clients.");
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        watch(fd);
        clients[fd] = (client_t){.fd = fd, .is_control = from == control_listener};
        if (!clients[fd].is_control) clients[fd].request = malloc(MAX_REQUEST_BYTES);
    }
}

static void shake_hands(client_t *client) {
    static const char name[] = "Sec-WebSocket-Key: ";
    char accept[ACCEPT_CHARACTERS + 1], answer[256];
    ssize_t got = read(client->fd, client->request + client->held, MAX_REQUEST_BYTES - 1 - client->held);
    if (got <= 0) return leave(client->fd);
    client->held += got;
    client->request[client->held] = 0;
    if (!strstr(client->request, "\r\n\r\n")) return;
    char *key = strstr(client->request, name);
    if (!key) return leave(client->fd);
    key += sizeof name - 1;
    accept_key(key, strcspn(key, "\r"), accept);
    int size = snprintf(answer, sizeof answer,
                        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Accept: %s\r\n\r\n", accept);
    if (write(client->fd, answer, size) != size) return leave(client->fd);
    free(client->request);
    client->request = NULL;
    client->is_open = 1;
    client->place = head_count;
    everybody[head_count++] = client->fd;
}

static size_t build(unsigned long long stamp, int count) {
    size_t one = write_header(burst, OPCODE_TEXT, payload_bytes, 0) + payload_bytes;
    if (one * count > sizeof burst) die("The burst is too large.");
    char *payload = burst + one - payload_bytes;
    size_t at = sprintf(payload, "{\"t\":%llu,\"p\":\"", stamp);
    memset(payload + at, 'x', payload_bytes - at);
    memcpy(payload + payload_bytes - 2, "\"}", 2);
    for (int i = 1; i < count; i++) memcpy(burst + i * one, burst, one);
    return one * count;
}

static void broadcast(int control) {
    char line[4096];
    ssize_t got = read(control, line, sizeof line - 1);
    if (got <= 0) return leave(control);
    line[got] = 0;
    for (char *at = line; *at; at = strchr(at, '\n') + 1) {
        unsigned long long stamp;
        int count;
        if (sscanf(at, "%llu %d", &stamp, &count) != 2) die("Not a command: %s", at);
        size_t size = build(stamp, count);
        for (int i = 0; i < head_count; i++)
            if (send(everybody[i], burst, size, MSG_NOSIGNAL) != (ssize_t)size) die("A client is too slow");
    }
}

static void hear(int fd) {
    char ignored[4096];
    if (fd == listener || fd == control_listener) welcome(fd);
    else if (clients[fd].is_control) broadcast(fd);
    else if (!clients[fd].is_open) shake_hands(&clients[fd]);
    else if (read(fd, ignored, sizeof ignored) <= 0) leave(fd);
}

int main(int count, char **arguments) {
    int port, control_port;
    struct epoll_event events[MAX_EVENTS];
    if (count != 2) die("usage: epoll_broadcaster PAYLOAD_BYTES");
    payload_bytes = strtoul(arguments[1], NULL, 10);
    loop = epoll_create1(0);
    watch(listener = listen_on_a_free_port(&port));
    watch(control_listener = listen_on_a_free_port(&control_port));
    printf("listening %d %d\n", port, control_port);
    fflush(stdout);
    for (;;) {
        int due = epoll_wait(loop, events, MAX_EVENTS, -1);
        for (int i = 0; i < due; i++) hear(events[i].data.fd);
    }
}
