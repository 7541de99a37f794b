#ifndef SKIFF_FRONT_H
#define SKIFF_FRONT_H

/* `skiff` on the command line. Returns the exit status. */
int front_main(int argc, char **argv);

#endif
