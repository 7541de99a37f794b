/* The process that answers names: it comes with a question, and goes when there has been none for a while. */
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "io.h"
#include "resolver.h"
#include "resolver_confine.h"
#include "resolver_server.h"

#define IDLE_MS 5000
/* Who comes after it reads the host's resolv.conf anew. */
#define OLD_MS 30000
/* At once, before others have their turn. */
#define DATAGRAMS 32

enum { SLOT_UDP, SLOT_TCP, SLOT_CLIENTS, SLOT_QUERIES = SLOT_CLIENTS + RESOLVER_CLIENTS, SLOTS = SLOT_QUERIES + RESOLVER_QUERIES };

static uint64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void server_answer(struct server *server, const struct asker *asker, const uint8_t *answer, size_t length)
{
	if (asker->client >= 0)
		tcp_clients_answer(server, asker->client, answer, length);
	else
		/* Who has no room for it asks again. */
		sendto(server->udp_fd, answer, length, MSG_DONTWAIT, (const struct sockaddr *)&asker->address, sizeof(asker->address));
}

/* DNS_OK: perhaps somebody else knows the name. */
static enum dns_code unknown(const struct server *server)
{
	return server->config.internal || server->upstream.count == 0 ? DNS_NO_SUCH_NAME : DNS_OK;
}

void server_take(struct server *server, const uint8_t *message, size_t length, const struct asker *asker)
{
	uint8_t bytes[DNS_MOST_SPACE];
	struct dns_question question;
	struct dns_reply reply;
	int code = dns_parse(message, length, &question);
	if (code < 0) {
		/* By TCP somebody waits for this one's turn to be over. */
		if (asker->client >= 0)
			server->clients[asker->client].asked = false;
		return;
	}
	const size_t space = asker->client >= 0 ? sizeof(bytes) : question.space;
	dns_begin(&reply, bytes, space, message, code == DNS_OK ? &question : NULL, (enum dns_code)code);
	if (code == DNS_OK) {
		resolver_config_read(&server->config, server->config_fd);
		if (question.kind != 1 || !dns_names_answer(&server->places, &server->config, &question, &reply)) {
			enum dns_code told = unknown(server);
			if (told == DNS_OK && upstream_ask(server, message, length, asker))
				return;
			dns_begin(&reply, bytes, space, message, &question, told == DNS_OK ? DNS_SERVER_FAILED : told);
		}
	}
	server_answer(server, asker, bytes, dns_end(&reply));
}

static void read_datagrams(struct server *server)
{
	static uint8_t message[RESOLVER_MOST_QUESTION];
	for (int i = 0; i < DATAGRAMS; i++) {
		struct asker asker = { .client = -1 };
		socklen_t size = sizeof(asker.address);
		ssize_t length = recvfrom(server->udp_fd, message, sizeof(message), MSG_DONTWAIT, (struct sockaddr *)&asker.address, &size);
		if (length < 0)
			return;
		server_take(server, message, (size_t)length, &asker);
	}
}

static void keep_earlier(uint64_t *deadline, uint64_t other)
{
	if (other < *deadline)
		*deadline = other;
}

/* When there is something to be done though nothing has come. `busy`: somebody still waits for something. */
static uint64_t next_deadline(const struct server *server, bool *busy)
{
	uint64_t deadline = UINT64_MAX;
	for (size_t i = 0; i < RESOLVER_QUERIES; i++)
		if (server->queries[i].used)
			keep_earlier(&deadline, server->queries[i].deadline);
	for (size_t i = 0; i < RESOLVER_CLIENTS; i++)
		if (server->clients[i].fd >= 0 && !server->clients[i].asked)
			keep_earlier(&deadline, server->clients[i].deadline);
	*busy = deadline != UINT64_MAX;
	return deadline;
}

static void watch(const struct server *server, struct pollfd polled[SLOTS])
{
	polled[SLOT_UDP] = (struct pollfd){ server->udp_fd, POLLIN, 0 };
	polled[SLOT_TCP] = (struct pollfd){ server->tcp_fd, POLLIN, 0 };
	tcp_clients_watch(server, polled + SLOT_CLIENTS);
	upstream_watch(server, polled + SLOT_QUERIES);
}

