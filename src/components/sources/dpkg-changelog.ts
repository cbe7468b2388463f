/**
 * The times of a Debian changelog's entries, in the order of the file, which is the newest first. Only trailer lines
 * are looked at (deb-changelog(5)); a changelog of another form has none.
 *
 *      -- Name <mail>  Day, DD Mon YYYY HH:MM:SS +ZZZZ
 *
 * @param text - a byte string.
 * @returns seconds since 1970.
 */
export function parseDpkgChangelog(text: string): number[] {
  const times: number[] = [];
  for (let start = text.startsWith(' -- ') ? 0 : nextTrailer(text, 0); start >= 0;) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const time = end - start > MAX_TRAILER_BYTES ? undefined : parseTrailer(text.slice(start, end));
    if (time !== undefined) times.push(time);
    start = newline < 0 ? -1 : nextTrailer(text, newline);
  }
  return times;
}

const MAX_TRAILER_BYTES = 1000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DATE_PATTERN =
  /^ {1,2}(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), {1,2}([0-9]{1,2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) ([+-])([0-9]{2})([0-9]{2})[ \t\r]*$/;

function nextTrailer(text: string, from: number): number {
  const newline = text.indexOf('\n -- ', from);
  return newline < 0 ? -1 : newline + 1;
}

/** The weekday is not checked against the date: old changelogs have many that are wrong. */
function parseTrailer(line: string): number | undefined {
  const match = DATE_PATTERN.exec(line.slice(line.lastIndexOf('>') + 1));
  if (match === null) return undefined;
  const at = (group: number) => Number(match[group]);
  const [year, month, day] = [at(3), MONTHS.indexOf(match[2] ?? ''), at(1)];
  const [hour, minute, second, zoneHours, zoneMinutes] = [at(4), at(5), at(6), at(8), at(9)];
  const midnight = Date.UTC(year, month, day);
  const isRealDate = year >= 1970 && month >= 0 && day >= 1 && midnight < Date.UTC(year, month + 1, 1);
  if (!isRealDate || hour > 23 || minute > 59 || second > 60 || zoneHours > 14 || zoneMinutes > 59) {
    return undefined;
  }
  const zoneSeconds = (zoneHours * 60 + zoneMinutes) * 60 * (match[7] === '-' ? -1 : 1);
  const seconds = midnight / 1000 + (hour * 60 + minute) * 60 + second - zoneSeconds;
  return seconds >= 0 ? seconds : undefined;
}
