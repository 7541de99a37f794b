/* Applies layers whose entries are partly good and partly of any bytes in a directory; the test looks whether anything beside it has
 * changed. Built with sanitizers. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "layer_tree.h"

static uint32_t state;

static uint32_t next(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

struct stream {
	size_t length;
	uint8_t bytes[256 * 1024];
};

static void add(struct stream *stream, const void *bytes, size_t length)
{
	if (stream->length + length > sizeof(stream->bytes))
		return;
	memcpy(stream->bytes + stream->length, bytes, length);
	stream->length += length;
}

static const char *any_name(void)
{
	static const char *const names[] = { "a", "b", "a/b", "a/b/c", "b/a", "./a", "/a", "..", "../x", "a/../b", "/", "", ".", ".wh.a", ".wh..",
					     ".wh...", "a/.wh..wh..opq", ".wh..wh.plnk", "/../../etc/x", "b/../../outside", "l", "l/x", "m/x" };
	return names[next() % (sizeof(names) / sizeof(names[0]))];
}

static void add_entry(struct stream *stream)
{
	static const char *const xattrs[] = { "user.x", "trusted.overlay.opaque", "security.capability", "" };
	char header[1024];
	unsigned size = next() % 4 ? next() % 40 : next() % 20000, content = size;
	char type = (char)('0' + next() % (next() % 20 ? 7 : 10));
	if (type != '0' && next() % 10)
		size = content = 0;
	int length = snprintf(header, sizeof(header), "%c%c%s%c%s%c%o%c%u%c%u%c%d%c%u%c%u%c%u%c%u%c", type, 0, any_name(), 0,
			      next() % 3 ? any_name() : "../../..", 0, next() % 010000, 0, next() % 3, 0, next() % 3, 0, (int)next() / 2, 0,
			      next() % 1000000000, 0, next() % 5, 0, next() % 5, 0, size, 0);
	unsigned count = next() % 8 ? 0 : 1;
	length += snprintf(header + length, sizeof(header) - (size_t)length, "%u%c", count, 0);
	if (count)
		length += snprintf(header + length, sizeof(header) - (size_t)length, "%s%c%s%c", xattrs[next() % 4], 0, next() % 4 ? "79" : "7x", 0);
	if (type == '0' && next() % 8 == 0) {
		unsigned offset = next() % (size + 2);
		content = size > offset ? size - offset : 0;
		length += snprintf(header + length, sizeof(header) - (size_t)length, "%u%c%u%c", offset, 0, next() % 9 ? content : next(), 0);
	}
	for (unsigned flips = next() % 12 ? 0 : 1 + next() % 3; flips > 0; flips--)
		header[next() % (unsigned)length] = (char)next();
	uint32_t told = (uint32_t)length;
	add(stream, &told, sizeof(told));
	add(stream, header, (size_t)length);
	for (unsigned i = 0; i < content; i++)
		add(stream, &(uint8_t){ (uint8_t)(next() % 3) }, 1);
}

static void round_of(int root)
{
	static struct stream stream;
	static struct layer_reader reader;
	struct failure failure;
	int ends[2];
	stream.length = 0;
	for (unsigned entries = next() % 30; entries > 0; entries--)
		add_entry(&stream);
	add(&stream, &(uint32_t){ 0 }, sizeof(uint32_t));
	if (pipe(ends) < 0)
		abort();
	pid_t writer = fork();
	if (writer == 0) {
		close(ends[0]);
		signal(SIGPIPE, SIG_DFL);
		for (size_t at = 0; at < stream.length;)
			at += (size_t)write(ends[1], stream.bytes + at, stream.length - at < 5000 ? stream.length - at : 5000);
		_exit(0);
	}
	close(ends[1]);
	reader.fd = ends[0];
	reader.at = reader.length = 0;
	struct layer_tree *tree = calloc(1, sizeof(*tree));
	tree->root_fd = root;
	tree->parent_fd = -1;
	tree->plain = next() % 3 == 0;
	tree->max_entries = next() % 5 ? 0 : 10;
	if (layer_tree_read(tree, &reader, &failure) < 0)
		layer_tree_drain(tree, &reader);
	else
		layer_tree_finish(tree, &failure);
	layer_tree_free(tree);
	free(tree);
	close(ends[0]);
	waitpid(writer, NULL, 0);
}

int main(int argc, char **argv)
{
	int rounds = argc > 2 ? atoi(argv[1]) : 100;
	state = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1;
	umask(0);
	for (int i = 0; i < rounds; i++) {
		mkdir("layer", 0755);
		int root = open("layer", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (root < 0)
			abort();
		/* What a link in a layer may lead to. */
		symlinkat("..", root, "l");
		symlinkat("/", root, "m");
		for (int layers = 0; layers < 4; layers++)
			round_of(root);
		close(root);
		if (system("rm -rf layer") != 0)
			abort();
	}
	printf("%d rounds\n", rounds);
	return 0;
}
