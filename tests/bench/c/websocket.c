#include "websocket.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int read_frame(char *data, size_t size, frame_t *frame) {
    const uint8_t *byte = (const uint8_t *)data;
    if (size < 2) return 0;
    int is_masked = byte[1] & 0x80;
    uint64_t length = byte[1] & 0x7f;
    size_t header = 2;
    int wide = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (size < header + wide) return 0;
    if (wide) length = 0;
    for (int i = 0; i < wide; i++) length = length << 8 | byte[header++];
    const uint8_t *mask = byte + header;
    if (is_masked) header += 4;
    if (size < header + length) return 0;
    *frame = (frame_t){byte[0] & 15, data + header, length, header + length};
    for (uint64_t i = 0; is_masked && i < length; i++) frame->payload[i] ^= mask[i & 3];
    return 1;
}

size_t write_header(char *out, int opcode, size_t size, int is_client) {
    uint8_t *byte = (uint8_t *)out, mask = is_client ? 0x80 : 0;
    size_t at = 0;
    byte[at++] = 0x80 | opcode;
    int wide = size < 126 ? 0 : size < 65536 ? 2 : 8;
    byte[at++] = mask | (wide == 0 ? size : wide == 2 ? 126 : 127);
    for (int i = wide - 1; i >= 0; i--) byte[at++] = (uint64_t)size >> (8 * i);
    if (is_client) {
        memset(out + at, 0, 4);
        at += 4;
    }
    return at;
}

static uint32_t rotate(uint32_t x, int by) { return x << by | x >> (32 - by); }

static void sha1_block(uint32_t h[5], const uint8_t *block) {
    uint32_t w[80], v[5];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)block[4 * i] << 24 | block[4 * i + 1] << 16 | block[4 * i + 2] << 8 | block[4 * i + 3];
    for (int i = 16; i < 80; i++) w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    memcpy(v, h, sizeof v);
    for (int i = 0; i < 80; i++) {
        uint32_t f = i < 20   ? ((v[1] & v[2]) | (~v[1] & v[3])) + 0x5a827999
                     : i < 40 ? (v[1] ^ v[2] ^ v[3]) + 0x6ed9eba1
                     : i < 60 ? ((v[1] & v[2]) | (v[1] & v[3]) | (v[2] & v[3])) + 0x8f1bbcdc
                              : (v[1] ^ v[2] ^ v[3]) + 0xca62c1d6;
        uint32_t next = rotate(v[0], 5) + f + v[4] + w[i];
        v[4] = v[3], v[3] = v[2], v[2] = rotate(v[1], 30), v[1] = v[0], v[0] = next;
    }
    for (int i = 0; i < 5; i++) h[i] += v[i];
}

static void base64(const uint8_t *data, size_t size, char *out) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        uint32_t three = data[i] << 16 | (i + 1 < size ? data[i + 1] << 8 : 0) | (i + 2 < size ? data[i + 2] : 0);
        *out++ = digits[three >> 18];
        *out++ = digits[three >> 12 & 63];
        *out++ = i + 1 < size ? digits[three >> 6 & 63] : '=';
        *out++ = i + 2 < size ? digits[three & 63] : '=';
    }
    *out = 0;
}

void accept_key(const char *key, size_t size, char out[ACCEPT_CHARACTERS + 1]) {
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    uint32_t h[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    uint8_t text[128] = {0}, digest[20];
    size_t length = size + sizeof guid - 1;
    if (length > 100) die("A handshake's key has %zu characters.", size);
    memcpy(text, key, size);
    memcpy(text + size, guid, sizeof guid - 1);
    text[length] = 0x80;
    int blocks = length < 56 ? 1 : 2;
    for (int i = 0; i < 4; i++) text[64 * blocks - 1 - i] = (uint8_t)(length * 8 >> (8 * i));
    for (int i = 0; i < blocks; i++) sha1_block(h, text + 64 * i);
    for (int i = 0; i < 20; i++) digest[i] = (uint8_t)(h[i / 4] >> (24 - 8 * (i % 4)));
    base64(digest, sizeof digest, out);
}

uint64_t now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void die(const char *format, ...) {
    va_list values;
    va_start(values, format);
    vfprintf(stderr, format, values);
    va_end(values);
    if (errno) fprintf(stderr, " (%s)", strerror(errno));
    fputc('\n', stderr);
    exit(1);
}
