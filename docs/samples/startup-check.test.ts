import { readFileSync } from 'node:fs';
import { StartupError } from '@verbena/core';
import { expect } from 'chai';
import { createFaultyApp } from './startup-check.js';

describe('samples/startup-check', () => {
  it('lists every fault at once, in the words the guide shows', () => {
    let fault: unknown;
    try {
      createFaultyApp();
    } catch (error) {
      fault = error;
    }

    expect(fault).to.be.instanceOf(StartupError);
    // The places of the decorators differ from machine to machine.
    const message = (fault as StartupError).message.replace(/\n {4}declared .*/g, '');
    expect(`${message}\n`).to.equal(readFileSync(new URL('../samples/startup-check.txt', import.meta.url), 'utf8'));
  });
});
