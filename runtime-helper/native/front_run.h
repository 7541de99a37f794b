/* `skiff` on the command line, from its arguments to its exit status. */
#ifndef SKIFF_FRONT_RUN_H
#define SKIFF_FRONT_RUN_H

int front_run(int argc, char **argv);

#endif
