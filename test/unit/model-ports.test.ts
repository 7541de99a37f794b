import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distinctPorts, portUrl } from '../../src/model/container-parts.ts';
import type { ContainerPort } from '../../runtime-helper/protocol/types.ts';

const port = (facts: Partial<ContainerPort>): ContainerPort => ({
  port: 80,
  protocol: 'tcp',
  hostPort: 8080,
  ...facts,
});

test('a published port is opened at an address of its own, or of loopback for all', () => {
  assert.equal(portUrl(port({ hostIp: '0.0.0.0' })), 'http://localhost:8080');
  assert.equal(portUrl(port({ hostIp: '::' })), 'http://localhost:8080');
  assert.equal(portUrl(port({ hostIp: '192.0.2.7' })), 'http://192.0.2.7:8080');
  assert.equal(portUrl(port({ hostIp: '::1' })), 'http://[::1]:8080');
  assert.equal(portUrl(port({ hostIp: '127.0.0.1', port: 443 })), 'https://127.0.0.1:8080');
});

test('what is not published, or not TCP, is nothing for a browser', () => {
  assert.equal(portUrl({ port: 80, protocol: 'tcp' }), undefined);
  assert.equal(portUrl(port({ hostIp: '0.0.0.0', protocol: 'udp' })), undefined);
});

test('a port of both families is one to a person', () => {
  const ports = [port({ hostIp: '0.0.0.0' }), port({ hostIp: '::' }), port({ hostIp: '0.0.0.0', protocol: 'udp' })];
  assert.deepEqual(distinctPorts(ports), [ports[0], ports[2]]);
});
