/* Asks the resolver's parser questions that are partly good and partly of any bytes, and looks the good ones up in the directory that it
 * runs in. Built with sanitizers. Besides, what is known to be wrong is refused: prints the number of rounds. */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dns_message.h"
#include "dns_names.h"

static uint32_t state;

static uint32_t next(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

static size_t add_name(uint8_t *at, const char *name)
{
	size_t used = 0;
	while (*name) {
		size_t label = strcspn(name, ".");
		at[used++] = (uint8_t)label;
		memcpy(at + used, name, label);
		used += label;
		name += label + (name[label] == '.');
	}
	at[used++] = 0;
	return used;
}

static size_t make(uint8_t *message, const char *name, uint16_t type)
{
	static const uint8_t header[DNS_HEADER] = { 0x12, 0x34, 1, 0, 0, 1 };
	memcpy(message, header, sizeof(header));
	size_t length = sizeof(header) + add_name(message + sizeof(header), name);
	const uint8_t rest[] = { (uint8_t)(type >> 8), (uint8_t)type, 0, 1 };
	memcpy(message + length, rest, sizeof(rest));
	return length + sizeof(rest);
}

/* In a block of exactly its length, so that one byte too far is seen. */
static int ask(const struct resolver_config *config, const struct dns_places *places, const uint8_t *bytes, size_t length, unsigned *records)
{
	uint8_t *message = malloc(length ? length : 1), *answer = NULL;
	struct dns_question question;
	struct dns_reply reply;
	memcpy(message, bytes, length);
	int code = dns_parse(message, length, &question);
	*records = 0;
	if (code >= 0) {
		assert(question.space >= DNS_LEAST_SPACE && question.space <= DNS_MOST_SPACE);
		answer = malloc(question.space);
		dns_begin(&reply, answer, question.space, message, code == DNS_OK ? &question : NULL, (enum dns_code)code);
		if (code == DNS_OK && !dns_names_answer(places, config, &question, &reply))
			code = DNS_NO_SUCH_NAME;
		size_t end = dns_end(&reply);
		assert(end >= DNS_HEADER && end <= question.space);
		assert(code != DNS_OK || dns_answers(answer, end, message, length));
		*records = (unsigned)(answer[6] << 8 | answer[7]);
	}
	free(answer);
	free(message);
	return code;
}

static void known_cases(const struct resolver_config *config, const struct dns_places *places)
{
	uint8_t message[600];
	unsigned records;
	size_t length = make(message, "DB", DNS_A);
	assert(ask(config, places, message, length, &records) == DNS_OK && records == 1);
	for (size_t cut = 0; cut < length; cut++)
		assert(ask(config, places, message, cut, &records) == (cut < DNS_HEADER ? -1 : DNS_BAD_FORMAT));
	/* Counts that are not so. */
	message[5] = 2;
	assert(ask(config, places, message, length, &records) == DNS_BAD_FORMAT);
	message[5] = 1;
	message[11] = 1;
	assert(ask(config, places, message, length, &records) == DNS_BAD_FORMAT);
	message[6] = message[8] = message[10] = 0xff;
	assert(ask(config, places, message, length, &records) == DNS_BAD_FORMAT);
	/* An answer, and a request that is none. */
	make(message, "db", DNS_A);
	message[2] |= 0x80;
	assert(ask(config, places, message, length, &records) == -1);
	message[2] = 5 << 3;
	assert(ask(config, places, message, length, &records) == DNS_NOT_BUILT);
	/* A name that leads to itself, and one that is too long. */
	length = make(message, "db", DNS_A);
	message[DNS_HEADER] = 0xc0;
	message[DNS_HEADER + 1] = DNS_HEADER;
	assert(ask(config, places, message, length, &records) == DNS_BAD_FORMAT);
	memset(message + DNS_HEADER, 1, 300);
	assert(ask(config, places, message, 400, &records) == DNS_BAD_FORMAT);
	/* What would be a path. */
	length = make(message, "../../secret", DNS_A);
	assert(ask(config, places, message, length, &records) != DNS_OK);
	length = make(message, "db/x", DNS_A);
	assert(ask(config, places, message, length, &records) == DNS_NO_SUCH_NAME);
	/* Whose address somebody else has by now. */
	length = make(message, "stale", DNS_A);
	assert(ask(config, places, message, length, &records) == DNS_NO_SUCH_NAME);
	/* Whose owner has no interface any more. */
	length = make(message, "dead", DNS_A);
	assert(ask(config, places, message, length, &records) == DNS_NO_SUCH_NAME);
	const struct dns_places unknown = { places->networks_fd, -1 };
	assert(ask(config, &unknown, message, length, &records) == DNS_OK && records == 1);
	/* Known, but not with that. */
	length = make(message, "db", DNS_AAAA);
	assert(ask(config, places, message, length, &records) == DNS_OK && records == 0);
	length = make(message, "9.0.64.10.in-addr.arpa", DNS_PTR);
	assert(ask(config, places, message, length, &records) == DNS_OK && records == 1);
	/* More than there is room for: cut, and said so. */
	length = make(message, "many", DNS_A);
	assert(ask(config, places, message, length, &records) == DNS_OK && records > 10 && records < 60);
}

int main(int argc, char **argv)
{
	static const char *const names[] = { "db", "DB", "db.app", "many", "a.b.c.d.e", "9.0.64.10.in-addr.arpa", "", "..", "x.arpa", "stale", "dead",
					     "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa" };
	static struct resolver_config config = { .networks = 1, .network = { "app" }, .links = 1, .link = { { "a.b.c.d.e", "db" } } };
	const struct dns_places places = { open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), open("interfaces", O_RDONLY | O_DIRECTORY | O_CLOEXEC) };
	int rounds = argc > 2 ? atoi(argv[1]) : 1000;
	state = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1;
	known_cases(&config, &places);
	for (int i = 0; i < rounds; i++) {
		static const uint16_t types[] = { DNS_A, DNS_AAAA, DNS_PTR, 15, 255, DNS_OPT };
		uint8_t message[600];
		unsigned records;
		size_t length = make(message, names[next() % (sizeof(names) / sizeof(names[0]))], types[next() % 6]);
		if (next() % 3 == 0) {
			const uint8_t opt[] = { 0, 0, DNS_OPT, (uint8_t)next(), (uint8_t)next(), 0, 0, 0, 0, 0, 0 };
			memcpy(message + length, opt, sizeof(opt));
			message[11] = 1;
			length += sizeof(opt);
		}
		for (unsigned flips = next() % 4; flips > 0; flips--)
			message[next() % length] = (uint8_t)next();
		if (next() % 4 == 0)
			length = next() % (length + 1);
		ask(&config, &places, message, length, &records);
	}
	printf("%d rounds\n", rounds);
	return 0;
}
