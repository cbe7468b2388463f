import type { VerifyReport } from '../pipeline/run.ts';
import { formatNoun, formatSeconds } from '../model/human-numbers.ts';

export interface VerifyReportSettings {
  readonly seconds: number;
  /** Findings only. */
  readonly quiet: boolean;
  readonly rootfs: string | undefined;
}

/** One line a finding, `CODE: SUBJECT: MESSAGE`, then what was looked at and how it went. */
export function renderVerifyReport(report: VerifyReport, settings: VerifyReportSettings): string[] {
  const findings = report.findings.map(({ code, subject, message }) => `${code}: ${subject}: ${message}`);
  if (settings.quiet) return findings;
  return [
    ...findings,
    ...(report.manifestDigest === undefined ? [] : [report.manifestDigest]),
    checkedLine(report, settings),
    verdict(report, settings.rootfs),
  ];
}

/** The report with `ok` before it; findings as they are, indented by two. */
export function renderVerifyJson(report: VerifyReport): string {
  return `${JSON.stringify({ ok: report.findings.length === 0, ...report }, null, 2)}\n`;
}

function checkedLine(report: VerifyReport, { seconds }: VerifyReportSettings): string {
  const parts = [
    `${formatNoun(report.layerCount, 'layer')} (${report.estargzLayerCount} eStargz)`,
    formatNoun(report.tocEntryCount, 'TOC entry', 'TOC entries'),
    formatNoun(report.chunkCount, 'chunk'),
    formatNoun(report.treeEntryCount, 'path'),
    formatSeconds(seconds),
  ];
  return `checked ${parts.join(', ')}`;
}

function verdict(report: VerifyReport, rootfs: string | undefined): string {
  const count = report.findings.length;
  if (count > 0) return `failed: ${formatNoun(count, 'finding')}`;
  return report.comparedWithRootfs
    ? `ok: every digest is right, and the tree is that of ${rootfs ?? 'the root filesystem'}`
    : 'ok: every digest is right';
}
