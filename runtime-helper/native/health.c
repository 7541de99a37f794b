#include "health.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "container.h"
#include "records.h"

const char *health_word(enum health_status status)
{
	static const char *const words[] = { [HEALTH_STARTING] = "starting", [HEALTHY] = "healthy", [UNHEALTHY] = "unhealthy" };
	return words[status];
}

static const struct health_spec *spec_of(const struct health *health)
{
	return &health->container->spec.health;
}

/* While a container is starting it is looked at more often. */
static void plan_next(struct health *health)
{
	const struct health_spec *spec = spec_of(health);
	const uint64_t now = monotonic_ms();
	const bool starts = health->status == HEALTH_STARTING && now - health->started < spec->start_period;
	health->due = now + (starts ? spec->start_interval : spec->interval);
}

void health_begin(struct health *health, struct container *container)
{
	*health = HEALTH_INITIALLY;
	if (container->spec.health.arguments.count == 0)
		return;
	health->container = container;
	health->started = monotonic_ms();
	plan_next(health);
}

static int reap(struct health *health)
{
	int status = 0;
	while (waitpid(health->pid, &status, 0) < 0 && errno == EINTR)
		;
	close_and_forget(&health->pid_fd);
	health->pid = 0;
	return status;
}

/* The check takes its command along. */
static void cancel(struct health *health)
{
	if (health->pid <= 0)
		return;
	kill(health->pid, SIGTERM);
	reap(health);
}

void health_end(struct health *health)
{
	cancel(health);
	*health = HEALTH_INITIALLY;
}

void health_pause(struct health *health, bool paused)
{
	if (!health->container)
		return;
	cancel(health);
	health->due = 0;
	if (!paused)
		plan_next(health);
}

int health_timeout(const struct health *health, int timeout)
{
	if (!health || !health->container || health->due == 0)
		return timeout;
	const uint64_t now = monotonic_ms();
	uint64_t left = health->due > now ? health->due - now : 0;
	if (left > INT32_MAX)
		left = INT32_MAX;
	return timeout >= 0 && timeout < (int)left ? timeout : (int)left;
}

/* As Docker's, to which a check is an exec as any other. `exit_code` -1: none yet. */
static void record_check(const struct health *health, const char *event, int exit_code)
{
	struct container *container = health->container;
	const char *words = container->spec.health.words;
	char action[1024], detail[96], code[32] = "";
	if (!words)
		return;
	if (exit_code < 0)
		snprintf(action, sizeof(action), "%s: %s", event, words);
	else
		snprintf(action, sizeof(action), "%s", event);
	if (exit_code >= 0)
		snprintf(code, sizeof(code), "\"exitCode\":\"%d\",", exit_code);
	snprintf(detail, sizeof(detail), "%s\"execID\":\"%016llx\"", code, (unsigned long long)health->begun);
	record_event(container, action, detail);
}

static void start(struct health *health)
{
	const pid_t monitor = getpid();
	health->due = 0;
	health->begun = monotonic_ms();
	pid_t pid = fork();
	if (pid == 0)
		health_check_main(health, monitor);
	/* Without memory for a process nothing can be said: the next one may have it. */
	if (pid < 0) {
		plan_next(health);
		return;
	}
	health->pid = pid;
	record_check(health, "exec_create", -1);
	record_check(health, "exec_start", -1);
	health->pid_fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (health->pid_fd < 0) {
		cancel(health);
		plan_next(health);
	}
}

/* moby, daemon/health.go: a container that has never been healthy may fail for as long as its start period lasts. */
void health_count(struct health *health, bool passed)
{
	const struct health_spec *spec = spec_of(health);
	if (passed) {
		health->failing_streak = 0;
		health->status = HEALTHY;
		return;
	}
	if (health->status == HEALTH_STARTING && health->begun - health->started < spec->start_period)
		return;
	if (++health->failing_streak >= spec->retries)
		health->status = UNHEALTHY;
}

static void finish(struct health *health)
{
	const enum health_status before = health->status;
	int status = reap(health);
	record_check(health, "exec_die", WIFEXITED(status) ? WEXITSTATUS(status) : 1);
	health_count(health, WIFEXITED(status) && WEXITSTATUS(status) == 0);
	plan_next(health);
	if (health->status == before)
		return;
	char action[32];
	snprintf(action, sizeof(action), "health_status: %s", health_word(health->status));
	record_state(health->container, "running");
	record_event(health->container, action, "");
}

void health_serve(struct health *health)
{
	siginfo_t ended = { 0 };
	if (!health || !health->container)
		return;
	if (health->pid > 0 && waitid(P_PID, (id_t)health->pid, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == health->pid)
		finish(health);
	else if (health->due != 0 && monotonic_ms() >= health->due)
		start(health);
}
