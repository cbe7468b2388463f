/** What the colour of an area says; page-style.ts has the colours. */
export type Tone = RateTone | ChangeTone | FormatTone;

/** How likely it changes within a week, from the least to the most. */
export type RateTone = 'rate-1' | 'rate-2' | 'rate-3' | 'rate-4' | 'rate-5' | 'rate-unknown';

/** What an update makes of it. */
export type ChangeTone = 'unchanged' | 'repacked' | 'updated' | 'added' | 'removed';

/** How a layer is stored. */
export type FormatTone = 'estargz' | 'gzip' | 'zstd' | 'plain';

export interface Legend {
  readonly title: string;
  readonly items: readonly LegendItem[];
}

export interface LegendItem {
  readonly tone: Tone;
  readonly text: string;
}

interface RateStep extends LegendItem {
  /** The first probability that is not of this step any more. */
  readonly below: number;
}

const RATE_STEPS: readonly RateStep[] = [
  { tone: 'rate-1', text: 'below 2 %', below: 0.02 },
  { tone: 'rate-2', text: '2 to 5 %', below: 0.05 },
  { tone: 'rate-3', text: '5 to 15 %', below: 0.15 },
  { tone: 'rate-4', text: '15 to 50 %', below: 0.5 },
  { tone: 'rate-5', text: '50 % and more', below: Number.POSITIVE_INFINITY },
];

export const RATE_LEGEND: Legend = {
  title: 'Changes within a week',
  items: RATE_STEPS.map(({ tone, text }) => ({ tone, text })),
};

export const CHANGE_LEGEND: Legend = {
  title: 'This update',
  items: [
    { tone: 'updated', text: 'updated' },
    { tone: 'added', text: 'added' },
    { tone: 'repacked', text: 'downloaded again as it was' },
    { tone: 'unchanged', text: 'not downloaded' },
  ],
};

export const FORMAT_LEGEND: Legend = {
  title: 'Format',
  items: [
    { tone: 'estargz', text: 'eStargz' },
    { tone: 'gzip', text: 'gzip' },
    { tone: 'zstd', text: 'zstd' },
    { tone: 'plain', text: 'not compressed' },
  ],
};

/** @param probability - of a change within a week; undefined when nobody knows it. */
export function rateTone(probability: number | undefined): Tone {
  if (probability === undefined) return 'rate-unknown';
  return RATE_STEPS.find(({ below }) => probability < below)?.tone ?? 'rate-5';
}
