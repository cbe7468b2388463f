import type { LayerChange, PlannedLayerSummary, PlanReport } from '../pipeline/run.ts';
import { formatBytes, formatNoun, formatShare } from '../model/human-numbers.ts';
import { type Column, renderTable } from '../reports/table.ts';

/** Wide enough for names, and the same wherever it is printed. */
const TABLE_COLUMNS = 100;

/** A line a layer, from the bottom up, then totals. */
export function renderPlan(plan: PlanReport): string[] {
  const hasPrevious = plan.layers.some(({ change }) => change !== undefined);
  const columns = hasPrevious ? [...COLUMNS, CHANGE_COLUMN] : COLUMNS;
  return [
    ...renderTable(columns, plan.layers.map(layerCells), TABLE_COLUMNS),
    '',
    totals(plan),
    ...(hasPrevious ? changeLines(plan) : []),
  ];
}

/** The same with every component, its name not shortened and sizes in bytes. */
export function renderPlanJson(plan: PlanReport): string {
  return `${JSON.stringify(plan, null, 2)}\n`;
}

const COLUMNS: readonly Column[] = [
  { title: 'layer', align: 'right' },
  { title: 'components', align: 'left', flexible: true },
  { title: 'size', align: 'right' },
  { title: 'changes/week', align: 'right' },
  { title: 'bytes/week', align: 'right' },
];

const CHANGE_COLUMN: Column = { title: 'previous', align: 'left' };

const CHANGE_WORDS: Readonly<Record<LayerChange, string>> = {
  kept: 'stays',
  repacked: 'repacked',
  new: 'new',
};

function layerCells(layer: PlannedLayerSummary, index: number): string[] {
  const { components, sizeBytes, weeklyUpdateProbability, weeklyBytes, change } = layer;
  return [
    String(index + 1),
    components.map(({ name }) => name).join(', '),
    formatBytes(sizeBytes),
    formatShare(weeklyUpdateProbability, 1),
    formatBytes(weeklyBytes),
    ...(change === undefined ? [] : [CHANGE_WORDS[change]]),
  ];
}

function totals({ layers, sizeBytes, weeklyBytes }: PlanReport): string {
  const componentCount = layers.reduce((sum, { components }) => sum + components.length, 0);
  const parts = [
    formatNoun(layers.length, 'layer'),
    formatNoun(componentCount, 'component'),
    `${formatBytes(sizeBytes)} before compression`,
  ];
  const share = formatShare(weeklyBytes, sizeBytes);
  return `${parts.join(', ')}; clients pull ${formatBytes(weeklyBytes)} (${share}) of it again each week`;
}

function changeLines({ layers, removedComponents }: PlanReport): string[] {
  const count = (change: LayerChange, words: ChangeWords) => {
    const changed = layers.filter((layer) => layer.change === change);
    const bytes = changed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    return `${changed.length} ${changed.length === 1 ? words.one : words.many} (${formatBytes(bytes)})`;
  };
  const counts = [
    count('kept', { one: 'layer stays', many: 'layers stay' }),
    count('repacked', { one: 'is repacked', many: 'are repacked' }),
    count('new', { one: 'is new', many: 'are new' }),
  ];
  const removed = removedComponents.length === 0 ? [] : [`no longer there: ${removedComponents.join(', ')}`];
  return [`with the previous image: ${counts.join(', ')}`, ...removed];
}

interface ChangeWords {
  readonly one: string;
  readonly many: string;
}
