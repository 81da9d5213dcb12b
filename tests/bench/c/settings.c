/* What the load generator is told on its command line, by Python, which knows what each server speaks. */
#include "load.h"
#include "websocket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

settings_t settings = {.connections = 1, .in_flight = 64, .path = "/", .source = "127.0.0.1", .event = "{\"t\":"};

static int is(const char *option, const char *name) { return !strcmp(option, name); }

static int take_text_option(const char *option, const char *value) {
    const struct {
        const char *name, **into;
    } texts[] = {{"--path", &settings.path},     {"--source", &settings.source},   {"--event", &settings.event},
                 {"--ready", &settings.ready},   {"--publish", &settings.publish}, {"--expect", &settings.expect},
                 {"--never", &settings.never}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (is(option, texts[i].name)) return *texts[i].into = value, 1;
    return 0;
}

static int take_number_option(const char *option, const char *value) {
    const struct {
        const char *name;
        int *into;
    } numbers[] = {{"--port", &settings.port},
                   {"--control-port", &settings.control_port},
                   {"--connections", &settings.connections},
                   {"--handshakes", &settings.in_flight},
                   {"--times", &settings.expect_times}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (is(option, numbers[i].name)) return *numbers[i].into = atoi(value), 1;
    return 0;
}

static void add_header(const char *line) {
    size_t used = strlen(settings.headers);
    if (used + strlen(line) + 3 > sizeof settings.headers) die("The headers are too long.");
    sprintf(settings.headers + used, "%s\r\n", line);
}

void read_settings(int count, char **arguments) {
    for (int i = 1; i < count; i += 2) {
        const char *option = arguments[i], *value = i + 1 < count ? arguments[i + 1] : NULL;
        if (!value) die("%s needs a value.", option);
        if (is(option, "--header")) add_header(value);
        else if (is(option, "--on")) {
            if (settings.rule_count == MAX_RULES || i + 2 >= count) die("Too many --on, or one without an answer.");
            settings.rules[settings.rule_count++] = (rule_t){value, arguments[++i + 1]};
        } else if (!take_text_option(option, value) && !take_number_option(option, value))
            die("%s is not known.", option);
    }
}

enum { BUCKETS = 1 << 23 };
static uint32_t buckets[BUCKETS];
static uint64_t noted;

void forget_latencies(void) {
    memset(buckets, 0, sizeof buckets);
    noted = 0;
}

void note_latency(uint64_t us) {
    buckets[us < BUCKETS ? us : BUCKETS - 1]++;
    noted++;
}

uint64_t percentile(double share) {
    uint64_t seen = 0, wanted = (uint64_t)(noted * share);
    for (uint64_t us = 0; us < BUCKETS; us++)
        if ((seen += buckets[us]) > wanted) return us;
    return 0;
}
