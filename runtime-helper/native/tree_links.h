/* Which files were seen, and under which first name: the others are hard links to it. */
#ifndef SKIFF_TREE_LINKS_H
#define SKIFF_TREE_LINKS_H

#include <stddef.h>
#include <sys/stat.h>

struct seen_file {
	dev_t device;
	ino_t inode;
	char *path; /* NULL: a free place */
};

struct tree_links {
	size_t count, capacity;
	struct seen_file *files;
};

/* The path of the file's first name, or NULL when this is the first: then it is remembered. Without
 * memory for that it becomes a file of its own. */
const char *links_first_name(struct tree_links *links, const struct stat *status, const char *path);
void links_free(struct tree_links *links);

#endif
