#include "front.h"

#include <stdio.h>

int front_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	fprintf(stderr, "skiff: the command line is not built yet\n");
	return 125;
}
