/* A container's ends of networks: veth pairs and addresses, over rtnetlink(7). */
#ifndef SKIFF_NETWORK_H
#define SKIFF_NETWORK_H

#include "request.h"
#include "spawner.h"
#include "spec.h"

/* Makes the pairs with their peers in the network namespace of `pid`, and plugs the ends here into the bridges. */
int network_plug(const struct store *store, const struct spec *spec, pid_t pid, struct failure *failure);
/* Brings up loopback in the namespace that we are in: 0, or -1 with errno. */
int network_loopback(void);
/* Inside the container's namespace: loopback up; addresses and default routes where there are any. */
int network_configure(const struct spec *spec, struct failure *failure);

/* The verbs: a container that runs joins or leaves a network. */
int network_attach(const struct store *store, const struct request *request, int reply_fd);
int network_detach(const struct store *store, const struct request *request, int reply_fd);

#endif
