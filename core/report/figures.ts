/** A number with three digits behind the point. */
export const figure = (value: number): string => value.toFixed(3);

/** A share in percent, never rounded up to what it is not. */
export const percent = (share: number): string => `${Math.floor(share * 1000 + 1e-9) / 10} %`;
