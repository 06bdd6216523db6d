import { z } from 'zod';
import { defineOperation, Operation, type Operations } from '../index.js';

declare const operations: Operations;

@Operation('unchecked')
class Unchecked {
  run(input: { a: number }): number {
    return input.a;
  }
}

@Operation('checked', { input: z.object({ day: z.coerce.date() }) })
class Checked {
  run({ day }: { day: Date }): number {
    return day.getTime();
  }
}

// @ts-expect-error: the schema gives a text
@Operation('wrong', { input: z.string() })
class Wrong {
  run(input: number): number {
    return input;
  }
}
void Wrong;

// @ts-expect-error: it does no work
@Operation('idle')
class Idle {}
void Idle;

const double = defineOperation('double', { input: z.number() }, (input: number) => 2 * input);

// @ts-expect-error: the schema gives a text
defineOperation('wrong', { input: z.string() }, (input: number) => input);

// What is started takes what the handler takes.
operations.start(Unchecked, { a: 1 }, { owner: 'Ann' });
operations.start(Checked, { day: new Date() }, { owner: 'Ann' });
operations.start(double, 2, { owner: 'Ann' });
// @ts-expect-error: a text is no number
operations.start(Unchecked, { a: '1' }, { owner: 'Ann' });
// @ts-expect-error: a text is no number
operations.start(double, '2', { owner: 'Ann' });
// @ts-expect-error: somebody must own it
operations.start(double, 2, {});

// By its name nothing is known of it but what the schema says when it is started.
operations.start('double', { anything: true }, { owner: 'Ann' });
