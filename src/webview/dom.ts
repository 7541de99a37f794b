type Attributes = Record<string, string>;

/** An element with what is in it; text is text, never markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Changes what is read out only when it differs: a screen reader would say it again. */
export function setText(of: HTMLElement, text: string): void {
  const node = of;
  if (node.textContent !== text) node.textContent = text;
}
