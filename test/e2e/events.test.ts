import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { busyboxRootfs } from '../support/images.ts';
import { TestStore } from '../support/store.ts';
import { until } from '../support/wait.ts';

/** One line an event: `type action`, the volume's name or the network's, and what else is said of it. */
type Told = { Type: string; Action: string; Actor: { ID: string; Attributes: Record<string, string> } };

describe('events of a container’s life', () => {
  let store: TestStore;
  before(async () => {
    store = new TestStore();
    await store.succeed(['import', busyboxRootfs(), 'box']);
    await store.succeed(['network', 'create', 'lan']);
  });
  after(() => store.dispose());

  const all = async (...filters: string[]): Promise<Told[]> => {
    const range = ['--since', '1h', '--until', '0s', '--format', 'json'];
    const text = await store.succeed(['events', ...range, ...filters.flatMap((filter) => ['--filter', filter])]);
    return text.split('\n').map((line) => JSON.parse(line) as Told);
  };
  /** Of one container, what is told of it and of what it uses. */
  const lifeOf = async (id: string): Promise<string[]> =>
    (await all())
      .filter(({ Actor }) => Actor.ID === id || Actor.Attributes['container'] === id)
      .map(({ Type, Action, Actor }) => `${Type} ${Action} ${Actor.Attributes['name'] ?? Actor.ID}`);
  const idOf = (name: string): Promise<string> => store.succeed(['inspect', '-f', '{{.Id}}', name]);

  it('tell of its network and volumes where it begins and ends, in Docker’s order', async () => {
    const mounts = ['-v', 'data:/data:ro', '-v', '/own'];
    const id = await store.succeed(['create', '--rm', '--name', 'whole', '--network', 'lan', ...mounts, 'box', 'true']);
    const own = await store.succeed(['inspect', '-f', '{{range .Mounts}}{{.Name}} {{end}}', 'whole']);
    const anonymous = own.split(' ').find((name) => /^[0-9a-f]{64}$/.test(name)) ?? '';
    await store.succeed(['start', '-a', 'whole']);
    const expected = [
      ...['container create whole', 'container attach whole'],
      ...['network connect lan', 'volume mount data', `volume mount ${anonymous}`, 'container start whole'],
      ...['container die whole', 'network disconnect lan', 'volume unmount data', `volume unmount ${anonymous}`],
      'container destroy whole',
    ];
    let life: string[] = [];
    await until('it is gone', async () => (life = await lifeOf(id)).at(-1) === 'container destroy whole');
    assert.deepEqual(life, expected);
    const told = (await all(`volume=${anonymous}`)).map(({ Action }) => Action);
    assert.deepEqual(told, ['create', 'mount', 'unmount', 'destroy']);
    const [mount, unmount] = (await all('volume=data')).filter(({ Action }) => Action.endsWith('mount'));
    const who = { container: id, driver: 'local' };
    const how = { destination: '/data', propagation: '', 'read/write': 'false' };
    assert.deepEqual(mount?.Actor.Attributes, { ...who, ...how });
    assert.deepEqual(unmount?.Actor.Attributes, who);
    const [connect] = (await all('network=lan')).filter(({ Action }) => Action === 'connect');
    assert.deepEqual(connect?.Actor.Attributes, { container: id, name: 'lan', type: 'bridge' });
    assert.equal(connect.Actor.ID, await store.succeed(['network', 'inspect', '-f', '{{.Id}}', 'lan']));
  });

  it('are told at the time of day that it is where TZ says, and since one', async () => {
    const id = await store.succeed(['create', '--name', 'timed', 'box', 'true']);
    const about = ['--until', '0s', '--filter', 'container=timed'];
    const there = { env: { TZ: 'Asia/Kolkata' } };
    const told = await store.succeed(['events', '--since', '1h', ...about], there);
    assert.match(told, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}\+05:30 container create /);
    const [time = ''] = told.split(' ', 1);
    const created = await store.succeed(['inspect', '-f', '{{.Created}}', id]);
    assert.ok(Math.abs(Date.parse(time) - Date.parse(created)) < 600_000);
    // Without a zone it is a time there: half an hour later nothing had happened yet.
    const later = new Date(Date.parse(created) + 330 * 60_000 - 1_800_000).toISOString().slice(0, 19);
    assert.equal(await store.succeed(['events', '--since', later, ...about], there), told);
    assert.equal(await store.succeed(['events', '--since', later, ...about], { env: { TZ: 'UTC' } }), '');
    assert.match(await store.succeed(['ps', '-a', '--format', '{{.CreatedAt}}'], there), / \+0530 /);
    await store.succeed(['rm', 'timed']);
  });

  it('tell of the host’s network and of none as of any', async () => {
    for (const [name, driver] of [
      ['host', 'host'],
      ['none', 'null'],
    ] as const) {
      await store.succeed(['run', '--name', `on-${name}`, '--network', name, 'box', 'true']);
      const id = await idOf(`on-${name}`);
      const network = await store.succeed(['network', 'inspect', '-f', '{{.Id}}', name]);
      const told = (await all(`network=${name}`)).map(({ Action, Actor }) => [Action, Actor.ID, Actor.Attributes]);
      const attributes = { container: id, name, type: driver };
      assert.deepEqual(told, [
        ['connect', network, attributes],
        ['disconnect', network, attributes],
      ]);
    }
  });

  it('know the networks and the name that it has at its end', async () => {
    await store.succeed(['run', '-d', '--name', 'before', '--network', 'lan', 'box', 'sleep', '1000']);
    const id = await idOf('before');
    await store.succeed(['network', 'connect', 'bridge', 'before']);
    await store.succeed(['network', 'disconnect', 'lan', 'before']);
    await store.succeed(['rename', 'before', 'after']);
    // The session ends after the new name is known, and before its container does.
    await store.succeed(['exec', 'after', 'true']);
    await until('the session’s end is told', async () =>
      (await lifeOf(id)).some((line) => line === 'container exec_die after'),
    );
    await store.succeed(['rm', '-f', 'after']);
    const life = (await lifeOf(id)).filter((line) => !/ (?:exec_\w+|kill)/.test(line));
    assert.deepEqual(life, [
      ...['container create before', 'network connect lan', 'container start before'],
      ...['network connect bridge', 'network disconnect lan', 'container rename after'],
      ...['container die after', 'network disconnect bridge', 'container destroy after'],
    ]);
  });

  it('have the older fields of Docker’s where they are a container’s or an image’s', async () => {
    const range = ['--since', '1h', '--until', '0s'];
    const of = async (type: string): Promise<string[]> => {
      const format = ['--filter', `type=${type}`, '--format', '{{.Status}}|{{.From}}|{{eq .ID .Actor.ID}}'];
      return (await store.succeed(['events', ...range, ...format])).split('\n');
    };
    assert.equal((await of('image'))[0], 'import||true');
    assert.equal((await of('container'))[0], 'create|box|true');
    assert.equal((await of('network'))[0], '||false');
    const json = ['--filter', 'type=network', '--format', 'json'];
    const [first = ''] = (await store.succeed(['events', ...range, ...json])).split('\n');
    assert.match(first, /^\{"Type":"network","Action":"create","Actor":\{"ID":"[0-9a-f]{64}","Attributes":\{"name":/);
  });

  it('are those of each life that its restart policy gives it', async () => {
    await store.succeed(['run', '-d', '--name', 'again', '--restart', 'on-failure:1', 'box', 'false']);
    const id = await idOf('again');
    const one = ['network connect bridge', 'container start again', 'container die again', 'network disconnect bridge'];
    const expected = ['container create again', ...one, ...one];
    await until('both are over', async () => (await lifeOf(id)).length >= expected.length);
    assert.deepEqual(await lifeOf(id), expected);
  });

  it('tell of a commit what it made, while the container still stands still', async () => {
    await store.succeed(['run', '-d', '--name', 'base', 'box', 'sleep', '1000']);
    const image = await store.succeed(['commit', '-m', 'as it is', 'base', 'made']);
    await store.succeed(['top', 'base']);
    const id = await idOf('base');
    const told = (await all()).filter(({ Actor }) => [id, image].includes(Actor.ID)).slice(2);
    assert.deepEqual(
      told.map(({ Type, Action }) => `${Type} ${Action}`),
      ['container pause', 'image tag', 'container commit', 'container unpause', 'container top'],
    );
    const { comment, imageID, imageRef } = told[2]?.Actor.Attributes ?? {};
    assert.deepEqual({ comment, imageID, imageRef }, { comment: 'as it is', imageID: image, imageRef: 'made:latest' });
  });

  it('tell of what was pruned, and of images that came and went in archives', async () => {
    const archive = `${store.root}/box.tar`;
    await store.succeed(['save', '-o', archive, 'box']);
    await store.succeed(['load', '-i', archive]);
    for (const kind of ['container', 'network', 'volume']) await store.succeed([kind, 'prune', '-f']);
    const images = (await all('type=image')).map(({ Action }) => Action);
    assert.deepEqual(images.slice(0, 2), ['import', 'tag']);
    assert.deepEqual(images.slice(-2), ['save', 'load']);
    const pruned = await all('event=prune');
    assert.deepEqual(
      pruned.map(({ Type, Actor }) => [Type, Actor.ID, Object.keys(Actor.Attributes)]),
      ['container', 'network', 'volume'].map((type) => [type, '', ['reclaimed']]),
    );
  });
});
