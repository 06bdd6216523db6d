/**
 * A copy of data that shares nothing with it. For what JSON can hold it costs a fraction of `structuredClone`, which is asked
 * for everything else (`npm run bench`, session).
 */
export function copyOfData<Data>(data: Data): Data {
  return copyOf(data) as Data;
}

function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return structuredClone(value);
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const member = copyOf((value as Readonly<Record<string, unknown>>)[name]);
    // By that name, an assignment would give the copy another prototype.
    if (name === '__proto__') Object.defineProperty(copy, name, { value: member, ...ORDINARY });
    else copy[name] = member;
  }
  return copy;
}

const ORDINARY = { configurable: true, enumerable: true, writable: true };
