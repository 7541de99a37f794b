/* floor LOWER SCRATCH BRIDGE|- PROGRAM ARGUMENTS…: the bare system calls of a container, and nothing that makes it useful or safe.
 *
 * All namespaces with one clone3, an overlay on LOWER with a snapshot below SCRATCH, /proc, /dev and /dev/pts, pivot_root, and with a
 * BRIDGE a veth pair with an address and a default route by netlink; exec, wait, and the snapshot's removal. What an engine
 * takes beyond this is its own. The address is derived from the pid: 10.213.x.y/16, gateway 10.213.0.1. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
	_exit(125);
}

#define MUST(call) \
	do { \
		if ((call) < 0) \
			die(#call); \
	} while (0)

static struct {
	struct nlmsghdr header;
	char body[1024];
} message;

static void begin(int type, int flags, const void *fixed, size_t length)
{
	memset(&message, 0, sizeof(message));
	message.header.nlmsg_type = (uint16_t)type;
	message.header.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
	message.header.nlmsg_len = (uint32_t)NLMSG_LENGTH(length);
	memcpy(NLMSG_DATA(&message.header), fixed, length);
}

static struct rtattr *attribute(int type, const void *data, size_t length)
{
	struct rtattr *at = (void *)((char *)&message + NLMSG_ALIGN(message.header.nlmsg_len));
	at->rta_type = (unsigned short)type;
	at->rta_len = (unsigned short)RTA_LENGTH(length);
	if (length > 0)
		memcpy(RTA_DATA(at), data, length);
	message.header.nlmsg_len = NLMSG_ALIGN(message.header.nlmsg_len) + RTA_ALIGN(at->rta_len);
	return at;
}

static void nest_end(struct rtattr *nest)
{
	nest->rta_len = (unsigned short)((char *)&message + message.header.nlmsg_len - (char *)nest);
}

static void request(int fd, const char *what)
{
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char rest[1024];
	} answer;
	if (send(fd, &message, message.header.nlmsg_len, 0) < 0 || recv(fd, &answer, sizeof(answer), 0) < 0)
		die(what);
	errno = -answer.error.error;
	if (errno != 0)
		die(what);
}

static int netlink(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	MUST(fd);
	return fd;
}

static void plug(const char *bridge, pid_t pid)
{
	struct ifinfomsg up = { .ifi_flags = IFF_UP, .ifi_change = IFF_UP }, none = { 0 };
	char name[IFNAMSIZ];
	uint32_t master = if_nametoindex(bridge), owner = (uint32_t)pid;
	int fd = netlink();
	snprintf(name, sizeof(name), "fl%d", (int)pid);
	begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &up, sizeof(up));
	attribute(IFLA_IFNAME, name, strlen(name) + 1);
	attribute(IFLA_MASTER, &master, sizeof(master));
	struct rtattr *info = attribute(IFLA_LINKINFO, NULL, 0);
	attribute(IFLA_INFO_KIND, "veth", 5);
	struct rtattr *data = attribute(IFLA_INFO_DATA, NULL, 0);
	struct rtattr *peer = attribute(VETH_INFO_PEER, &none, sizeof(none));
	attribute(IFLA_IFNAME, "eth0", 5);
	attribute(IFLA_NET_NS_PID, &owner, sizeof(owner));
	nest_end(peer);
	nest_end(data);
	nest_end(info);
	request(fd, "veth");
	close(fd);
}

static void configure(uint32_t address)
{
	int fd = netlink();
	uint32_t gateway = htonl(0x0ad50001), index = if_nametoindex("eth0");
	struct ifinfomsg loopback = { .ifi_index = 1, .ifi_flags = IFF_UP, .ifi_change = IFF_UP };
	struct ifinfomsg link = { .ifi_index = (int)index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP };
	struct ifaddrmsg own = { .ifa_family = AF_INET, .ifa_prefixlen = 16, .ifa_index = index };
	struct rtmsg route = { .rtm_family = AF_INET, .rtm_table = RT_TABLE_MAIN, .rtm_protocol = RTPROT_BOOT,
			       .rtm_scope = RT_SCOPE_UNIVERSE, .rtm_type = RTN_UNICAST };
	begin(RTM_NEWLINK, 0, &loopback, sizeof(loopback));
	request(fd, "lo");
	begin(RTM_NEWLINK, 0, &link, sizeof(link));
	request(fd, "eth0");
	begin(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &own, sizeof(own));
	attribute(IFA_LOCAL, &address, sizeof(address));
	attribute(IFA_ADDRESS, &address, sizeof(address));
	request(fd, "address");
	begin(RTM_NEWROUTE, NLM_F_CREATE, &route, sizeof(route));
	attribute(RTA_GATEWAY, &gateway, sizeof(gateway));
	attribute(RTA_OIF, &index, sizeof(index));
	request(fd, "route");
	close(fd);
}

static _Noreturn void init(char **argv, const char *snapshot, int sync)
{
	char options[3 * 4096], merged[4096], byte;
	uint32_t number = 0;
	snprintf(merged, sizeof(merged), "%s/merged", snapshot);
	snprintf(options, sizeof(options), "lowerdir=%s,upperdir=%s/upper,workdir=%s/work", argv[1], snapshot, snapshot);
	MUST(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	MUST(mount("overlay", merged, "overlay", 0, options));
	MUST(chdir(merged));
	MUST(mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL));
	MUST(mount("tmpfs", "dev", "tmpfs", MS_NOSUID, "mode=755,size=64k"));
	MUST(mkdir("dev/pts", 0755));
	MUST(mount("devpts", "dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620"));
	MUST(syscall(SYS_pivot_root, ".", "."));
	MUST(umount2(".", MNT_DETACH));
	MUST(sethostname("floor", 5));
	if (strcmp(argv[3], "-") != 0) {
		MUST(read(sync, &number, sizeof(number)));
		configure(htonl(0x0ad50002 + number % 65000));
	} else {
		MUST(read(sync, &byte, 1));
	}
	execv(argv[4], argv + 4);
	die(argv[4]);
}

static void snapshot_path(const char *snapshot, const char *name, void (*act)(const char *))
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", snapshot, name);
	act(path);
}

static void make(const char *path)
{
	MUST(mkdir(path, 0755));
}

static void take_away(const char *path)
{
	MUST(rmdir(path));
}

int main(int argc, char **argv)
{
	int sync[2], status;
	char snapshot[4000];
	if (argc < 5)
		return 125;
	snprintf(snapshot, sizeof(snapshot), "%s/%d", argv[2], (int)getpid());
	static const char *const made[] = { "upper", "work", "merged" };
	make(snapshot);
	for (int i = 0; i < 3; i++)
		snapshot_path(snapshot, made[i], make);
	MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sync));
	struct clone_args arguments = {
		.flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWCGROUP,
		.exit_signal = SIGCHLD,
	};
	pid_t pid = (pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments));
	MUST(pid);
	if (pid == 0)
		init(argv, snapshot, sync[1]);
	if (strcmp(argv[3], "-") != 0)
		plug(argv[3], pid);
	uint32_t number = (uint32_t)pid;
	MUST(write(sync[0], &number, sizeof(number)));
	MUST(waitpid(pid, &status, 0));
	static const char *const unmade[] = { "work/work", "work", "upper", "merged" };
	for (int i = 0; i < 4; i++)
		snapshot_path(snapshot, unmade[i], take_away);
	take_away(snapshot);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
