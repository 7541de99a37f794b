#include "front_message.h"

#include <stdarg.h>
#include <stdio.h>

int front_error(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fputs("skiff: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	return -1;
}
