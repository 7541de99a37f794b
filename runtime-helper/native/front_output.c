#include "front_output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "front_message.h"
#include "front_terminal.h"
#include "io.h"

void front_output_open(struct front_output *output)
{
	*output = (struct front_output){ { terminal_reopen(STDOUT_FILENO, O_WRONLY), terminal_reopen(STDERR_FILENO, O_WRONLY) }, 0 };
}

void front_output_close(struct front_output *output)
{
	for (size_t i = 0; i < ARRAY_LENGTH(output->fds); i++)
		if (output->fds[i] > STDERR_FILENO)
			close(output->fds[i]);
}

int front_output_fd(const struct front_output *output, const struct stream_frame *frame)
{
	return output->fds[frame->type == STREAM_STDERR];
}

/* As a program ends that writes for a reader who has left: quietly. */
static _Noreturn void die_of_broken_pipe(void)
{
	terminal_restore();
	sigset_t pipe_signal;
	sigemptyset(&pipe_signal);
	sigaddset(&pipe_signal, SIGPIPE);
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &pipe_signal, NULL);
	raise(SIGPIPE);
	_exit(128 + SIGPIPE);
}

static _Noreturn void die_of(int error)
{
	if (error == EPIPE)
		die_of_broken_pipe();
	terminal_restore();
	front_error("cannot write the output: %s", strerror(error));
	_exit(1);
}

bool front_output_write(struct front_output *output, const struct stream_frame *frame)
{
	int fd = front_output_fd(output, frame);
	/* One of our own does not block, and takes all that there is room for. */
	bool is_own = fd > STDERR_FILENO;
	while (output->written < frame->length) {
		const uint8_t *bytes = frame->payload + output->written;
		size_t left = frame->length - output->written;
		ssize_t count = is_own ? write(fd, bytes, left) : terminal_write(fd, bytes, left);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0 && errno != EAGAIN)
			die_of(errno);
		output->written += count < 0 ? 0 : (size_t)count;
		if (count < 0 || (is_own && count < (ssize_t)left))
			return false;
	}
	output->written = 0;
	return true;
}
