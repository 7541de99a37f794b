#include "publish.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bridge.h"
#include "firewall_watch.h"

int container_publish(struct container *container, struct failure *failure)
{
	const struct store *store = container->store;
	if (ports_publish(store, &container->spec, container->run_fd, &container->ports, failure) < 0)
		return -1;
	if (container->proxy.epoll_fd < 0 && proxy_open(&container->proxy, store, &container->ports) < 0)
		return fail(failure, STAGE_NETWORK, "proxy");
	if (container->spec.networks.count > 0 && container->session.firewall_fd < 0)
		container->session.firewall_fd = firewall_watch();
	return 0;
}

void container_unpublish(struct container *container)
{
	proxy_close(&container->proxy);
	ports_release(container->store, &container->ports);
}

/* The strings stay: the container's ports point at them, for as long as there is no next frame. A container has few. */
static bool take_strings(const uint8_t *payload, size_t length, const char *strings[3])
{
	char *copy = length > 0 && payload[length - 1] == '\0' ? malloc(length) : NULL;
	size_t count = 0;
	if (!copy)
		return false;
	memcpy(copy, payload, length);
	for (char *at = copy; at < copy + length; at += strlen(at) + 1) {
		if (count < 3)
			strings[count] = at;
		count++;
	}
	if (count != 3)
		free(copy);
	return count == 3;
}

static int lead_to(struct container *container, const char *bridge, struct failure *failure)
{
	if (container->ports.count == 0 && container_publish(container, failure) < 0) {
		container_unpublish(container);
		return -1;
	}
	/* What was under way to the old address has nowhere to go. */
	proxy_finish(&container->proxy);
	return ports_lead_to(container->store, &container->spec, &container->ports, failure) < 0 ? -1 : ports_let_loopback_out(bridge, failure);
}

int container_publish_at(struct container *container, const uint8_t *payload, size_t length)
{
	const char *strings[3];
	struct failure failure;
	if (!take_strings(payload, length, strings))
		return EINVAL;
	const bool somewhere = *strings[1] || *strings[2];
	if (somewhere && !bridge_is_own(container->store, strings[0]))
		return EINVAL;
	for (size_t i = 0; i < container->spec.ports.count; i++) {
		container->spec.ports.items[i].address = strings[1];
		container->spec.ports.items[i].address6 = strings[2];
	}
	if (container->spec.ports.count == 0)
		return 0;
	if (somewhere)
		return lead_to(container, strings[0], &failure) < 0 ? failure.error : 0;
	container_unpublish(container);
	unlinkat(container->run_fd, "ports", 0);
	return 0;
}
