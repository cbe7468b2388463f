const UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/**
 * `0 B` to `1023 B`, then the largest binary unit with one decimal: `1.0 KiB`, `1023.9 KiB`, `1.0 MiB`.
 * What would round to 1024.0 of a unit is 1.0 of the next.
 */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let value = bytes;
  for (const unit of UNITS) {
    value /= 1024;
    if (value < 1023.95 || unit === UNITS.at(-1)) return `${value.toFixed(1)} ${unit}`;
  }
  return `${bytes} B`;
}

/** Thousands separated by commas: `6,812`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `6,812 files`, `1 file`. */
export function formatNoun(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}

/** `3.2 s` below a minute, `2 min 5 s` from then on. */
export function formatSeconds(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Whole per cent, rounded down so that 100 % means all; of nothing it is 100 %. */
export function formatPercent(part: number, whole: number): string {
  return `${whole === 0 ? 100 : Math.floor((part / whole) * 100)} %`;
}

/** Per cent with one decimal, `0.0 %` for nothing and `<0.1 %` for little; of nothing it is `-`. */
export function formatShare(part: number, whole: number): string {
  if (whole === 0) return '-';
  const percent = (part / whole) * 100;
  return percent > 0 && percent < 0.1 ? '<0.1 %' : `${percent.toFixed(1)} %`;
}
