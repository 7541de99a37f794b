/* The container's first process, until it is the user's: runs in the new namespaces. */
#ifndef SKIFF_INIT_H
#define SKIFF_INIT_H

#include "process.h"
#include "spawner.h"
#include "spec.h"

/* What init and its monitor say to each other over a SOCK_SEQPACKET pair. */
enum sync_message {
	SYNC_NETWORK = 'N', /* monitor: the peer of the veth pair is there */
	SYNC_GO = 'G',	    /* monitor: exec */
	SYNC_TERMINAL = 'T', /* init: the pty's master is attached (SCM_RIGHTS) */
	SYNC_READY = 'R',   /* init: everything is made, only exec is left */
	SYNC_PLACED = 'P', /* bundle: ids are mapped, cgroups joined */
	SYNC_HOOKS = 'H', /* init of a bundle: all is mounted; bundle: the state follows, as text */
	SYNC_FAILED = 'F',  /* init: a struct failure follows */
};

struct sync_failure {
	char type;
	struct failure failure;
};

/* Never returns. The end of `sync_fd` without SYNC_FAILED tells the monitor that exec has worked. */
_Noreturn void init_main(const struct store *store, struct spec *spec, struct stdio stdio, int sync_fd);

/* Sends SYNC_FAILED and ends. */
_Noreturn void sync_die(int sync_fd, const struct failure *failure);
/* Sends one message, with a descriptor when `fd` is not -1. */
int sync_send(int sync_fd, char message, int fd);
/* Waits for a message of the other side: its type, or -1. */
int sync_wait(int sync_fd);

#endif
