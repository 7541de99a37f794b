/** The little of a page's elements that our scripts in the page read. The whole DOM's types would put its globals everywhere. */
export type PageElement = {
  readonly textContent: string;
  readonly className: string;
  readonly dataset: Record<string, string | undefined>;
  getAttribute(name: string): string | null;
  hasAttribute(name: string): boolean;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): ArrayLike<PageElement>;
  closest(selector: string): PageElement | null;
  dispatchEvent(event: object): boolean;
};

export type PageDocument = {
  addEventListener(
    event: string,
    listener: (event: { target: PageElement }) => void,
    options: { capture: boolean; once: boolean },
  ): void;
};

export type DragGlobals = {
  location: { protocol: string; host: string };
  DataTransfer: new () => {
    readonly items: { add(file: File): void };
    setData(type: string, text: string): void;
  };
  DragEvent: new (type: string, init: { dataTransfer: object; bubbles: boolean; cancelable: boolean }) => object;
};

/** A CSS attribute value. */
export const quoted = (text: string): string => JSON.stringify(text);

/** This text, with any white space around it, and no more. */
export const exactly = (text: string): RegExp => new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
