import { basename, dirname } from 'node:path';
import type { Told } from '../../core/listening/account.ts';

/** A file of an export. */
export interface ExportFile {
  path: string;
  /** From its first play to its last; null where it has none or could not be read. */
  told: Told | null;
  /** Whether it could be read, all but for a record here and there. */
  isWhole: boolean;
}

/** The files of a number: one is whole where any copy of it is. */
interface Part {
  number: number;
  told: Told[];
  isWhole: boolean;
}

/**
 * The times of which exports told every play. The files of one export lie side by side and are numbered. Where all are
 * there and whole, it tells of all from its first play to its last. Where one is missing or broken, each stretch of the
 * others tells of its own time, if they follow one another in time, and else of none: any of them may lack plays that
 * stood in the one that could not be read.
 */
export function toldBy(files: readonly ExportFile[]): Told[] {
  const exports = Map.groupBy(
    files,
    ({ path }) => `${dirname(path)}/${basename(path).replace(/[\d(].*/, '')}`,
  );
  return [...exports.values()].flatMap((each) => {
    const parts = partsOf(each);
    const stretches = stretchesOf(parts);
    return stretches.length === 1 && parts.every(({ isWhole }) => isWhole)
      ? whole(parts)
      : areInOrder(parts)
        ? stretches.flatMap(whole)
        : [];
  });
}

function partsOf(files: readonly ExportFile[]): Part[] {
  const numbers = Map.groupBy(files, ({ path }) => numberOf(path));
  const parts = [...numbers].map(([number, copies]) => {
    const good = copies.filter(({ isWhole }) => isWhole);
    return { number, told: good.flatMap(({ told }) => told ?? []), isWhole: good.length > 0 };
  });
  return parts.sort((a, b) => a.number - b.number);
}

/** The last number in a name, but for that of a copy: `Streaming_History_Audio_2019-2021_3 (1).json` is 3. */
function numberOf(path: string): number {
  const [, digits] = /(\d+)\D*$/.exec(basename(path).replace(/ ?\(\d+\)/, '')) ?? [];
  return Number(digits ?? 0);
}

/** Parts that are whole and whose numbers follow one another. */
function stretchesOf(parts: readonly Part[]): Part[][] {
  const stretches: Part[][] = [];
  for (const [i, part] of parts.entries()) {
    const before = parts[i - 1];
    if (!part.isWhole) continue;
    if (before?.isWhole && before.number + 1 === part.number) stretches.at(-1)?.push(part);
    else stretches.push([part]);
  }
  return stretches;
}

function whole(parts: readonly Part[]): Told[] {
  const told = parts.flatMap((part) => part.told);
  return told.length === 0 ? [] : [told.reduce((all, each) => union(all, each))];
}

/** The time from the first play of two times to the last. */
export const union = (a: Told | null, b: Told): Told => ({
  ...(a ?? b),
  from: a && a.from < b.from ? a.from : b.from,
  to: a && a.to > b.to ? a.to : b.to,
});

const areInOrder = (parts: readonly Part[]): boolean =>
  parts
    .flatMap((part) => whole([part]))
    .every((told, i, all) => i === 0 || told.from >= (all[i - 1] as Told).to);
