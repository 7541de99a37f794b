import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { patience } from './wait.ts';

/** Speaks to a server, from this machine: what it says before it hangs up. */
export async function ask(host: string, port: number): Promise<string> {
  const socket = connect({ host, port });
  socket.setTimeout(patience(3000), () => socket.destroy(new Error(`${host}:${port} is silent`)));
  socket.end();
  return text(socket);
}

/** Below those that the kernel gives away by itself: a range of each process's own, since test files run side by side. */
let nextPort = 10_000 + (process.pid % 1000) * 20;

/** A port that nobody has, and that no kernel gives to somebody else before it is published. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = nextPort;
    nextPort = port >= 30_000 ? 10_000 : port + 1;
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    // Of both families, where there are both.
    server.listen(port);
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/** A command: says who it is to everyone who connects to port 80. */
export const server = (word: string): string[] => [
  'sh',
  '-c',
  `printf '#!/bin/sh\\necho ${word}\\n' > /tmp/say; chmod +x /tmp/say; exec nc -ll -p 80 -e /tmp/say`,
];

/** A program in Perl: gives every datagram back, in capitals. */
export const shouter = `use IO::Socket::INET; my $s = IO::Socket::INET->new(LocalPort => 53, Proto => "udp") or die;
while (defined $s->recv(my $text, 512)) { $s->send(uc $text) }`;

/** What comes back for a datagram; undefined when nothing does in `limit` milliseconds. */
export async function exchange(host: string, port: number, word: string, limit = 200): Promise<string | undefined> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  try {
    const answer = new Promise<string>((resolve) => socket.once('message', (message) => resolve(message.toString())));
    // Answers of others than whom we asked are none.
    await new Promise<void>((resolve) => socket.connect(port, host, resolve));
    socket.on('error', () => undefined).send(word);
    return await Promise.race([answer, delay(patience(limit), undefined, { ref: false })]);
  } finally {
    socket.close();
  }
}
