/** A report as it is, for programs; indented by two. What is undefined is left out. */
export function renderReportJson(report: object): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
