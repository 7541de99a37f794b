/* Bridges, veth pairs and addresses, over rtnetlink(7). */
#ifndef SKIFF_NETWORK_H
#define SKIFF_NETWORK_H

#include "request.h"
#include "spawner.h"
#include "spec.h"

/* Makes the pair with its peer, eth0, in the network namespace of `pid`, and plugs its end here into the bridge. */
int network_plug(const struct network_spec *network, pid_t pid, struct failure *failure);
/* Inside the container's namespace: loopback up; eth0's address and the default route when there is one. */
int network_configure(const struct network_spec *network, struct failure *failure);

/* The verbs. */
int network_up(const struct store *store, const struct request *request, int reply_fd);
int network_down(const struct store *store, const struct request *request, int reply_fd);

#endif
