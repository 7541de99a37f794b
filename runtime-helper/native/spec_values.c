#include "spec_values.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void *list_grow(void *items, size_t *count, size_t size)
{
	/* Doubling at each power of two. One place more than counted: lists of strings end in NULL. */
	size_t used = *count;
	if ((used & (used + 1)) == 0) {
		items = realloc(items, (used * 2 + 4) * size);
		if (!items)
			return NULL;
	}
	*count = used + 1;
	return items;
}

int strings_add(struct strings *list, const char *text)
{
	if (APPEND(list, text) < 0)
		return -1;
	list->items[list->count] = NULL;
	return 0;
}

int bad_value(void)
{
	errno = EINVAL;
	return -1;
}

int parse_number(const char *text, int base, uint64_t maximum, uint64_t *value)
{
	char *end;
	if (*text == '\0' || *text == '-' || *text == '+' || *text == ' ')
		return bad_value();
	errno = 0;
	unsigned long long number = strtoull(text, &end, base);
	if (errno != 0 || *end != '\0' || number > maximum)
		return bad_value();
	*value = number;
	return 0;
}

int parse_unsigned(const char *text, unsigned *value)
{
	uint64_t number;
	if (parse_number(text, 10, UINT32_MAX, &number) < 0)
		return -1;
	*value = (unsigned)number;
	return 0;
}

int parse_flag(const char *text, bool *value)
{
	if (strcmp(text, "0") != 0 && strcmp(text, "1") != 0)
		return bad_value();
	*value = text[0] == '1';
	return 0;
}
