#include "dns_message.h"

#include <string.h>

#define INTERNET 1
#define LABEL_MOST 63
#define OPT_LENGTH 11
#define RECORD_FIXED 10
/* Containers come and go. */
#define SECONDS_TO_KEEP 5

#define FLAG_RESPONSE 0x80
#define FLAG_TRUNCATED 0x02
#define FLAG_RECURSION_DESIRED 0x01
#define FLAG_RECURSION_AVAILABLE 0x80

enum { AT_FLAGS = 2, AT_CODE = 3, AT_QUESTIONS = 4, AT_ANSWERS = 6, AT_AUTHORITIES = 8, AT_ADDITIONAL = 10 };

static uint16_t get16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static void put16(uint8_t *bytes, uint16_t value)
{
	bytes[0] = (uint8_t)(value >> 8);
	bytes[1] = (uint8_t)value;
}

uint16_t dns_id(const uint8_t *message)
{
	return get16(message);
}

void dns_set_id(uint8_t *message, uint16_t id)
{
	put16(message, id);
}

enum dns_code dns_code_of(const uint8_t *message)
{
	return message[AT_CODE] & 0x0f;
}

/* '\0': no name of ours has it. */
static char plain(uint8_t byte)
{
	if (byte >= 'A' && byte <= 'Z')
		return (char)(byte + ('a' - 'A'));
	return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' || byte == '_' ? (char)byte : '\0';
}

/* A question's name is the first in its message: there is nothing that a pointer could lead to. Returns where it ends; 0: it is none. */
static size_t read_name(const uint8_t *message, size_t length, size_t at, char name[DNS_MOST_NAME + 1])
{
	size_t used = 0;
	bool strange = false;
	while (at < length && message[at] != 0) {
		size_t label = message[at++];
		if (label > LABEL_MOST || label >= length - at || used + label + 1 > DNS_MOST_NAME - 1)
			return 0;
		for (size_t i = 0; i < label; i++)
			strange |= (name[used++] = plain(message[at++])) == '\0';
		name[used++] = '.';
	}
	name[used > 0 ? used - 1 : 0] = '\0';
	if (strange)
		name[0] = '\0';
	return at < length ? at + 1 : 0;
}

/* Names of further records may end in a pointer, which is not followed. */
static size_t skip_name(const uint8_t *message, size_t length, size_t at)
{
	while (at < length) {
		uint8_t label = message[at++];
		if (label == 0)
			return at;
		if ((label & 0xc0) == 0xc0)
			return at < length ? at + 1 : 0;
		if (label > LABEL_MOST || label >= length - at)
			return 0;
		at += label;
	}
	return 0;
}

/* Looks for EDNS among the records after the question: false when one of them is cut. */
static bool read_records(const uint8_t *message, size_t length, struct dns_question *question)
{
	unsigned count = (unsigned)get16(message + AT_ANSWERS) + get16(message + AT_AUTHORITIES) + get16(message + AT_ADDITIONAL);
	size_t at = question->end;
	for (; count > 0; count--) {
		at = skip_name(message, length, at);
		if (at == 0 || length - at < RECORD_FIXED)
			return false;
		const uint8_t *record = message + at;
		size_t data = get16(record + 8);
		at += RECORD_FIXED;
		if (data > length - at)
			return false;
		at += data;
		if (get16(record) != DNS_OPT)
			continue;
		/* Its class is the length that the asker takes. */
		size_t space = get16(record + 2);
		question->extended = true;
		question->space = space < DNS_LEAST_SPACE ? DNS_LEAST_SPACE : space > DNS_MOST_SPACE ? DNS_MOST_SPACE : space;
	}
	return true;
}

int dns_parse(const uint8_t *message, size_t length, struct dns_question *question)
{
	*question = (struct dns_question){ .space = DNS_LEAST_SPACE };
	if (length < DNS_HEADER || (message[AT_FLAGS] & FLAG_RESPONSE))
		return -1;
	if (message[AT_FLAGS] & 0x78)
		return DNS_NOT_BUILT;
	if (get16(message + AT_QUESTIONS) != 1)
		return DNS_BAD_FORMAT;
	size_t at = read_name(message, length, DNS_HEADER, question->name);
	if (at == 0 || length - at < 4)
		return DNS_BAD_FORMAT;
	question->type = get16(message + at);
	question->kind = get16(message + at + 2);
	question->end = at + 4;
	return read_records(message, length, question) ? DNS_OK : DNS_BAD_FORMAT;
}

