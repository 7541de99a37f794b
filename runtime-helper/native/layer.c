#include "layer.h"
#include <errno.h>
int layer_apply(const struct store *store, const struct request *request, int reply_fd)
{
	struct failure failure;
	(void)store;
	fail_with(&failure, STAGE_LAYER, ENOSYS, "apply-layer");
	reply_error(reply_fd, request->id, &failure);
	return 1;
}
int layer_remove(const struct store *store, const struct request *request, int reply_fd)
{
	return layer_apply(store, request, reply_fd);
}
