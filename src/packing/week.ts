export const WEEK_SECONDS = 7 * 24 * 60 * 60;

/** How much less a week weighs than the one after it: 2^(-1/52), so that a year halves the weight. */
export const WEEKLY_DECAY = 0.9867586942598652;
