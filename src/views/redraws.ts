import { EventEmitter, type TreeView } from 'vscode';

/** VS Code collects what it is told for 200 ms before it asks for rows. */
const againMs = 700;
/** A row that VS Code does not ask for after so many times is out of its sight. */
const mostTimes = 5;

/** Tells VS Code what to draw anew of a tree. A tree that is hidden is told nothing: it asks for its rows when it is shown again. */
export class Redraws<Node> {
  readonly #tree: () => TreeView<Node>;
  readonly #listed: () => Promise<unknown>;
  #first: Promise<void> | undefined;
  /** How many questions for the rows at the top wait for the first list. */
  #waiting = 0;
  readonly #changed = new EventEmitter<Node[] | undefined>();
  readonly #again = new Map<string, NodeJS.Timeout>();
  /** For the tree's `onDidChangeTreeData`. */
  readonly event = this.#changed.event;

  /** `listed`: settles when there are rows to be drawn, or there will be none. */
  constructor(tree: () => TreeView<Node>, listed: () => Promise<unknown>) {
    this.#tree = tree;
    this.#listed = listed;
  }

  /**
   * The rows at the top, as soon as they are known for the first time: if VS Code was told before that there are none, it would show the
   * page of an empty tree.
   */
  async top(rows: () => Node[]): Promise<Node[]> {
    this.#waiting++;
    this.#first ??= this.#begin();
    await this.#first;
    this.#waiting--;
    return rows();
  }

  async #begin(): Promise<void> {
    // VS Code 1.139 gives a view that was closed until now its height two seconds later, or with a message, and until then it has no rows.
    const tree = this.#tree() as { message: string | undefined };
    const { message } = tree;
    tree.message = message;
    // Whoever lists tells what went wrong.
    await this.#listed().catch(() => undefined);
  }

  /** What VS Code waits for is what is there then: told anew, it would give that up and take the tree to be empty. */
  all(): void {
    if (this.#tree().visible && this.#waiting === 0) this.#changed.fire(undefined);
  }

  /** These rows and what is open below them; those that are not there are left out. */
  rows(rows: readonly (Node | undefined)[]): void {
    const known = rows.filter((row) => row !== undefined);
    if (known.length > 0 && this.#tree().visible) this.#changed.fire(known);
  }

  /**
   * Open rows, again and again until `owed` has no more of them: those below which VS Code has not asked yet. What it is told of a row
   * while it waits for the answer to its last question, it forgets: it keeps that answer, and draws it once more. `key`: instead of what
   * was begun under it before.
   */
  untilAsked(key: string, owed: () => readonly (Node | undefined)[], times = mostTimes): void {
    clearTimeout(this.#again.get(key));
    this.#again.delete(key);
    const rows = owed();
    if (rows.length === 0 || times === 0) return;
    this.rows(rows);
    this.#again.set(
      key,
      setTimeout(() => this.untilAsked(key, owed, times - 1), againMs),
    );
  }

  dispose(): void {
    for (const timer of this.#again.values()) clearTimeout(timer);
    this.#changed.dispose();
  }
}
