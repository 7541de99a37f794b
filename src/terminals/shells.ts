/**
 * The most comfortable shell that a container has, found by the one that POSIX promises. An image without /bin/sh has
 * none, and the helper says so.
 */
export const shells = [
  '/bin/sh',
  '-c',
  'for shell in bash zsh ash; do command -v "$shell" >/dev/null 2>&1 && exec "$shell"; done; exec sh',
];
