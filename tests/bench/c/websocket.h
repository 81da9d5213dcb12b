/* RFC 6455, as much as both ends of the benchmark need: text frames, and the answer to a handshake. */
#ifndef WEBSOCKET_H
#define WEBSOCKET_H

#include <stddef.h>
#include <stdint.h>

enum { OPCODE_TEXT = 1, OPCODE_CLOSE = 8, OPCODE_PING = 9, OPCODE_PONG = 10 };
enum { MAX_HEADER_BYTES = 14, ACCEPT_CHARACTERS = 28 };

typedef struct {
    int opcode;
    char *payload;
    size_t size;
    size_t whole; /* header and payload */
} frame_t;

/* Read the frame that begins at `data`: 1, or 0 where its end has not come yet. A mask is taken off. */
int read_frame(char *data, size_t size, frame_t *frame);

/* Write a header for `size` bytes; a client's has a mask of zeros, which leaves the payload as it is. */
size_t write_header(char *out, int opcode, size_t size, int is_client);

/* Sec-WebSocket-Accept for a Sec-WebSocket-Key (RFC 6455 §4.2.2). */
void accept_key(const char *key, size_t size, char out[ACCEPT_CHARACTERS + 1]);

/* CLOCK_MONOTONIC, which all processes of a machine share. */
uint64_t now_us(void);

/* Print why, and end. */
void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
