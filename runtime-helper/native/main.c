#include <string.h>

#include "bundle.h"
#include "front_run.h"
#include "spawner.h"

/* One program, four roles: the spawner, the monitors that it forks, what skiff-oci starts for each bundle, and `skiff` on the
 * command line. */
int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--spawner") == 0)
		return spawner_main();
	if (argc == 3 && strcmp(argv[1], "--bundle") == 0)
		return bundle_main(argv[2]);
	if (argc > 0 && strcmp(basename(argv[0]), "skiff-oci") == 0)
		return oci_front(argc, argv);
	return front_run(argc, argv);
}
