// The container library wants this before it is loaded itself.
import 'reflect-metadata/lite';

export {
  container as globalContainer,
  type DependencyContainer,
  injectable,
  type InjectionToken,
  instanceCachingFactory,
  Lifecycle,
} from 'tsyringe';
