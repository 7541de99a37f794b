/* skiff-oci: containers that somebody else looks after, from a bundle (github.com/opencontainers/runtime-spec). */
#ifndef SKIFF_BUNDLE_H
#define SKIFF_BUNDLE_H

#define BUNDLE_SOCKET "start.sock"

/* Makes a container by the one request that comes over descriptor `channel`, and leaves it to wait for its start. */
int bundle_main(const char *channel);
/* skiff-oci itself: becomes Node.js with dist/oci.js. */
int oci_front(int argc, char **argv);

#endif
