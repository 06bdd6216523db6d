export { type AnyClass, isClass, nameOf } from './lib/class.js';
export { placeOf, type Place } from './lib/declaration.js';
export type { ClassMark } from './lib/decorators/record.js';
export { type BuiltScope, disposeBuilt } from './lib/disposal.js';
export { type DependencyContainer, Injector, ownContainer } from './lib/injection/injector.js';
export type { Scope, Token } from './lib/token.js';
