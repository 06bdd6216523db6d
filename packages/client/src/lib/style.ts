/** How the element looks. Pages load it, so it is written short; what they may want otherwise is a variable or a part. */
export const style: string =
  ':host{display:block;--c:#2a7de1}' +
  ':host(:state(done)){--c:#238a43}' +
  ':host(:state(failed)),:host(:state(gone)){--c:#d93a40}' +
  ':host(:state(cancelled)){--c:#888}' +
  ':host([hidden]),[hidden],ul:empty,:host(:not(:state(done))) [name=done],:host(:not(:state(failed))) [name=error]{display:none}' +
  'p{display:flex;justify-content:space-between;gap:.75em;margin:0}' +
  'span+span{white-space:nowrap;font-variant-numeric:tabular-nums}' +
  '[part=bar]{position:relative;overflow:hidden;height:var(--operation-height,.5em);margin:.375em 0;border-radius:1em;background:#8884}' +
  '[part=fill]{height:100%;border-radius:inherit;background:var(--operation-color,var(--c));transition:width .3s}' +
  ':host(:state(indeterminate)) [part=fill]{width:35%!important;animation:move 1.2s ease-in-out infinite alternate}' +
  '@keyframes move{to{margin-inline-start:65%}}' +
  'progress{position:absolute;inset:0;width:100%;opacity:0}' +
  '[part=details],[part=steps]{font-size:.875em}' +
  'ul{list-style:none;margin:0;padding:0}' +
  'ul ul{padding-inline-start:1.25em}' +
  'button{font:inherit;color:inherit;background:none;border:1px solid;border-radius:.375em;padding:.25em .75em;margin:.375em 0 0}' +
  '[aria-disabled=true]{opacity:.6}' +
  '[part=status]{position:absolute;width:1px;height:1px;overflow:hidden;opacity:0}' +
  '@media (prefers-reduced-motion){[part=fill]{transition:none}' +
  ':host(:state(indeterminate)) [part=fill]{width:100%!important;opacity:.4;animation:none}}' +
  '@media (forced-colors:active){[part=bar]{border:1px solid}[part=fill]{background:Highlight;forced-color-adjust:none}}';

/**
 * What is inside it: nearly all stands in the slot for the element's own content, which is shown as long as that slot is open.
 * The nodes that announce are there from the beginning, as new ones would not be read out.
 */
export const markup: string =
  '<slot part=own><p><span part=label id=l><slot name=label></slot></span><span part=percent></span></p>' +
  '<div part=bar><div part=fill></div><progress part=progress aria-labelledby=l></progress></div>' +
  '<p part=details><span part=message></span><span part=eta></span></p><ul part=steps></ul><div part=error role=alert></div>' +
  '<slot name=error></slot><slot name=done></slot>' +
  '<div part=actions><button part=cancel><slot name=cancel></slot></button> <button part=retry><slot name=retry></slot></button></div>' +
  '</slot><div part=status role=status></div>';
