import { testMyDriver } from './own-driver.js';

describe('samples/own-driver', () => testMyDriver());
