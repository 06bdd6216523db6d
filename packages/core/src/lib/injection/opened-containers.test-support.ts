import type { DependencyContainer } from './tsyringe.js';

/** Counts the containers that are opened below one from now on, at whatever depth: an application opens one for each scope. */
export function openedBelow(container: DependencyContainer): { readonly opened: number } {
  const counter = { opened: 0 };
  const watch = (watched: DependencyContainer): void => {
    const createChildContainer = watched.createChildContainer.bind(watched);
    watched.createChildContainer = () => {
      const child = createChildContainer();
      watch(child);
      counter.opened += 1;
      return child;
    };
  };
  watch(container);
  return counter;
}
