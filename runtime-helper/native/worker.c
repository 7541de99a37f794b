#include "worker.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "device_program.h"
#include "io.h"
#include "request.h"
#include "rights.h"

/* What a worker tells the spawner; with SHARES come the content and a descriptor. */
enum word { WORD_TOOK, WORD_ANSWERED, WORD_SHARES, WORD_END };

struct message {
	enum word word;
	uint32_t id;
};

/* The worker's end; the spawner sees it close when the worker dies. */
static int spawner_fd = -1;

/* What the one who waits for a request has come to: told without a message, so that it is known however he dies. NULL: nobody knows. */
static struct {
	uint32_t id; /* 0: nothing has come */
	uint32_t is_whole;
} *taking;

static void begin_taking(void)
{
	void *page = taking ? taking : mmap(NULL, sizeof(*taking), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	taking = page == MAP_FAILED ? NULL : page;
	if (taking)
		taking->id = taking->is_whole = 0;
}

static int grow(struct workers *workers)
{
	size_t capacity = workers->capacity == 0 ? 16 : workers->capacity * 2;
	struct pollfd *entries = realloc(workers->entries, capacity * sizeof(*entries));
	if (!entries)
		return -1;
	workers->entries = entries;
	uint32_t *ids = realloc(workers->ids, capacity * sizeof(*ids));
	if (!ids)
		return -1;
	workers->ids = ids;
	workers->capacity = capacity;
	return 0;
}

static void forget(struct workers *workers, size_t at)
{
	close(workers->entries[at].fd);
	workers->count--;
	workers->entries[at] = workers->entries[workers->count];
	workers->ids[at] = workers->ids[workers->count];
}

/* The ends of the others are none of a worker's business. Who has taken a request outlives the spawner, which must see nobody but
 * the spawner take the next one. */
static void become_worker(const struct workers *workers, pid_t spawner, const int ends[2])
{
	for (size_t i = 0; i < workers->count; i++)
		close(workers->entries[i].fd);
	close(ends[0]);
	spawner_fd = ends[1];
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != spawner)
		_exit(1);
}

pid_t workers_fork(struct workers *workers)
{
	int ends[2];
	if (workers->count == workers->capacity && grow(workers) < 0)
		return -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0)
		return -1;
	begin_taking();
	pid_t spawner = getpid();
	pid_t pid = fork();
	if (pid == 0) {
		become_worker(workers, spawner, ends);
		return 0;
	}
	int saved = errno;
	close(ends[1]);
	if (pid < 0)
		close(ends[0]);
	errno = saved;
	if (pid < 0)
		return -1;
	workers->entries[workers->count] = (struct pollfd){ .fd = ends[0], .events = POLLIN };
	workers->ids[workers->count++] = 0;
	workers->one_waits = true;
	return pid;
}

static void answer_for(struct workers *workers, size_t at, int reply_fd)
{
	struct failure failure;
	uint32_t id = workers->ids[at];
	if (id == 0) {
		workers->one_waits = false;
		id = taking ? taking->id : 0;
		/* What is left of it would be read as the next one. */
		workers->at_end |= id != 0 && !taking->is_whole;
	}
	if (id == 0)
		return;
	fail_with(&failure, STAGE_REQUEST, 0, "its process was killed before it could answer");
	reply_error(reply_fd, id, &failure);
}

/* Takes one message. */
static void hear(struct workers *workers, size_t at, int reply_fd)
{
	struct message message;
	uint8_t shared[MAX_DEVICE_PROGRAM];
	struct iovec parts[] = { { &message, sizeof(message) }, { shared, sizeof(shared) } };
	CLEANUP_CLOSE int descriptor = -1;
	ssize_t length = rights_receive(workers->entries[at].fd, parts, ARRAY_LENGTH(parts), &descriptor);
	if (length < 0 && errno == EAGAIN)
		return;
	if (length < (ssize_t)sizeof(message)) {
		answer_for(workers, at, reply_fd);
		forget(workers, at);
		return;
	}
	switch (message.word) {
	case WORD_TOOK:
		workers->ids[at] = message.id;
		workers->one_waits = false;
		break;
	case WORD_ANSWERED:
		forget(workers, at);
		break;
	case WORD_SHARES:
		device_program_keep(shared, (size_t)length - sizeof(message), take_fd(&descriptor));
		break;
	case WORD_END:
		workers->at_end = true;
		break;
	}
}

bool workers_wait(struct workers *workers, int reply_fd)
{
	while (workers->one_waits && !workers->at_end) {
		if (poll(workers->entries, workers->count, -1) < 0) {
			if (errno != EINTR)
				return false;
			continue;
		}
		/* From the end: what is gone is replaced by the last one. */
		for (size_t at = workers->count; at-- > 0;)
			if (workers->entries[at].revents != 0)
				hear(workers, at, reply_fd);
	}
	return !workers->at_end;
}

/* Nobody listens any more when the spawner has ended. */
static void say(enum word word, uint32_t id, const void *content, size_t length, int descriptor)
{
	struct message message = { .word = word, .id = id };
	struct iovec parts[] = { { &message, sizeof(message) }, { (void *)(uintptr_t)content, length } };
	if (spawner_fd >= 0)
		rights_send(spawner_fd, parts, ARRAY_LENGTH(parts), descriptor);
}

void worker_takes(uint32_t id)
{
	if (taking)
		taking->id = id;
}

void worker_took(uint32_t id)
{
	if (taking)
		taking->is_whole = 1;
	say(WORD_TOOK, id, NULL, 0, -1);
	prctl(PR_SET_PDEATHSIG, 0);
}

void worker_answered(void)
{
	say(WORD_ANSWERED, 0, NULL, 0, -1);
	close_and_forget(&spawner_fd);
}

void worker_end_of_requests(void)
{
	say(WORD_END, 0, NULL, 0, -1);
}

void worker_share(const void *content, size_t length, int descriptor)
{
	say(WORD_SHARES, 0, content, length, descriptor);
}
