#ifndef SKIFF_TREE_REMOVE_H
#define SKIFF_TREE_REMOVE_H

/* What is called so is nobody's any more, and goes as soon as somebody finds the time. */
#define REMOVED_PREFIX ".removed-"

/* Removes a file or a whole tree; never follows a symbolic link, never leaves the file system tree below `dirfd`. A name that
 * is not there is no error. Returns 0, or -1 with errno. */
int tree_remove(int dirfd, const char *name);

#endif
