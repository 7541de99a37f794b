#include "front_run.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "front_connect.h"
#include "front_message.h"
#include "front_relay.h"
#include "front_terminal.h"
#include "io.h"
#include "stream.h"

#define HELLO_VERSION "2"
/* A helper that leaves when idle may be met in that moment: then there is another one at once. */
#define MAX_TRIES 5

struct hello {
	size_t length;
	uint8_t bytes[MAX_STREAM_PAYLOAD];
};

static int append(struct hello *hello, const char *text)
{
	size_t length = strlen(text) + 1;
	if (hello->length + length > MAX_STREAM_PAYLOAD)
		return front_error("arguments and environment are longer than %d KiB together", MAX_STREAM_PAYLOAD / 1024);
	memcpy(hello->bytes + hello->length, text, length);
	hello->length += length;
	return 0;
}

static int append_number(struct hello *hello, unsigned number)
{
	char text[16];
	snprintf(text, sizeof(text), "%u", number);
	return append(hello, text);
}

/* Version, tty flags, columns, rows, cwd, pid, number of arguments, arguments, environment. */
static int write_hello(struct hello *hello, int argc, char **argv)
{
	char flags[] = { isatty(0) ? '1' : '0', isatty(1) ? '1' : '0', isatty(2) ? '1' : '0', '\0' };
	char cwd[PATH_MAX];
	struct window_size size = terminal_size();
	/* A directory that was removed has no name; what needs one will say so. */
	if (!getcwd(cwd, sizeof(cwd)))
		cwd[0] = '\0';
	if (append(hello, HELLO_VERSION) < 0 || append(hello, flags) < 0 || append_number(hello, size.columns) < 0 ||
	    append_number(hello, size.rows) < 0 || append(hello, cwd) < 0 || append_number(hello, (unsigned)getpid()) < 0 ||
	    append_number(hello, (unsigned)argc - 1) < 0)
		return -1;
	for (int i = 1; i < argc; i++)
		if (append(hello, argv[i]) < 0)
			return -1;
	for (char **variable = environ; *variable; variable++)
		if (append(hello, *variable) < 0)
			return -1;
	return 0;
}

/* Descriptors 0 to 2 are somebody's: a socket of ours must not come to be standard output. */
static void fill_standard_descriptors(void)
{
	for (int fd = open("/dev/null", O_RDWR); fd >= 0; fd = open("/dev/null", O_RDWR))
		if (fd > STDERR_FILENO) {
			close(fd);
			break;
		}
}

int front_run(int argc, char **argv)
{
	static struct front_store store;
	static struct hello hello;
	fill_standard_descriptors();
	if (argc < 1 || front_store_locate(&store, argc, argv) < 0)
		return EXIT_ENGINE;
	if (write_hello(&hello, argc, argv) < 0)
		return EXIT_ENGINE;
	for (int tries = 0; tries < MAX_TRIES; tries++) {
		struct front_connection connection;
		if (front_connect(&store, &connection) < 0)
			return EXIT_ENGINE;
		int code = front_relay(connection.fd, hello.bytes, hello.length);
		if (code != RELAY_UNHEARD)
			return code;
		if (connection.started) {
			front_explain_end(&store);
			return EXIT_ENGINE;
		}
	}
	front_error("the helper ended %d times before it answered; see %s/helper.log", MAX_TRIES, store.run);
	return EXIT_ENGINE;
}
