#include "front_keys.h"

#include <string.h>
#include <strings.h>

/* "ctrl-a" is 1, "ctrl-@" 0, "ctrl-_" 31 (ascii(7)); -1 for what is no key. */
static int parse_key(const char *text, size_t length)
{
	if (length == 1)
		return (uint8_t)text[0];
	if (length != 6 || strncasecmp(text, "ctrl-", 5) != 0)
		return -1;
	int letter = text[5] >= 'a' && text[5] <= 'z' ? text[5] - 'a' + 'A' : text[5];
	return letter >= '@' && letter <= '_' ? letter - '@' : -1;
}

bool detach_keys_parse(struct detach_keys *keys, const char *text)
{
	*keys = (struct detach_keys){ 0 };
	while (*text != '\0') {
		size_t length = strcspn(text + 1, ",") + 1;
		int key = parse_key(text, length);
		if (key < 0 || keys->length == MAX_DETACH_KEYS)
			return false;
		keys->keys[keys->length++] = (uint8_t)key;
		text += length;
		if (*text == ',' && *++text == '\0')
			return false;
	}
	return true;
}

/* The keys that were held back turned out to be something else: gives away those that can't begin the sequence any more. */
static void release(struct detach_keys *keys, uint8_t *out, size_t *out_length)
{
	for (size_t dropped = 1; dropped <= keys->matched; dropped++) {
		out[(*out_length)++] = keys->keys[dropped - 1];
		if (memcmp(keys->keys, keys->keys + dropped, keys->matched - dropped) == 0) {
			keys->matched -= dropped;
			return;
		}
	}
}

bool detach_keys_filter(struct detach_keys *keys, const uint8_t *in, size_t length, uint8_t *out, size_t *out_length)
{
	*out_length = 0;
	for (size_t i = 0; i < length; i++) {
		while (keys->matched > 0 && in[i] != keys->keys[keys->matched])
			release(keys, out, out_length);
		if (keys->length == 0 || in[i] != keys->keys[keys->matched])
			out[(*out_length)++] = in[i];
		else if (++keys->matched == keys->length)
			return true;
	}
	return false;
}
