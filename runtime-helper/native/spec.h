/* What `create` and `exec` ask for, parsed from directives. Strings point into the request. */
#ifndef SKIFF_SPEC_H
#define SKIFF_SPEC_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "errors.h"
#include "request.h"
#include "restart.h"

/* A list of pointers, NULL-terminated, so that it serves as argv and envp. */
struct strings {
	size_t count;
	const char **items;
};

struct mount_spec {
	enum { MOUNT_FILESYSTEM, MOUNT_BIND_STORE, MOUNT_BIND_HOST, MOUNT_VOLUME, MOUNT_BIND_IPC } kind;
	const char *type;
	const char *source;
	const char *target;
	unsigned long flags;
	const char *data;
	const char *subpath; /* of a volume; empty: all of it */
	bool copy;	     /* an empty volume takes the image's content */
	int tree_fd;	     /* the source, opened before: binds_open_shared; -1: not */
};

struct device_spec {
	const char *path;
	mode_t mode;
	unsigned major, minor;
	uid_t uid;
	gid_t gid;
};

struct link_spec {
	const char *target;
	const char *path;
};

struct device_rule {
	bool allow;
	char type;
	long major, minor; /* -1: any */
	unsigned access;   /* BPF_DEVCG_ACC_* */
};

/* A value for one file of the container's cgroup, under the names that it has in version 2 and in version 1; empty: it has none. */
struct resource_spec {
	const char *controller; /* version 1's name of it */
	const char *legacy_file, *legacy_value;
	const char *file, *value;
};

/* A network or volume: what the journal says of it when a life begins and when it ends. */
struct use_spec {
	const char *type, *id;
	const char *begin, *begin_attributes;
	const char *end, *end_attributes;
};

struct limit_spec {
	int resource;
	struct rlimit limit;
};

struct pair_spec {
	const char *key;
	const char *value;
};

/* A namespace of another container's. */
struct joined_namespace {
	const char *id; /* NULL: none */
	uint64_t kind;	/* CLONE_NEW* */
	int fd;		/* a pidfd of its PID 1: namespaces_open */
};

/* One network. An empty text: no address, or no default route, of that family. */
struct network_spec {
	const char *bridge;
	const char *veth;      /* the host's end */
	const char *interface; /* the container's */
	const char *address, *gateway;
	const char *address6, *gateway6; /* addresses with the prefix's length */
	const char *mac;
	unsigned mtu;
	/* What the firewall knows of it: nothing goes in or out; what goes out has the host's address. */
	bool internal, masquerade;
};
#define NETWORK_ARGUMENTS 10

/* A published port: the first one of `first` to `last` that is free on the host (0: any). */
struct publish_spec {
	int protocol;	     /* IPPROTO_* */
	const char *host_ip; /* empty: all of the host's, IPv4 and IPv6 */
	uint16_t first, last;
	uint16_t port;
	const char *address, *address6; /* the container's, without prefix; empty: none */
};

/* A namespace that a path leads to. */
struct path_namespace {
	uint64_t kind; /* CLONE_NEW* */
	const char *path;
	int fd; /* namespaces_open */
};

/* A line of uid_map or gid_map: user_namespaces(7). */
struct id_map {
	bool groups;
	unsigned inside, outside, count;
};

/* A program that runs at one moment of a container's life: config.md, "POSIX-platform Hooks". */
struct hook_spec {
	enum { HOOK_CREATE_CONTAINER, HOOK_START_CONTAINER } when;
	const char *path;
	unsigned timeout; /* seconds; 0: any */
	struct strings arguments, environment;
};

/* A command that says whether the container is well. Times in milliseconds. */
struct health_spec {
	struct strings arguments; /* empty: there is none */
	const char *words; /* they, for a string of JSON; NULL: nobody is told of checks */
	uint64_t interval, timeout, start_period, start_interval;
	unsigned retries;
};

enum stdin_mode { STDIN_NULL, STDIN_OPEN, STDIN_ONCE };

#define LIST(type)             \
	struct {               \
		size_t count;  \
		type *items;   \
	}

