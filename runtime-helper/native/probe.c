#include "probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io.h"
#include "netlink.h"
#include "tree_remove.h"

static int pid_namespace(const struct store *store)
{
	(void)store;
	return unshare(CLONE_NEWPID);
}

static int uts_namespace(const struct store *store)
{
	(void)store;
	return unshare(CLONE_NEWUTS);
}

static int ipc_namespace(const struct store *store)
{
	(void)store;
	return unshare(CLONE_NEWIPC);
}

static int cgroup_namespace(const struct store *store)
{
	(void)store;
	return unshare(CLONE_NEWCGROUP);
}

static int network_namespace(const struct store *store)
{
	(void)store;
	return unshare(CLONE_NEWNET);
}

/* A mount namespace whose mounts reach nobody else. */
static int mount_namespace(const struct store *store)
{
	(void)store;
	return unshare(CLONE_NEWNS) < 0 ? -1 : mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

/* An overlay with its upper directory in `directory`, seen by nobody else. */
static int mount_overlay(int directory)
{
	static const char *const names[] = { "lower", "upper", "work", "merged" };
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (mkdirat(directory, names[i], 0700) < 0)
			return -1;
	if (fchdir(directory) < 0)
		return -1;
	return mount("overlay", "merged", "overlay", 0, "lowerdir=lower,upperdir=upper,workdir=work,index=off");
}

static int overlay(const struct store *store)
{
	if (mount_namespace(store) < 0 || mount("tmpfs", store->run, "tmpfs", 0, "size=1m") < 0)
		return -1;
	CLEANUP_CLOSE int directory = open(store->run, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return directory < 0 ? -1 : mount_overlay(directory);
}

/* The same where containers' upper directories will be: overlay itself, NFS and others can't hold them. */
static int overlay_in_store(const struct store *store)
{
	char name[32];
	snprintf(name, sizeof(name), ".probe-%d", (int)getpid());
	if (mount_namespace(store) < 0)
		return -1;
	/* By its path, not store->root_fd: overlay takes only directories of this mount namespace. */
	CLEANUP_CLOSE int root = open(store->root, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (root < 0 || mkdirat(root, name, 0700) < 0)
		return -1;
	CLEANUP_CLOSE int directory = open_beneath(root, name, O_RDONLY | O_DIRECTORY, 0);
	int result = directory < 0 ? -1 : mount_overlay(directory);
	int saved = errno;
	if (result == 0)
		umount2("merged", MNT_DETACH);
	tree_remove(root, name);
	errno = saved;
	return result;
}

static int devpts(const struct store *store)
{
	if (mount_namespace(store) < 0)
		return -1;
	return mount("devpts", store->run, "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620");
}

static int make_link(const char *kind)
{
	if (unshare(CLONE_NEWNET) < 0)
		return -1;
	struct netlink_batch batch = { 0 };
	struct ifinfomsg link = { 0 };
	netlink_begin(&batch, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, &link, sizeof(link));
	netlink_text(&batch, IFLA_IFNAME, "probe0");
	size_t info = netlink_open(&batch, IFLA_LINKINFO);
	netlink_text(&batch, IFLA_INFO_KIND, kind);
	netlink_close(&batch, info);
	return netlink_send(NETLINK_ROUTE, &batch);
}

static int bridge(const struct store *store)
{
	(void)store;
	return make_link("bridge");
}

static int veth(const struct store *store)
{
	(void)store;
	return make_link("veth");
}

static void add_nftables_message(struct netlink_batch *batch, uint16_t type, uint16_t flags, uint8_t family, uint16_t resource)
{
	struct nfgenmsg fixed = { .nfgen_family = family, .version = NFNETLINK_V0, .res_id = resource };
	netlink_begin(batch, type, flags, &fixed, sizeof(fixed));
}

/* A table with a chain that translates addresses, in a namespace of its own. */
static int nftables(const struct store *store)
{
	(void)store;
	if (unshare(CLONE_NEWNET) < 0)
		return -1;
	const uint16_t subsystem = htons(NFNL_SUBSYS_NFTABLES), create = NLM_F_CREATE | NLM_F_ACK;
	const uint32_t hook = htonl(NF_INET_POST_ROUTING), priority = htonl(100);
	struct netlink_batch batch = { 0 };
	add_nftables_message(&batch, NFNL_MSG_BATCH_BEGIN, 0, NFPROTO_UNSPEC, subsystem);
	add_nftables_message(&batch, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE, create, NFPROTO_IPV4, 0);
	netlink_text(&batch, NFTA_TABLE_NAME, "probe");
	add_nftables_message(&batch, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWCHAIN, create, NFPROTO_IPV4, 0);
	netlink_text(&batch, NFTA_CHAIN_TABLE, "probe");
	netlink_text(&batch, NFTA_CHAIN_NAME, "probe");
	netlink_text(&batch, NFTA_CHAIN_TYPE, "nat");
	size_t open = netlink_open(&batch, NFTA_CHAIN_HOOK);
	netlink_u32(&batch, NFTA_HOOK_HOOKNUM, hook);
	netlink_u32(&batch, NFTA_HOOK_PRIORITY, priority);
	netlink_close(&batch, open);
	add_nftables_message(&batch, NFNL_MSG_BATCH_END, 0, NFPROTO_UNSPEC, subsystem);
	return netlink_send(NETLINK_NETFILTER, &batch);
}

static int seccomp(const struct store *store)
{
	(void)store;
	const uint32_t action = SECCOMP_RET_ERRNO;
	return (int)syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action);
}

static int openat2_call(const struct store *store)
{
	CLEANUP_CLOSE int fd = open_beneath(store->root_fd, "containers", O_RDONLY | O_DIRECTORY, 0);
	return fd < 0 ? -1 : 0;
}

static int cgroup2(const struct store *store)
{
	errno = ENOENT;
	return store->cgroup_fd < 0 ? -1 : 0;
}

static const struct {
	const char *name;
	int (*attempt)(const struct store *store);
} probes[] = {
	{ "pid", pid_namespace },	  { "mount", mount_namespace }, { "uts", uts_namespace },
	{ "ipc", ipc_namespace },	  { "net", network_namespace }, { "cgroup", cgroup_namespace },
	{ "overlay", overlay },		  { "overlay-store", overlay_in_store },
	{ "devpts", devpts },		  { "bridge", bridge },		{ "veth", veth },
	{ "nftables", nftables },	  { "seccomp", seccomp },	{ "openat2", openat2_call },
	{ "cgroup2", cgroup2 },
};

/* In a process of its own, whose end takes all that it made along. Returns 0, or the errno that it met. */
static int attempt(const struct store *store, size_t index)
{
	pid_t pid = fork();
	if (pid == 0)
		_exit(probes[index].attempt(store) < 0 ? (errno & 0xff) : 0);
	int status = 0;
	if (pid < 0)
		return errno;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : ECANCELED;
}

int probe_run(const struct store *store, const struct request *request, int reply_fd)
{
	static char numbers[ARRAY_LENGTH(probes)][16];
	const char *arguments[2 * ARRAY_LENGTH(probes)];
	/* The spawner has its children reaped by the kernel; here their ends are what we want to know. */
	signal(SIGCHLD, SIG_DFL);
	for (size_t i = 0; i < ARRAY_LENGTH(probes); i++) {
		snprintf(numbers[i], sizeof(numbers[i]), "%d", attempt(store, i));
		arguments[2 * i] = probes[i].name;
		arguments[2 * i + 1] = numbers[i];
	}
	reply_ok(reply_fd, request->id, ARRAY_LENGTH(arguments), arguments);
	return 0;
}
