import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describePorts } from '../../runtime-helper/cli/port-text.ts';
import { parsePublish } from '../../runtime-helper/cli/publish-option.ts';
import type { Port } from '../../runtime-helper/engine/index.ts';

describe('PORTS of ps', () => {
  const port = (inner: number, hostPort?: number, hostIp = '0.0.0.0', protocol: Port['protocol'] = 'tcp'): Port => ({
    port: inner,
    protocol,
    ...(hostPort === undefined ? {} : { hostIp, hostPort }),
  });
  const cases: [Port[], string][] = [
    [[], ''],
    [[port(80)], '80/tcp'],
    [[port(9090, 80), port(9988)], '9988/tcp, 0.0.0.0:80->9090/tcp'],
    [[port(80, 80, '::'), port(80, 80)], '0.0.0.0:80->80/tcp, [::]:80->80/tcp'],
    [[port(80), port(81), port(82)], '80-82/tcp'],
    [[port(90, 90), port(91, 91), port(92, 92)], '0.0.0.0:90-92->90-92/tcp'],
    [[port(53, 53, '0.0.0.0', 'udp'), port(53, 53)], '0.0.0.0:53->53/tcp, 0.0.0.0:53->53/udp'],
    [[port(1), port(3), port(4)], '1/tcp, 3-4/tcp'],
    [[port(8080, 80), port(81, 81)], '0.0.0.0:81->81/tcp, 0.0.0.0:80->8080/tcp'],
  ];
  for (const [ports, text] of cases) {
    it(`are ${JSON.stringify(text)}`, () => {
      assert.equal(describePorts(ports), text);
    });
  }
});

describe('-p', () => {
  const one = (text: string): string =>
    parsePublish(text)
      .map(({ protocol, port, hostIp, first, last }) => `${hostIp}|${first}-${last}|${port}/${protocol}`)
      .join(' ');
  const cases: [string, string][] = [
    ['80', '|0-0|80/tcp'],
    ['8080:80', '|8080-8080|80/tcp'],
    ['8080:80/udp', '|8080-8080|80/udp'],
    ['127.0.0.1:8080:80', '127.0.0.1|8080-8080|80/tcp'],
    ['127.0.0.1::80', '127.0.0.1|0-0|80/tcp'],
    ['[::1]:8080:80/sctp', '::1|8080-8080|80/sctp'],
    ['8000-8002:80-82', '|8000-8000|80/tcp |8001-8001|81/tcp |8002-8002|82/tcp'],
    ['8000-9000:80', '|8000-9000|80/tcp'],
    ['80-81', '|0-0|80/tcp |0-0|81/tcp'],
    ['published=8080,target=80,protocol=udp', '|8080-8080|80/udp'],
  ];
  for (const [text, parsed] of cases) {
    it(`${text} is ${parsed}`, () => {
      assert.equal(one(text), parsed);
    });
  }

  for (const text of ['', 'x', '0', '70000', '80:70000:80:1', '8000-8001:80-82', '80/icmp', '9-8', 'a:80']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parsePublish(text), /invalid argument ".*" for "-p, --publish" flag/);
    });
  }
});
