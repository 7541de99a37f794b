import { execFileSync } from 'node:child_process';

const ip = (...args: string[]): string => execFileSync('ip', args, { encoding: 'utf8' });

/** 198.18.0.0/15 is for such tests (RFC 2544). Each process has a /30 of its own, since test files run side by side: there are 2^15. */
const network = `198.${18 + ((process.pid >> 14) & 1)}.${(process.pid >> 6) & 255}`;
const first = (process.pid & 63) * 4;

/** Another host, reached over a cable of its own. */
export class Neighbour {
  readonly #name = `skiff-test-${process.pid}`;
  readonly #cable = `st${process.pid}`;
  readonly address = `${network}.${first + 2}`;
  /** What this machine is called on the cable. */
  readonly us = `${network}.${first + 1}`;

  constructor() {
    ip('netns', 'add', this.#name);
    ip('link', 'add', this.#cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', this.#name);
    ip('address', 'add', `${this.us}/30`, 'dev', this.#cable);
    ip('link', 'set', this.#cable, 'up');
    this.run('ip', 'address', 'add', `${this.address}/30`, 'dev', 'eth0');
    this.run('ip', 'link', 'set', 'eth0', 'up');
    this.run('ip', 'route', 'add', 'default', 'via', this.us);
  }

  run(...command: string[]): string {
    return execFileSync('ip', ['netns', 'exec', this.#name, ...command], { encoding: 'utf8', stdio: 'pipe' });
  }

  /** What a server says; empty when nobody answers. */
  ask(host: string, port: number): string {
    return this.run('sh', '-c', `busybox nc -w 2 ${host} ${port} < /dev/null || true`);
  }

  dispose(): void {
    ip('link', 'delete', this.#cable);
    ip('netns', 'delete', this.#name);
  }
}
