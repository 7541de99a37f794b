/** The little of a page's elements that our scripts in the page read. The whole DOM's types would put its globals everywhere. */
export type PageElement = {
  readonly textContent: string;
  readonly className: string;
  readonly dataset: Record<string, string | undefined>;
  getAttribute(name: string): string | null;
  hasAttribute(name: string): boolean;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): ArrayLike<PageElement>;
};

/** A CSS attribute value. */
export const quoted = (text: string): string => JSON.stringify(text);

/** This text, with any white space around it, and no more. */
export const exactly = (text: string): RegExp => new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
