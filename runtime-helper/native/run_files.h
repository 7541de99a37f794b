/* What has been changed of a container while it runs, as the helper leaves it in `<run>/containers/<id>`: taken once, and true from then on. */
#ifndef SKIFF_RUN_FILES_H
#define SKIFF_RUN_FILES_H

#include "errors.h"
#include "spec.h"

/* What one that was killed has left: it was about another monitor's time. */
void run_files_forget(int run_fd);
/* Before another life: puts what `networks`, `resources` and `uses` say in place of what the request said. A line for each, the arguments of
 * that directive with tabs between them. No such file: they are the same. */
int run_files_take(struct spec *spec, int run_fd, struct failure *failure);
/* Before an event: the same with `attributes`, which is the argument of `event-attributes`. What can't be read is left. */
void run_files_take_attributes(struct spec *spec, int run_fd);
/* The same of a file that stays: it is for another monitor. */
void run_files_read_attributes(struct spec *spec, int run_fd);
/* `uses` alone, before a life's end is told. */
void run_files_take_uses(struct spec *spec, int run_fd);

#endif
