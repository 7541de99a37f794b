import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formLike } from '../../src/model/run-again.ts';
import { runLine } from '../../src/model/run-form.ts';

const image = { Config: { Env: ['PATH=/bin', 'LANG=C'], Cmd: ['serve'], Entrypoint: ['/init'], WorkingDir: '/app' } };

test('a container like another is told what its image does not bring', () => {
  const form = formLike(
    'web:1',
    {
      Path: '/init',
      Args: ['serve', '-v'],
      HostConfig: {
        Binds: ['data:/data'],
        NetworkMode: 'back',
        RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 },
        Memory: 64 * 1024 * 1024,
        NanoCpus: 500_000_000,
        Init: true,
      },
      Config: { Env: ['PATH=/bin', 'LANG=C', 'DEBUG=1'], WorkingDir: '/app', Labels: { tier: 'web' }, User: '' },
      NetworkSettings: { Ports: { '80/tcp': [{ HostIp: '0.0.0.0', HostPort: '8080' }], '53/udp': null } },
    },
    image,
  );
  const options = '-p 8080:80 -v data:/data -e DEBUG=1 --network back -m 64m --cpus 0.5 --restart on-failure:3 --init';
  assert.equal(runLine(form, form.place), `skiff run -d ${options} -l tier=web web:1 serve -v`);
});

test('ports of the host that were not asked for by number are any again', () => {
  const bindings = { '80/tcp': [{ HostIp: '', HostPort: '' }], '81/udp': [{ HostIp: '127.0.0.1', HostPort: '' }] };
  const form = formLike(
    'web:1',
    { ...{ Path: 'serve', HostConfig: { PortBindings: bindings } } },
    { Config: { Cmd: ['serve'] } },
  );
  assert.equal(runLine(form, form.place), 'skiff run -d -p 80 -p 127.0.0.1::81/udp web:1');
});

test('one that is as its image says needs nothing but the image', () => {
  const form = formLike(
    'web:1',
    {
      ...{ Path: '/init', Args: ['serve'], HostConfig: { NetworkMode: 'bridge', PidsLimit: null, Memory: 0 } },
      Config: { Env: ['PATH=/bin', 'LANG=C'], WorkingDir: '/app', Tty: true, OpenStdin: true },
    },
    image,
  );
  assert.equal(runLine(form, form.place), 'skiff run -it web:1');
});
