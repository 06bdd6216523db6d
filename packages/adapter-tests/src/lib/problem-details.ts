import { expect } from 'chai';

/** Reads an answer that must be problem details of the given status (RFC 9457, 3). */
export async function problemIn(response: Response, status: number): Promise<Readonly<Record<string, unknown>>> {
  const text = await response.text();
  expect(response.status, `the status of an answer that reads ${text.slice(0, 200)}`).to.equal(status);
  expect(response.headers.get('content-type')).to.equal('application/problem+json');
  const problem = JSON.parse(text) as Record<string, unknown>;
  expect(problem['status']).to.equal(status);
  expect(problem['title']).to.be.a('string').and.not.equal('');
  return problem;
}
