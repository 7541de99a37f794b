/* What a tree session sends: frames of NUL-terminated strings, and contents of files. */
#ifndef SKIFF_TREE_OUTPUT_H
#define SKIFF_TREE_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

struct tree_output {
	int fd;
	/* The peer has gone, or something else keeps us from writing: nothing more is sent. */
	int error;
	size_t length;
	/* The frame under construction begins here. */
	size_t frame;
	size_t capacity;
	uint8_t *bytes;
};

void output_open(struct tree_output *output, int fd);
void output_free(struct tree_output *output);

/* A frame: `u32le length`, strings. */
void output_begin(struct tree_output *output);
void output_text(struct tree_output *output, const char *text);
void output_number(struct tree_output *output, long long value, int base);
void output_hex(struct tree_output *output, const uint8_t *bytes, size_t length);
void output_end(struct tree_output *output);
/* Takes back what was begun. */
void output_drop(struct tree_output *output);

/* `length` bytes of a file from `offset` on; zeros for what it has become too short to have. */
void output_file(struct tree_output *output, int file, uint64_t offset, uint64_t length);

/* Many small frames travel together. -1 with errno when the peer is gone. */
int output_flush(struct tree_output *output);

#endif
