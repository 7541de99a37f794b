/* A container's published ports through its life: held and led for all lives of PID 1, and led elsewhere when its networks change. */
#ifndef SKIFF_PUBLISH_H
#define SKIFF_PUBLISH_H

#include "container.h"

/* Before the first life. */
int container_publish(struct container *container, struct failure *failure);
/* `payload`: three NUL-terminated strings, bridge, address and IPv6 address. 0, or an errno. */
int container_publish_at(struct container *container, const uint8_t *payload, size_t length);
void container_unpublish(struct container *container);

#endif