/* What only containers of skiff-oci have. */
struct bundle_spec {
	const char *rootfs; /* NULL: it is none of them */
	unsigned long propagation; /* of the root, once it is that; 0: private */
	const char *directory; /* where its socket is */
	const char *console_socket;
	const char *cgroup;
	unsigned preserved; /* descriptors from 3 on that the process gets */
	bool outer_hooks;   /* somebody wants to be told when the mounts are made */
	bool wait;
	const char *personality; /* a number, or NULL */
	unsigned umask;
	LIST(struct path_namespace) namespaces;
	LIST(struct id_map) id_maps;
	LIST(struct hook_spec) hooks;
	int start_fd, directory_fd; /* the bundle's to open */
	pid_t init; /* exec only: the container's PID 1, as the host has it; 0: none */
};

/* Another OCI runtime, which makes the processes in our place. */
struct runtime_spec {
	const char *path; /* NULL: none */
	struct strings options;
	/* It leaves cgroups alone: it is started in the container's. */
	bool placed;
	/* It takes no cgroup2 hierarchy beside those of version 1: it is not shown that one. */
	bool hides_unified;
	/* config.json, or a process's part of it, around what is looked up in the container: the user, and HOME (empty: no HOME). */
	const char *process[3];
	const char *check[3]; /* the same for the health check */
};

struct spec {
	const char *id;
	const char *session; /* exec and enter only */
	int joins; /* enter only: CLONE_NEW* */
	const char *hostname;
	const char *domainname; /* NULL: the host's */
	const char *label;
	const char *cgroup_parent; /* NULL: the store's group is at the root */
	struct strings lowers;
	struct strings overlay_options;
	LIST(struct mount_spec) mounts;
	LIST(struct device_spec) devices;
	LIST(struct link_spec) links;
	struct strings masks;
	struct strings readonly_paths;
	bool rootfs_readonly;
	bool host_network;
	uint64_t host_namespaces; /* CLONE_NEW* of the others that are the host's */
	struct joined_namespace joined[3];
	const char *network_of; /* the container whose network namespace is joined; NULL: none */
	int network_fd;		/* and a pidfd of its PID 1: the monitor's to open */
	LIST(struct network_spec) networks;
	LIST(struct publish_spec) ports;
	bool resolver; /* answers DNS at 127.0.0.11 in the namespace */
	struct strings arguments;
	struct strings environment;
	const char *cwd;
	const char *user;
	LIST(gid_t) groups;
	struct strings group_names; /* or numbers: looked up in the container */
	struct {
		uint64_t bounding, effective, permitted, inheritable, ambient;
	} capabilities;
	bool no_new_privileges;
	const char *apparmor; /* profile that exec enters; NULL: as it is */
	bool init;	      /* PID 1 is our own reaper */
	bool seccomp; /* the built-in filter, unless there is another */
	LIST(struct sock_filter) seccomp_program;
	LIST(struct device_rule) device_rules;
	LIST(struct resource_spec) resources;
	LIST(struct limit_spec) limits;
	LIST(struct pair_spec) sysctls;
	const char *oom_score_adj; /* NULL: as it is */
	bool terminal;
	unsigned columns, rows;
	enum stdin_mode stdin_mode;
	bool gate;
	struct strings exit_unlinks;
	struct strings exit_volumes; /* removed at the end of a container that is */
	bool auto_remove;
	/* A file unless said so; bytes of one file (0: no limit), and how many. */
	bool log_discarded;
	uint64_t log_max_size;
	unsigned log_max_files;
	enum restart_policy restart_policy;
	unsigned restart_limit;
	struct health_spec health;
	const char *event_attributes; /* members of a JSON object; NULL: none */
	LIST(struct use_spec) uses;
	struct bundle_spec bundle;
	struct runtime_spec runtime;
};

/* Parses all strings after the verb. Memory is never given back: it belongs to a process that parses one request. */
/* A process is described. */
int spec_parse(struct spec *spec, const struct request *request, struct failure *failure);

/* Whatever is described, of the container that is named. */
int spec_parse_any(struct spec *spec, const struct request *request, struct failure *failure);

/* The directive at string `at`, which is then the one behind it. */
int spec_parse_next(struct spec *spec, const struct request *request, size_t *at, struct failure *failure);

/* The arguments of the directive `network`. -1 and EINVAL when they are none. */
int network_spec_parse(const char *const *arguments, struct network_spec *network);

/* 64 lower-case hexadecimal digits. */
bool is_container_id(const char *text);

#endif
