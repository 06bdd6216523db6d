import { expect } from 'chai';
import type { TestOutcome } from '../run-adapter.js';
import { writtenTable } from './behaviour-page.test-support.js';
import { behaviourTable, promisedOutcomes } from './behaviour-table.test-support.js';
import { contractHosts } from './contract-hosts.test-support.js';

describe('the page of behaviours', () => {
  it('has what the hosts say of themselves; "npm run behaviours -w @verbena/adapter-tests" writes it anew', async () => {
    const hosts = await contractHosts();
    expect(writtenTable()).to.equal(behaviourTable(hosts.map(promisedOutcomes)));
  });
});

describe('behaviourTable', () => {
  it('counts by topic and host, and gives every exception with its reason', () => {
    const passed = { topic: 'bodies', outcome: 'passed' } as const;
    const outcomes: readonly TestOutcome[] = [
      { ...passed, name: 'one' },
      { ...passed, name: 'two' },
      { topic: 'bodies', name: 'three', outcome: 'excepted', reason: 'it cannot' },
      { topic: 'errors', name: 'four', outcome: 'inapplicable', reason: 'there is none' },
      { topic: 'files', name: 'five', outcome: 'failed', error: new Error('fault') },
    ];
    const perfect = outcomes.map(({ topic, name }) => ({ topic, name, outcome: 'passed' }) as const);
    expect(
      behaviourTable([
        { name: 'one', outcomes },
        { name: 'other', outcomes: perfect },
      ]).split('\n'),
    ).to.deep.equal([
      '| topic    | behaviours | `one`                   | `other` |',
      '| -------- | ---------- | ----------------------- | ------- |',
      '| bodies   | 3          | 2, 1 excepted           | 3       |',
      '| errors   | 1          | –                       | 1       |',
      '| files    | 1          | 1 failed                | 1       |',
      '| together | 5          | 2, 1 excepted, 1 failed | 5       |',
      '',
      '## Exceptions',
      '',
      '### one',
      '',
      '* *three*: it cannot',
      '* 1 do not apply: there is none',
    ]);
  });
});
