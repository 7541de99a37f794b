/* Networks that a container was connected to, or disconnected from, while it ran: its next life has them, too. */
#ifndef SKIFF_REJOIN_H
#define SKIFF_REJOIN_H

#include "errors.h"
#include "spec.h"

/* Puts what `<run>/containers/<id>/networks` says in place of the request's networks: a line for each, the arguments of `network`
 * with tabs between them. No such file: they are the same. */
int rejoin_networks(struct spec *spec, int run_fd, struct failure *failure);

#endif
