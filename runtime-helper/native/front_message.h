/* What the front itself has to say. */
#ifndef SKIFF_FRONT_MESSAGE_H
#define SKIFF_FRONT_MESSAGE_H

/* Exit code of what is the engine's fault and not the command's, as Docker has it. */
#define EXIT_ENGINE 125

/* Prints one line on stderr, after "skiff: ", and returns -1. */
int front_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
