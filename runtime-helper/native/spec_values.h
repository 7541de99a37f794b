/* What the parsers of directives are made of: numbers, flags, lists. Used by spec*.c alone. */
#ifndef SKIFF_SPEC_VALUES_H
#define SKIFF_SPEC_VALUES_H

#include "spec.h"

typedef int parser(struct spec *spec, const char *const *arguments);

/* A directive and its fixed number of arguments. Tables of them end in one without a name. */
struct directive {
	const char *name;
	unsigned arguments;
	parser *parse;
};

/* One table for each subject. */
extern const struct directive filesystem_directives[];
extern const struct directive network_directives[];
extern const struct directive isolation_directives[];
extern const struct directive process_directives[];
extern const struct directive life_directives[];
extern const struct directive bundle_directives[];
extern const struct directive runtime_directives[];

/* Makes room for one more item; dies of nothing: NULL and ENOMEM. */
void *list_grow(void *items, size_t *count, size_t size);

#define APPEND(list, ...)                                                                     \
	({                                                                                    \
		void *grown_ = list_grow((list)->items, &(list)->count, sizeof(*(list)->items)); \
		if (grown_) {                                                                 \
			(list)->items = grown_;                                               \
			(list)->items[(list)->count - 1] = (__VA_ARGS__);                     \
		}                                                                             \
		grown_ ? 0 : -1;                                                              \
	})

int strings_add(struct strings *list, const char *text);

/* The arguments of the directive `resource`. */
#define RESOURCE_ARGUMENTS 5
parser resource_parse;

/* The arguments of the directive `event-use`. */
#define USE_ARGUMENTS 6
parser use_parse;

/* -1 and EINVAL. */
int bad_value(void);
/* All of the text is a number without a sign, and not above `maximum`; else bad_value. */
int parse_number(const char *text, int base, uint64_t maximum, uint64_t *value);
int parse_unsigned(const char *text, unsigned *value);
/* "0" or "1" */
int parse_flag(const char *text, bool *value);

#define TEXT_PARSER(name, field)                                                   \
	static int parse_##name(struct spec *spec, const char *const *arguments)   \
	{                                                                          \
		spec->field = arguments[0];                                        \
		return 0;                                                          \
	}
#define STRINGS_PARSER(name, field)                                                \
	static int parse_##name(struct spec *spec, const char *const *arguments)   \
	{                                                                          \
		return strings_add(&spec->field, arguments[0]);                    \
	}
#define FLAG_PARSER(name, field)                                                   \
	static int parse_##name(struct spec *spec, const char *const *arguments)   \
	{                                                                          \
		return parse_flag(arguments[0], &spec->field);                     \
	}

#endif
