import type * as z from 'zod';

/** What could be read of an answer. */
export type ReadAnswer<T> =
  | {
      ok: true;
      value: T;
      /** Items of its lists that hold something unreadable, which is unknown now, or that are left out for it. */
      unread: number;
    }
  | { ok: false; issue: z.core.$ZodIssue };

/**
 * Reads an answer by a schema, the items of its lists one by one: what does not fit in an item becomes null, and where
 * the schema has no null there (an id), the item does. An answer is unreadable where something does not fit outside of
 * lists, or no item of a list can be read.
 */
export function readAnswer<T>(schema: z.ZodType<T>, answer: unknown): ReadAnswer<T> {
  let read = schema.safeParse(answer);
  if (read.success) return { ok: true, value: read.data, unread: 0 };
  const [first] = read.error.issues as [z.core.$ZodIssue];
  const mended = structuredClone(answer);
  const items = new Map<string, Path>();
  while (!read.success) {
    for (const issue of read.error.issues) {
      const item = itemOf(issue.path);
      if (!item || !blank(mended, issue.path, item.length)) return { ok: false, issue };
      items.set(JSON.stringify(item), item);
    }
    read = schema.safeParse(mended);
  }
  const lists = [...items.values()].map((item) => item.slice(0, -1).reduce(inside, mended) as unknown[]);
  if (lists.some((list) => list.every((item) => item === null))) return { ok: false, issue: first };
  return { ok: true, value: read.data, unread: items.size };
}

type Path = readonly PropertyKey[];

/** The path of the outermost list's item in which a path lies. */
function itemOf(path: Path): Path | undefined {
  const at = path.findIndex((key) => typeof key === 'number');
  return at === -1 ? undefined : path.slice(0, at + 1);
}

/** Puts null at a path; where there is nothing already, one step further out, to `outermost` steps from the top. */
function blank(answer: unknown, path: Path, outermost: number): boolean {
  for (let length = path.length; length >= outermost; length--) {
    const holder = path.slice(0, length - 1).reduce(inside, answer) as Record<PropertyKey, unknown> | null;
    const key = path[length - 1] as PropertyKey;
    if (typeof holder !== 'object' || (holder?.[key] ?? null) === null) continue;
    (holder as Record<PropertyKey, unknown>)[key] = null;
    return true;
  }
  return false;
}

const inside = (value: unknown, key: PropertyKey): unknown =>
  (value as Record<PropertyKey, unknown> | null | undefined)?.[key];
