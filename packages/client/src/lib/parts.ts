import type { OperationStep } from './record.js';
import { markup, style } from './style.js';
import type { Wording } from './wording.js';

/** The inside of the element, by the names of its parts. It touches only what is different from before. */
export interface Parts {
  get(name: string): HTMLElement;
  write(node: Node, text: string): void;
  /** Shows a button, or takes it away; not from under the focus, which would be lost. */
  offer(name: string, available: boolean | undefined, label: string): void;
  showSteps(list: Element, steps: readonly OperationStep[], wording: Wording): void;
}

let sheet: CSSStyleSheet | undefined;

export function createParts(root: ShadowRoot): Parts {
  // Unlike a style element, a sheet is allowed by every content security policy.
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
  }
  root.adoptedStyleSheets = [sheet];
  root.innerHTML = markup;

  const parts: Parts = {
    get: (name) => root.querySelector(`[part=${name}]`) as HTMLElement,

    write(node, text) {
      if (node.textContent !== text) node.textContent = text;
    },

    offer(name, available, label) {
      const button = parts.get(name);
      parts.write(button.firstChild as Node, label);
      button.ariaDisabled = String(!available);
      button.hidden = !available && root.activeElement !== button;
    },

    showSteps(list, steps, wording) {
      while (list.children.length > steps.length) list.lastChild?.remove();
      while (list.children.length < steps.length) list.insertAdjacentHTML('beforeend', '<li part=step>-<ul></ul>');
      steps.forEach(({ name, value, children = [] }, index) => {
        const item = list.children[index] as Element;
        const standing = value === null ? '…' : value < 1 ? wording.percent(value) : '✓';
        parts.write(item.firstChild as Node, `${name} ${standing}`);
        parts.showSteps(item.lastChild as Element, children, wording);
      });
    },
  };
  return parts;
}
