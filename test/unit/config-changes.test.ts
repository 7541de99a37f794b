import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applyChanges, type ConfigObject } from '../../runtime-helper/oci/config-changes.ts';

const before: ConfigObject = { Env: ['PATH=/bin', 'A=old', 'EMPTY='], WorkingDir: '/w' };

/** What one instruction (or some) makes of it, as docker 20.10 does. */
const cases: [string | string[], ConfigObject][] = [
  ['ENV PATH=/x:$PATH', { Env: ['PATH=/x:/bin', 'A=old', 'EMPTY='] }],
  ['ENV A=new B=$A', { Env: ['PATH=/bin', 'A=new', 'EMPTY=', 'B=old'] }],
  [['ENV A=new', 'ENV B=${A}s'], { Env: ['PATH=/bin', 'A=new', 'EMPTY=', 'B=news'] }],
  ['ENV B=$NONE C=${NONE} D=$A$', { Env: ['PATH=/bin', 'A=old', 'EMPTY=', 'B=', 'C=', 'D=old$'] }],
  ['ENV B=\'$A\' C=\\$A D="$A\\$A"', { Env: ['PATH=/bin', 'A=old', 'EMPTY=', 'B=$A', 'C=$A', 'D=old$A'] }],
  ['ENV B=${NONE:-x$A} C=${A:+y} D=${EMPTY:-e}', { Env: ['PATH=/bin', 'A=old', 'EMPTY=', 'B=xold', 'C=y', 'D=e'] }],
  ['ENV B the "rest" of $A', { Env: ['PATH=/bin', 'A=old', 'EMPTY=', 'B=the rest of old'] }],
  ['LABEL "a key"="a $A" other=x\\ y', { Labels: { 'a key': 'a old', other: 'x y' } }],
  ['USER $A', { User: 'old' }],
  ['WORKDIR $A/sub', { WorkingDir: '/w/old/sub' }],
  ['VOLUME /$A /b', { Volumes: { '/old': {}, '/b': {} } }],
  ['VOLUME ["/$A"]', { Volumes: { '/old': {} } }],
  ['EXPOSE ${PORT:-80} 90-91/udp', { ExposedPorts: { '80/tcp': {}, '90/udp': {}, '91/udp': {} } }],
  ['CMD echo $A', { Cmd: ['/bin/sh', '-c', 'echo $A'] }],
  ['CMD', { Cmd: ['/bin/sh', '-c'] }],
  ['CMD []', { Cmd: [] }],
  ['ENTRYPOINT', { Entrypoint: null, Cmd: null }],
  ['ENTRYPOINT []', { Entrypoint: null, Cmd: null }],
  [['CMD', 'ENTRYPOINT ["y"]'], { Cmd: ['/bin/sh', '-c'], Entrypoint: ['y'] }],
  ['ENTRYPOINT ["$A"]', { Entrypoint: ['$A'], Cmd: null }],
  [['CMD ["x"]', 'USER 1', 'ENTRYPOINT ["y"]'], { Cmd: ['x'], User: '1', Entrypoint: ['y'] }],
  ['ONBUILD RUN echo $A', { OnBuild: ['RUN echo $A'] }],
];

describe('an instruction laid over a config', () => {
  for (const [change, after] of cases)
    it(String(change), () => assert.deepEqual(applyChanges(before, [change].flat()), { ...before, ...after }));

  const bad: [string, RegExp][] = [
    ['RUN x', /is not a valid change command/],
    ['ENV', /ENV requires at least one argument/],
    ['USER ', /USER requires exactly one argument/],
    ['', /is not a valid change command/],
    ['ENV A', /must have two arguments/],
    ['ENV A=1 B', /B is not NAME=VALUE/],
    ['ENV A="1', /a quote is not closed/],
    ['ENV A=${B', /can follow/],
    ['ENV A=${B:-x', /a brace is not closed/],
    ['ENV A=${B!}', /can follow/],
    ['ENV A=${}', /a name is missing/],
    ['ENV A="${B:?is wanted}"', /B: is wanted/],
    ['ONBUILD FROM x', /not allowed as a trigger/],
    ['ONBUILD ONBUILD RUN x', /not allowed as a trigger/],
    ['EXPOSE 70000', /invalid port: 70000/],
    ['CMD ["open', /not a list of texts/],
  ];
  for (const [change, message] of bad)
    it(`${change} is refused`, () =>
      assert.throws(() => applyChanges(before, [change]), { code: 'invalid-argument', message }));
});