/* Waits no longer than to the deadline, and does what there is to do. True: somebody new has asked. */
static bool serve_once(struct server *server, uint64_t deadline)
{
	struct pollfd polled[SLOTS];
	watch(server, polled);
	int ready = poll(polled, SLOTS, deadline > server->now ? (int)(deadline - server->now) : 0);
	server->now = now_ms();
	if (ready < 0)
		return false;
	upstream_serve(server, polled + SLOT_QUERIES);
	tcp_clients_serve(server, polled + SLOT_CLIENTS);
	if (polled[SLOT_TCP].revents)
		tcp_clients_accept(server);
	if (polled[SLOT_UDP].revents)
		read_datagrams(server);
	return polled[SLOT_TCP].revents || polled[SLOT_UDP].revents;
}

static void serve(struct server *server)
{
	const uint64_t born = now_ms();
	server->now = born;
	for (uint64_t last = born;;) {
		bool busy;
		uint64_t deadline = next_deadline(server, &busy);
		if (!busy && (server->now - last >= IDLE_MS || server->now - born >= OLD_MS))
			return;
		if (!busy)
			deadline = last + IDLE_MS;
		if (serve_once(server, deadline))
			last = server->now;
	}
}

/* The first descriptors are what is needed, and there are no others: the monitor's lock, above all, is the monitor's alone. */
static int keep_descriptors(struct server *server)
{
	int *const interfaces = &server->places.interfaces_fd;
	int *const all[] = { &server->udp_fd, &server->tcp_fd, &server->places.networks_fd, &server->config_fd, interfaces };
	const size_t count = ARRAY_LENGTH(all) - (*interfaces < 0);
	for (size_t i = 0; i < count; i++)
		/* All are above where they go: a monitor's 0 to 2 are /dev/null. */
		if (*all[i] < (int)count && (*all[i] = fcntl(*all[i], F_DUPFD_CLOEXEC, (int)count)) < 0)
			return -1;
	for (size_t i = 0; i < count; i++) {
		if (dup3(*all[i], (int)i, O_CLOEXEC) < 0)
			return -1;
		*all[i] = (int)i;
	}
	return (int)syscall(SYS_close_range, (unsigned)count, ~0U, 0U);
}

/* What it may ask others for: what was given, from inside the container; else as the host does, and from there. */
static int find_upstream(struct server *server, int init_fd)
{
	server->upstream = server->config.given;
	if (server->upstream.count > 0)
		return setns(init_fd, CLONE_NEWNET);
	resolver_config_host(&server->upstream, "/etc/resolv.conf");
	return 0;
}

/* Whoever is in another network namespace than its /sys sees other interfaces there: our own is not among them. */
static int open_interfaces(const char *id)
{
	CLEANUP_CLOSE int fd = open("/sys/class/net", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 && dns_has_interface(fd, id) ? take_fd(&fd) : -1;
}

static int set_up(struct server *server, const struct resolver *resolver, pid_t monitor)
{
	const struct store *store = resolver->store;
	server->udp_fd = resolver->udp_fd;
	server->tcp_fd = resolver->tcp_fd;
	server->places.networks_fd = open_beneath(store->root_fd, "networks", O_RDONLY | O_DIRECTORY, 0);
	server->places.interfaces_fd = open_interfaces(resolver->id);
	server->config_fd = open_beneath(resolver->container_fd, "resolver", O_RDONLY | O_NONBLOCK, 0);
	for (size_t i = 0; i < RESOLVER_CLIENTS; i++)
		server->clients[i].fd = -1;
	for (size_t i = 0; i < RESOLVER_QUERIES; i++)
		server->queries[i].fd = -1;
	if (server->places.networks_fd < 0 || server->config_fd < 0 || fchdir(server->places.networks_fd) < 0)
		return -1;
	/* Half-written just now: what is asked for later is read again. */
	if (!resolver_config_read(&server->config, server->config_fd))
		server->config.internal = true;
	if (find_upstream(server, resolver->init_fd) < 0 || keep_descriptors(server) < 0)
		return -1;
	return resolver_confine(store, monitor);
}

void resolver_main(const void *resolver, pid_t monitor)
{
	static struct server server;
	prctl(PR_SET_NAME, "skiff-resolver");
	signal(SIGPIPE, SIG_IGN);
	if (set_up(&server, resolver, monitor) < 0)
		_exit(1);
	serve(&server);
	_exit(0);
}
