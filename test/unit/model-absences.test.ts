import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerSummary, NetworkSummary } from '../../runtime-helper/protocol/types.ts';
import { absentContainers, absentNetworks, type Absences } from '../../src/model/absences.ts';
import { containerSummary } from '../support/summaries.ts';

const at = '2026-01-01T00:00:00Z';

const absent = (absences: Absences): string[] =>
  Object.entries(absences)
    .filter(([, isAbsent]) => isAbsent)
    .map(([kind]) => kind);

const check = (all: Partial<ContainerSummary>[], expected: string[]): void =>
  assert.deepEqual(absent(absentContainers(all.map((one) => containerSummary('one', one)))), expected);

test('what there is no container of is known by their states', () => {
  check([], ['containers', 'running', 'paused', 'active', 'measured', 'stopped', 'addresses', 'ports']);
  check([{ state: { status: 'created' } }], ['running', 'paused', 'active', 'measured', 'addresses', 'ports']);
  const running = { status: 'running', pid: 7, startedAt: at } as const;
  check([{ state: running, ipAddress: '10.0.0.2' }], ['paused', 'stopped', 'ports']);
  check([{ state: { ...running, status: 'paused' } }], ['running', 'stopped', 'addresses', 'ports']);
});

test('a port that is only exposed, or speaks no TCP, is none that a browser could open', () => {
  const port = { protocol: 'tcp', port: 80 } as const;
  const withPorts = (...ports: ContainerSummary['ports']): boolean | undefined =>
    absentContainers([containerSummary('one', { ports })]).ports;
  assert.equal(withPorts(port), true);
  assert.equal(withPorts({ protocol: 'udp', port: 53, hostIp: '0.0.0.0', hostPort: 53 }), true);
  assert.equal(withPorts({ ...port, hostIp: '0.0.0.0', hostPort: 8080 }), false);
});

test('the networks that are always there are not for removing', () => {
  const bridge: NetworkSummary = {
    id: '0',
    name: 'bridge',
    driver: 'bridge',
    predefined: true,
    internal: false,
    containers: [],
  };
  assert.deepEqual(absent(absentNetworks([bridge])), ['ownNetworks', 'joinedNetworks']);
  const joined = { ...bridge, containers: [{ id: '1', name: 'one' }] };
  assert.deepEqual(absent(absentNetworks([joined, { ...bridge, name: 'app', predefined: false }])), []);
});
