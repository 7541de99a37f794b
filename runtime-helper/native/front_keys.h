/* The keys that detach a terminal from a container: "ctrl-p,ctrl-q". */
#ifndef SKIFF_FRONT_KEYS_H
#define SKIFF_FRONT_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAX_DETACH_KEYS 16

struct detach_keys {
	uint8_t keys[MAX_DETACH_KEYS];
	size_t length;
	/* How many of them have been typed, and are held back. */
	size_t matched;
};

/* False for what is no such list. An empty text: no keys. */
bool detach_keys_parse(struct detach_keys *keys, const char *text);
/*
 * Copies typed bytes to `out` but for those that may be the beginning of the keys; `out` holds `length` + MAX_DETACH_KEYS. Returns true
 * when the keys are complete: what was typed after them is dropped.
 */
bool detach_keys_filter(struct detach_keys *keys, const uint8_t *in, size_t length, uint8_t *out, size_t *out_length);

#endif
