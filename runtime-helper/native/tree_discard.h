/* Takes back what a container has changed of its image. */
#ifndef SKIFF_TREE_DISCARD_H
#define SKIFF_TREE_DISCARD_H

/* `upper` is what was written, and nobody has it mounted; `lower` is what the image has, or -1. Afterwards `path` and all below it
 * is as in the image. No link is followed. -1 with errno. */
int discard_change(int upper, int lower, const char *path);

#endif
