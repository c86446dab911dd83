/** A field of a cron expression: its numbers, their names, and which of the letters it takes. */
interface Field {
  from: number;
  to: number;
  /** Names of the numbers, from `from` on. */
  names?: readonly string[];
  /** Forms that this field alone takes, as a whole. */
  alone?: RegExp;
  mayStep?: boolean;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** In order. Source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */
const FIELDS: readonly Field[] = [
  { from: 0, to: 59, mayStep: true },
  { from: 0, to: 23, mayStep: true },
  { from: 1, to: 31, mayStep: true, alone: /^(\?|L|([1-9]|[12]\d|3[01])W)$/ },
  { from: 1, to: 12, mayStep: true, names: MONTHS },
  { from: 1, to: 7, names: WEEKDAYS, alone: /^(\?|([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)?L|[1-7]#[1-5])$/ },
  { from: 1970, to: 2199, mayStep: true },
];
const [DAY_OF_MONTH, DAY_OF_WEEK] = [2, 4];

/** The day of the month or that of the week must be left open, and the other may not. */
const ONE_DAY = '?';

const RATE = /^rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))\)$/;

/**
 * Whether EventBridge Scheduler takes this `cron(…)` or `rate(…)`. The CDK does not look, and CloudFormation would fail
 * in the middle of a deployment. Where the documentation leaves a form open (a range that runs backwards, a range with
 * a step, a step beyond the field's numbers), it is refused.
 */
export function isSchedule(text: string): boolean {
  if (RATE.test(text)) return true;
  const fields = /^cron\((.*)\)$/.exec(text)?.[1]?.split(' ') ?? [];
  return (
    fields.length === FIELDS.length &&
    FIELDS.every((field, i) => isField(fields[i] as string, field)) &&
    (fields[DAY_OF_MONTH] === ONE_DAY) !== (fields[DAY_OF_WEEK] === ONE_DAY)
  );
}

const isField = (text: string, field: Field): boolean =>
  text === '*' || field.alone?.test(text) || text.split(',').every((part) => isPart(part, field));

function isPart(part: string, field: Field): boolean {
  const [start = '', step, ...more] = part.split('/');
  if (step !== undefined) {
    const isStart = start === '*' || numberIn(start, field) !== undefined;
    const isStep = /^[1-9]\d*$/.test(step) && Number(step) <= field.to;
    return field.mayStep === true && more.length === 0 && isStart && isStep;
  }
  const ends = part.split('-').map((end) => numberIn(end, field));
  const [first, last = first] = ends;
  return (
    ends.length <= 2 &&
    first !== undefined &&
    last !== undefined &&
    !ends.includes(undefined) &&
    first <= last
  );
}

/** The number that a text stands for in this field. */
function numberIn(text: string, { from, to, names = [] }: Field): number | undefined {
  const named = names.indexOf(text);
  const value = named >= 0 ? named + from : /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return value >= from && value <= to ? value : undefined;
}
