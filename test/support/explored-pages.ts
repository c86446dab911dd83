import type { BrowserContextOptions, Page } from 'playwright-core';
import { testBrowser, watchedPage } from './chromium.ts';
import { putExplored, type Served, serveExplored } from './explored.ts';
import { type Machine, openMachine } from './machine.ts';

/** A page of the explorer that a test has opened, of thirty artists on two days. */
export class ExploredPages {
  served = {} as Served;
  page = {} as Page;
  /** What went wrong in the page so far. */
  faults: string[] = [];
  readonly #browser = testBrowser();
  #machine: Machine | undefined;

  constructor() {
    beforeAll(async () => {
      this.#machine = await openMachine();
      await putExplored(this.#machine, 23);
      this.served = await serveExplored(this.#machine);
    });
    afterAll(async () => {
      await this.served.close();
      await this.#machine?.close();
    });
    afterEach(async () => {
      expect([this.faults, this.served.faults]).toEqual([[], []]);
      await this.page.context().close();
    });
  }

  /** Opens a view in a new context, at a desk unless told. */
  async open(hash: string, options: BrowserContextOptions = {}): Promise<Page> {
    const viewport = { width: 1440, height: 900 };
    const { page, faults } = await watchedPage(this.#browser(), this.served.url, { viewport, ...options });
    this.page = page;
    this.faults = faults;
    await page.goto(`${this.served.url}${hash}`);
    return page;
  }

  /** The element that has the focus: its name and its text. */
  focused(): Promise<string> {
    return this.page.evaluate('document.activeElement.tagName + " " + document.activeElement.textContent');
  }

  /** The hash of the page, decoded. */
  hash(): string {
    return decodeURIComponent(new URL(this.page.url()).hash);
  }

  /** Presses Tab until what has the focus is called so, and fails where nothing is. */
  async tabTo(name: string): Promise<void> {
    for (let presses = 0; presses < 80; presses++) {
      await this.page.keyboard.press('Tab');
      if ((await this.page.evaluate(CALLED)) === name) return;
    }
    throw new Error(`expected Tab to reach ${name}`);
  }
}

const CALLED =
  'document.activeElement.ariaLabel ?? document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent';
