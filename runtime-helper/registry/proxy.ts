import { request as httpRequest } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { connect as tlsConnect, type ConnectionOptions } from 'node:tls';
import { RegistryFailure } from './failure.ts';
import { phrase } from '../lib/phrase.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for a URL, by the environment as Go's programs read it (golang.org/x/net/http/httpproxy): HTTP_PROXY, HTTPS_PROXY and
 * NO_PROXY in either case; never for loopback.
 */
export function proxyFor(url: URL, env: Environment): URL | undefined {
  const pick = (name: string): string => env[name.toLowerCase()] || env[name] || '';
  const text = pick(url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  if (text === '' || isLoopback(url.hostname) || isExempt(url, pick('NO_PROXY'))) return undefined;
  const proxy = parseProxy(text);
  if (proxy) return proxy;
  throw new RegistryFailure('invalid-argument', `not the URL of an http proxy: ${JSON.stringify(hidePassword(text))}`);
}

/** Whether certificates count behind a proxy, which may well be the one that made them: VS Code's http.proxyStrictSSL. */
export const isStrictBehindProxy = (env: Environment): boolean => env['SKIFF_PROXY_STRICT_SSL'] !== 'false';

/** `localhost`, and all of 127.0.0.0/8 and ::1, with or without brackets. */
export function isLoopback(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

/** A TLS connection through a proxy (RFC 9110, section 9.3.6: CONNECT). */
export function connectThrough(proxy: URL, target: URL, tls: ConnectionOptions): Promise<Socket> {
  const port = target.port || '443';
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      host: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: proxy.port || '80',
      method: 'CONNECT',
      path: `${target.hostname}:${port}`,
      headers: { host: `${target.hostname}:${port}`, ...proxyAuthorization(proxy) },
      timeout: 30_000,
    });
    request.once('connect', (response, socket) => {
      const { statusCode } = response;
      if (statusCode === 200) return resolve(tlsConnect({ ...tls, socket }));
      socket.destroy();
      reject(
        new RegistryFailure(
          'unavailable',
          phrase('proxy {0} answered {1} for {2}', proxy.host, String(statusCode), target.host),
        ),
      );
    });
    request.once('timeout', () => request.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })));
    request.once('error', reject);
    request.end();
  });
}

export function proxyAuthorization({ username, password }: URL): Record<string, string> {
  if (username === '') return {};
  const plain = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(plain).toString('base64')}` };
}

function parseProxy(text: string): URL | undefined {
  const full = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  return url?.protocol === 'http:' ? url : undefined;
}

/** `*`, a host with its subdomains, `.sub`, an address, a network in CIDR, each with or without a port. */
function isExempt(url: URL, list: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return list
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      if (entry.includes('/')) return isWithin(host, entry);
      const [, name = entry, wantedPort] = /^(.*?)(?::(\d+))?$/.exec(isIP(entry) === 6 ? `[${entry}]` : entry) ?? [];
      if (wantedPort !== undefined && wantedPort !== port) return false;
      const bare = name.replace(/^\[|\]$/g, '').replace(/^\*(?=\.)/, '');
      if (bare.startsWith('.')) return host.endsWith(bare);
      return host === bare || (isIP(host) === 0 && host.endsWith(`.${bare}`));
    });
}

/** Whether an IPv4 address lies in a network such as `10.0.0.0/8`. */
export function isWithin(address: string, network: string): boolean {
  const [base = '', bits = ''] = network.split('/');
  if (isIP(address) !== 4 || isIP(base) !== 4 || !/^\d{1,2}$/.test(bits) || Number(bits) > 32) return false;
  const mask = Number(bits) === 0 ? 0 : (0xffff_ffff << (32 - Number(bits))) >>> 0;
  return (toNumber(address) & mask) >>> 0 === (toNumber(base) & mask) >>> 0;
}

const toNumber = (address: string): number =>
  address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) >>> 0;

const hidePassword = (text: string): string => text.replace(/\/\/[^@/]*@/, '//…@');
