import { z } from 'zod';

/** The columns of a file of customers, in this order. */
export const columns = ['number', 'name', 'email', 'country', 'born', 'balance'] as const;

const customer = z.object({
  number: z
    .string()
    .regex(/^\d{1,9}$/, 'is no number of up to nine digits')
    .transform(Number),
  name: z.string().trim().min(1, 'is missing').max(100, 'is longer than 100 characters'),
  email: z.string().trim().toLowerCase().pipe(z.email('is no e-mail address')),
  country: z.string().regex(/^[A-Z]{2}$/, 'is no code of two capital letters'),
  born: z.iso
    .date({ error: 'is no day such as 1990-12-31', abort: true })
    .refine((day) => day < today(), 'lies in the future'),
  balance: z
    .string()
    .regex(/^-?\d{1,9}\.\d{2}$/, 'is no amount such as 12.50')
    .transform(Number),
});

/** A customer as it is imported. */
export type Customer = z.infer<typeof customer>;

/** Checks a row of a file: either the customer in it, or what is wrong with each of its columns. */
export function readCustomer(cells: readonly string[]): Customer | readonly string[] {
  if (cells.length !== columns.length) return [`has ${cells.length} columns in place of ${columns.length}`];
  const read = customer.safeParse(Object.fromEntries(columns.map((column, index) => [column, cells[index]])));
  return read.success ? read.data : read.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
}

/** Whether a row was refused. */
export function isRefused(read: Customer | readonly string[]): read is readonly string[] {
  return Array.isArray(read);
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
