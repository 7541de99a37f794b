import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { limitChanges, limitValue, updateLine } from '../../src/model/limit-form.ts';
import { containerSummary } from '../support/summaries.ts';

const mebibyte = 1024 ** 2;
const limited = containerSummary('web', {
  limits: { memory: 64 * mebibyte, cpus: 0.5, pidsLimit: 20 },
  restart: 'on-failure:3',
});
const free = containerSummary('db');

describe('limits of containers, as a person changes them', () => {
  it('are at first what the containers have, where they agree', () => {
    const values = (...containers: (typeof free)[]) =>
      (['memory', 'cpus', 'pidsLimit', 'restart'] as const).map((step) => limitValue(step, {}, containers));
    assert.deepEqual(values(limited), ['64m', '0.5', '20', 'on-failure:3']);
    assert.deepEqual(values(free), ['', '', '', '']);
    assert.deepEqual(values(limited, free), [undefined, undefined, undefined, undefined]);
  });

  it('change nothing that was said anew as it was', () => {
    assert.deepEqual(limitChanges({}, [limited]), {});
    assert.deepEqual(limitChanges({ memory: '64m', cpus: '0.5', pidsLimit: '20' }, [limited]), {});
  });

  it('are taken away by nothing', () => {
    const changes = limitChanges({ memory: '', cpus: '', pidsLimit: '', restart: '' }, [limited]);
    assert.deepEqual(changes, { memory: '0', cpus: '0', pidsLimit: 0, restart: 'no' });
    assert.deepEqual(limitChanges({ memory: '' }, [limited, free]), { memory: '0' }, 'also of some among several');
  });

  it('are a line of the command line', () => {
    const changes = limitChanges({ memory: '1g', restart: 'always' }, [limited]);
    assert.equal(updateLine(changes, ['web', 'db']), 'skiff update --memory 1g --restart always web db');
  });
});
