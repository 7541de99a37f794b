/* Messages of the Domain Name System: a question that came, and answers to it. RFC 1035; EDNS: RFC 6891. Any byte of what comes is
 * someone else's. */
#ifndef SKIFF_DNS_MESSAGE_H
#define SKIFF_DNS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DNS_HEADER 12
#define DNS_MOST_NAME 255
/* What an answer over UDP may have at least (RFC 1035, 4.2.1), and has at most here. */
#define DNS_LEAST_SPACE 512
#define DNS_MOST_SPACE 4096

enum dns_type { DNS_A = 1, DNS_PTR = 12, DNS_AAAA = 28, DNS_OPT = 41 };
enum dns_code { DNS_OK = 0, DNS_BAD_FORMAT = 1, DNS_SERVER_FAILED = 2, DNS_NO_SUCH_NAME = 3, DNS_NOT_BUILT = 4, DNS_REFUSED = 5 };

struct dns_question {
	/* In lower case, with dots between labels and none at the end. Empty: the root, or a name with bytes that no name here has. */
	char name[DNS_MOST_NAME + 1];
	uint16_t type, kind; /* kind: CLASS, 1 is the internet's */
	size_t end;	     /* where the question ends in the message */
	size_t space;	     /* how long an answer over UDP may be */
	bool extended;	     /* speaks EDNS: so must the answer */
};

/* -1: no question, nothing is answered. Else the code: DNS_OK, or what to refuse it with. */
int dns_parse(const uint8_t *message, size_t length, struct dns_question *question);
uint16_t dns_id(const uint8_t *message);
void dns_set_id(uint8_t *message, uint16_t id);
/* DNS_OK, DNS_SERVER_FAILED …, of an answer of at least a header. */
enum dns_code dns_code_of(const uint8_t *message);
/* Whether it is an answer, and to this question, as it was asked. */
bool dns_answers(const uint8_t *answer, size_t length, const uint8_t *asked, size_t asked_length);

struct dns_reply {
	uint8_t *bytes;
	size_t length, size;
	bool extended;
	bool full; /* something had no room */
};

/* An answer without records to the message, whose question was read (`question`) or was none (NULL). `size`: at least DNS_LEAST_SPACE. */
void dns_begin(struct dns_reply *reply, uint8_t *bytes, size_t size, const uint8_t *message, const struct dns_question *question,
	       enum dns_code code);
void dns_add(struct dns_reply *reply, uint16_t type, const void *data, size_t length);
/* A record whose data is a name. */
void dns_add_name(struct dns_reply *reply, uint16_t type, const char *name);
/* The last: gives the length. What had no room is said to be missing. */
size_t dns_end(struct dns_reply *reply);

#endif
