/* sctp serve PORT WORDS: tells everyone who comes its words, for ever. sctp ask ADDRESS PORT: prints what it is told (sctp(7)). */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static int serve(int fd, struct sockaddr_in *address, const char *words)
{
	address->sin_addr.s_addr = INADDR_ANY;
	if (bind(fd, (struct sockaddr *)address, sizeof(*address)) < 0 || listen(fd, 8) < 0)
		return -1;
	for (;;) {
		int guest = accept(fd, NULL, NULL);
		if (guest < 0 || send(guest, words, strlen(words), MSG_NOSIGNAL) < 0)
			return -1;
		close(guest);
	}
}

static int ask(int fd, struct sockaddr_in *address, const char *host)
{
	char words[256];
	if (inet_pton(AF_INET, host, &address->sin_addr) != 1 || connect(fd, (struct sockaddr *)address, sizeof(*address)) < 0)
		return -1;
	ssize_t length = recv(fd, words, sizeof(words), 0);
	return length < 0 ? -1 : printf("%.*s\n", (int)length, words);
}

int main(int count, char **arguments)
{
	int fd = socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP), result = -1;
	/* An answer that never comes is one, too. */
	const struct timeval patience = { .tv_sec = 10 };
	struct sockaddr_in address = { .sin_family = AF_INET };
	if (fd < 0 || count != 4)
		goto end;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (strcmp(arguments[1], "serve") == 0) {
		address.sin_port = htons((uint16_t)atoi(arguments[2]));
		result = serve(fd, &address, arguments[3]);
	} else {
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
		address.sin_port = htons((uint16_t)atoi(arguments[3]));
		result = ask(fd, &address, arguments[2]);
	}
end:
	if (result < 0)
		perror("sctp");
	return result < 0;
}
