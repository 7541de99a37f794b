/**
 * The most comfortable shell that a container has, found by the one that POSIX promises.
 */
const best = [
  '/bin/sh',
  '-c',
  'for shell in bash zsh ash; do command -v "$shell" >/dev/null 2>&1 && exec "$shell"; done; exec sh',
];

/** What to try, in this order: images without /bin/sh may have a shell of their own, or busybox beside their program. */
export const shells: readonly (readonly string[])[] = [best, ['bash'], ['/busybox/sh'], ['busybox', 'sh']];
