/* Directives of the root file system: layers, mounts, devices, hidden paths. */
#include <string.h>
#include <sys/stat.h>

#include "io.h"
#include "spec_values.h"
#include "volume.h"

STRINGS_PARSER(lower, lowers)
STRINGS_PARSER(overlay_option, overlay_options)
STRINGS_PARSER(mask, masks)
STRINGS_PARSER(readonly, readonly_paths)
FLAG_PARSER(rootfs_readonly, rootfs_readonly)

static int parse_mount(struct spec *spec, const char *const *arguments)
{
	uint64_t flags;
	if (parse_number(arguments[3], 10, UINT32_MAX, &flags) < 0)
		return -1;
	return APPEND(&spec->mounts, (struct mount_spec){ .kind = MOUNT_FILESYSTEM, .type = arguments[0], .source = arguments[1],
							  .target = arguments[2], .flags = flags, .data = arguments[4] });
}

static int parse_bind(struct spec *spec, const char *const *arguments, int kind)
{
	uint64_t flags;
	if (parse_number(arguments[2], 10, UINT32_MAX, &flags) < 0)
		return -1;
	return APPEND(&spec->mounts,
		      (struct mount_spec){ .kind = kind, .source = arguments[0], .target = arguments[1], .flags = flags });
}

static int parse_bind_store(struct spec *spec, const char *const *arguments)
{
	return is_component(arguments[0]) ? parse_bind(spec, arguments, MOUNT_BIND_STORE) : bad_value();
}

static int parse_bind_host(struct spec *spec, const char *const *arguments)
{
	return arguments[0][0] == '/' ? parse_bind(spec, arguments, MOUNT_BIND_HOST) : bad_value();
}

static int parse_bind_ipc(struct spec *spec, const char *const *arguments)
{
	return arguments[0][0] == '/' ? parse_bind(spec, arguments, MOUNT_BIND_IPC) : bad_value();
}

static int parse_bind_volume(struct spec *spec, const char *const *arguments)
{
	struct mount_spec item = { .kind = MOUNT_VOLUME, .source = arguments[0], .subpath = arguments[1], .target = arguments[2] };
	uint64_t flags;
	if (!is_volume_name(item.source) || parse_number(arguments[3], 10, UINT32_MAX, &flags) < 0 ||
	    parse_flag(arguments[4], &item.copy) < 0)
		return bad_value();
	item.flags = flags;
	return APPEND(&spec->mounts, item);
}

static int parse_device(struct spec *spec, const char *const *arguments)
{
	struct device_spec device = { .path = arguments[0] };
	uint64_t mode;
	static const char types[] = "cubp";
	static const mode_t formats[] = { S_IFCHR, S_IFCHR, S_IFBLK, S_IFIFO };
	const char *type = strlen(arguments[1]) == 1 ? strchr(types, arguments[1][0]) : NULL;
	if (!type)
		return bad_value();
	if (parse_unsigned(arguments[2], &device.major) < 0 || parse_unsigned(arguments[3], &device.minor) < 0 ||
	    parse_number(arguments[4], 8, 07777, &mode) < 0 || parse_unsigned(arguments[5], &device.uid) < 0 ||
	    parse_unsigned(arguments[6], &device.gid) < 0)
		return -1;
	device.mode = (mode_t)mode | formats[type - types];
	return APPEND(&spec->devices, device);
}

static int parse_symlink(struct spec *spec, const char *const *arguments)
{
	return APPEND(&spec->links, (struct link_spec){ .target = arguments[0], .path = arguments[1] });
}

const struct directive filesystem_directives[] = {
	{ "lower", 1, parse_lower },
	{ "overlay-option", 1, parse_overlay_option },
	{ "mount", 5, parse_mount },
	{ "bind-store", 3, parse_bind_store },
	{ "bind-host", 3, parse_bind_host },
	{ "bind-ipc", 3, parse_bind_ipc },
	{ "bind-volume", 5, parse_bind_volume },
	{ "device", 7, parse_device },
	{ "symlink", 2, parse_symlink },
	{ "mask", 1, parse_mask },
	{ "readonly", 1, parse_readonly },
	{ "rootfs-readonly", 1, parse_rootfs_readonly },
	{ 0 },
};
