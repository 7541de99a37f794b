import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

export type PortOwner = { pid: number; name: string };

/** A process that has a port of this machine, when we may know it: another user's descriptors are his alone. */
export function portOwner(protocol: 'tcp' | 'udp' | 'sctp', port: number): PortOwner | undefined {
  if (protocol === 'sctp') return undefined;
  const tables = [protocol, `${protocol}6`].map((name) => parseSockets(read(`/proc/net/${name}`), protocol, port));
  const sockets = new Set(tables.flat().map((inode) => `socket:[${inode}]`));
  if (sockets.size === 0) return undefined;
  const pid = readdirSync('/proc').find((name) => /^\d+$/.test(name) && has(name, sockets));
  return pid === undefined ? undefined : { pid: Number(pid), name: programName(pid) };
}

/** Of its file, because some give their main thread another name (Node.js does). */
function programName(pid: string): string {
  const path = link(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '');
  return path === '' ? read(`/proc/${pid}/comm`).trim() : basename(path);
}

/** Inodes of those sockets in a table of proc_net(5) that have a local port: of TCP's those that listen (state 0A). */
function parseSockets(table: string, protocol: 'tcp' | 'udp', port: number): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  return table.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    return local.endsWith(`:${wanted}`) && (protocol === 'udp' || state === '0A') ? [inode] : [];
  });
}

function has(pid: string, sockets: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => sockets.has(link(`/proc/${pid}/fd/${fd}`)));
  } catch {
    // Ended meanwhile, or another user's.
    return false;
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
