import { expect } from 'chai';
import { createAnnouncer } from './announcer.js';
import type { OperationRecord } from './record.js';

function record(state: OperationRecord['state'], value: number | null = null, attempt = 1): OperationRecord {
  return { state, attempt, progress: { value } } as OperationRecord;
}

describe('createAnnouncer', () => {
  it('speaks of each state and each restart once', () => {
    const due = createAnnouncer();
    expect(due(record('queued'), 25, 0)).to.equal('state');
    expect(due(record('queued'), 25, 1)).to.equal(undefined);
    expect(due(record('running'), 25, 2)).to.equal('state');
    expect(due(record('running', 0.1), 25, 3)).to.equal(undefined);
    expect(due(record('running', null, 2), 25, 4)).to.equal('state');
    expect(due(record('succeeded', 1, 2), 25, 5)).to.equal('state');
  });

  it('speaks of every quarter, but not again within ten seconds', () => {
    const due = createAnnouncer();
    due(record('running', 0), 25, 0);
    expect(due(record('running', 0.26), 25, 9_000)).to.equal(undefined);
    expect(due(record('running', 0.27), 25, 10_000)).to.equal('percent');
    expect(due(record('running', 0.4), 25, 30_000)).to.equal(undefined);
    expect(due(record('running', 0.8), 25, 31_000)).to.equal('percent');
  });

  it('speaks of other steps, or of none', () => {
    const due = createAnnouncer();
    due(record('running', 0), 10, 0);
    expect(due(record('running', 0.1), 10, 10_000)).to.equal('percent');
    expect(due(record('running', 0.9), 0, 60_000)).to.equal(undefined);
  });
});
