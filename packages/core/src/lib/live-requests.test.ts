import { expect } from 'chai';
import { type LiveRequest, LiveRequests } from './live-requests.js';

describe('LiveRequests', () => {
  const named = (name: string): LiveRequest & { readonly name: string } => ({ name, place: 0 });
  const [first, second, third] = [named('first'), named('second'), named('third')];
  let live: LiveRequests<LiveRequest & { readonly name: string }>;

  beforeEach(() => {
    live = new LiveRequests();
    for (const request of [first, second, third]) live.add(request);
  });

  const names = (): string[] => Array.from(live, ({ name }) => name).sort();

  it('holds those that are not over, in whatever order they end', () => {
    live.remove(first);
    expect(names()).to.deep.equal(['second', 'third']);
    live.remove(third);
    expect(names()).to.deep.equal(['second']);
    live.add(first);
    live.remove(second);
    expect(names()).to.deep.equal(['first']);
    live.remove(first);
    expect(names()).to.deep.equal([]);
  });

  it('shows all of them to one who ends them on the way', () => {
    const seen: string[] = [];
    for (const request of live) {
      live.remove(request);
      seen.push(request.name);
    }
    expect(seen).to.deep.equal(['first', 'second', 'third']);
    expect(names()).to.deep.equal([]);
  });

  it('tells when those of now are over, and does not wait for later ones', async () => {
    let isSettled = false;
    const settling = live.settled().then(() => (isSettled = true));
    live.add(named('later'));
    live.remove(second);
    live.remove(first);
    await Promise.resolve();
    expect(isSettled).to.equal(false);
    live.remove(third);
    await settling;
    expect(names()).to.deep.equal(['later']);
  });

  it('tells at once when there are none', async () => {
    await new LiveRequests().settled();
  });
});