/* The name, its type and class: where they end. 0: they don't. */
static size_t question_end(const uint8_t *message, size_t length)
{
	size_t at = length < DNS_HEADER ? 0 : skip_name(message, length, DNS_HEADER);
	return at == 0 || length - at < 4 ? 0 : at + 4;
}

bool dns_answers(const uint8_t *answer, size_t length, const uint8_t *asked, size_t asked_length)
{
	size_t end = question_end(asked, asked_length);
	if (length < DNS_HEADER || !(answer[AT_FLAGS] & FLAG_RESPONSE) || dns_id(answer) != dns_id(asked))
		return false;
	/* A server that refuses may leave the question out. */
	if (get16(answer + AT_QUESTIONS) == 0)
		return dns_code_of(answer) != DNS_OK;
	return end > 0 && length >= end && memcmp(answer + DNS_HEADER, asked + DNS_HEADER, end - DNS_HEADER) == 0;
}

void dns_begin(struct dns_reply *reply, uint8_t *bytes, size_t size, const uint8_t *message, const struct dns_question *question,
	       enum dns_code code)
{
	*reply = (struct dns_reply){ .bytes = bytes, .length = DNS_HEADER, .size = size };
	memset(bytes, 0, DNS_HEADER);
	memcpy(bytes, message, 2);
	bytes[AT_FLAGS] = (uint8_t)(FLAG_RESPONSE | (message[AT_FLAGS] & (0x78 | FLAG_RECURSION_DESIRED)));
	bytes[AT_CODE] = (uint8_t)(FLAG_RECURSION_AVAILABLE | code);
	if (!question)
		return;
	put16(bytes + AT_QUESTIONS, 1);
	memcpy(bytes + DNS_HEADER, message + DNS_HEADER, question->end - DNS_HEADER);
	reply->length = question->end;
	reply->extended = question->extended;
	reply->size -= question->extended ? OPT_LENGTH : 0;
}

void dns_add(struct dns_reply *reply, uint16_t type, const void *data, size_t length)
{
	uint8_t *at = reply->bytes + reply->length;
	if (reply->size - reply->length < 2 + RECORD_FIXED + length) {
		reply->full = true;
		return;
	}
	/* The question's name. */
	put16(at, 0xc000 | DNS_HEADER);
	put16(at + 2, type);
	put16(at + 4, INTERNET);
	put16(at + 6, 0);
	put16(at + 8, SECONDS_TO_KEEP);
	put16(at + 10, (uint16_t)length);
	memcpy(at + 12, data, length);
	reply->length += 12 + length;
	put16(reply->bytes + AT_ANSWERS, (uint16_t)(get16(reply->bytes + AT_ANSWERS) + 1));
}

void dns_add_name(struct dns_reply *reply, uint16_t type, const char *name)
{
	uint8_t data[DNS_MOST_NAME];
	size_t used = 0;
	while (*name) {
		size_t label = strcspn(name, ".");
		/* A name that a container may have, but not a host. */
		if (label == 0 || label > LABEL_MOST || used + label + 2 > sizeof(data))
			return;
		data[used++] = (uint8_t)label;
		memcpy(data + used, name, label);
		used += label;
		name += label + (name[label] == '.');
	}
	data[used++] = 0;
	dns_add(reply, type, data, used);
}

size_t dns_end(struct dns_reply *reply)
{
	if (reply->full)
		reply->bytes[AT_FLAGS] |= FLAG_TRUNCATED;
	if (reply->extended) {
		uint8_t *at = reply->bytes + reply->length;
		memset(at, 0, OPT_LENGTH);
		put16(at + 1, DNS_OPT);
		put16(at + 3, DNS_MOST_SPACE);
		put16(reply->bytes + AT_ADDITIONAL, 1);
		reply->length += OPT_LENGTH;
	}
	return reply->length;
}
