#include <string.h>

#include "front_run.h"
#include "spawner.h"

/* One program, three roles: the spawner, the monitors that it forks, and `skiff` on the command line. */
int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--spawner") == 0)
		return spawner_main();
	return front_run(argc, argv);
}
