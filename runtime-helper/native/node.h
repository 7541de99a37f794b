/* Which Node.js runs our scripts. */
#ifndef SKIFF_NODE_H
#define SKIFF_NODE_H

#include <limits.h>

/* A file of <dist>, for a program that is <dist>/bin/…; 0 or -1 with errno. */
int path_in_dist(char path[PATH_MAX], const char *name);

/* $SKIFF_NODE; else <dist>/node, the one that a build in the project's folder was made with; else `node`, for PATH. */
const char *find_node(char scratch[PATH_MAX]);

#endif
