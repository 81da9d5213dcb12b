/* The load generator's parts: what it was told, its connections, what it has counted. */
#ifndef LOAD_H
#define LOAD_H

#include <stddef.h>
#include <stdint.h>

enum { MAX_RULES = 8, MAX_HEADER_CHARACTERS = 2048 };

/* Text that a frame begins with, and what is answered to it. */
typedef struct {
    const char *prefix;
    const char *answer;
} rule_t;

typedef struct {
    int port, connections, in_flight, expect_times;
    const char *path, *source, *expect, *publish;
    const char *event, *ready; /* prefixes of frames; without `ready` a handshake is enough */
    const char *never;         /* a frame with this prefix ends the run */
    int control_port;
    char headers[MAX_HEADER_CHARACTERS];
    rule_t rules[MAX_RULES];
    int rule_count;
} settings_t;

typedef enum { UNUSED, CONNECTING, SHAKING_HANDS, OPEN, READY } state_t;

/* Publishes of one connection that wait for their reply, by request id; 0: a free slot. */
enum { MAX_IN_FLIGHT = 64 };

typedef struct {
    int fd;
    state_t state;
    char *tail; /* a frame whose end has not come yet */
    size_t held, room;
    uint64_t sent_us[MAX_IN_FLIGHT];
} connection_t;

extern settings_t settings;

void read_settings(int count, char **arguments);

/* Counting: a histogram with a microsecond a bucket, the last one for all that took longer. */
void forget_latencies(void);
void note_latency(uint64_t us);
uint64_t percentile(double share);

/* Connections (connections.c calls the three `on_…`, which load.c defines). */
extern connection_t *connections;
extern int ready_count;

void connect_more(void);
void hear_connection(connection_t *connection, uint32_t epoll_events);
void send_text(connection_t *connection, const char *text, size_t size);
void watch(int fd, uint32_t epoll_events, void *what);
void on_ready(void);
void on_event(const char *payload, size_t size);
void on_reply(connection_t *connection, const char *payload, size_t size);

#endif
