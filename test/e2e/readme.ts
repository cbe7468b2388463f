import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryDirectory } from './layah.ts';

export async function readReadme(): Promise<string> {
  return readFile(join(repositoryDirectory, 'README.md'), 'utf8');
}

/** The blocks that can be pasted into a shell. */
export async function shellBlocks(): Promise<string[]> {
  return fencedBlocks(await readReadme(), 'sh');
}

/** The blocks that show a prompt, each as its commands. */
export async function consoleBlocks(): Promise<string[][]> {
  return fencedBlocks(await readReadme(), 'console').map(promptedCommands);
}

/** What is between the ticks of the last column of that section's first table. */
export async function tableCommands(section: string): Promise<string[]> {
  const rows = await tableRows(section);
  return rows.map((cells) => withoutTicks(cells.at(-1) ?? ''));
}

/** Of that section's first table, without its head. */
export async function tableRows(section: string): Promise<string[][]> {
  const [, text = ''] = (await readReadme()).split(new RegExp(`^#+ ${section}$`, 'm'));
  const lines = text.split('\n');
  const first = lines.findIndex((line) => line.startsWith('|'));
  const table = lines.slice(first);
  const rows = table
    .slice(
      0,
      table.findIndex((line) => !line.startsWith('|')),
    )
    .slice(2);
  return rows.map((row) =>
    row
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

function fencedBlocks(text: string, language: string): string[] {
  const fences = new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'gm');
  return Array.from(text.matchAll(fences), ([, block = '']) => block);
}

/** A command goes on in the next line after a pipe or a backslash; what follows it is what it prints. */
function promptedCommands(block: string): string[] {
  const commands = Array.from(block.matchAll(/^\$ ((?:.*[|\\]\n)*.*)$/gm), ([, command = '']) => command);
  return commands.map((command) => command.replace(/ +# .*$/gm, ''));
}

function withoutTicks(cell: string): string {
  return cell.replaceAll('`', '').replaceAll(String.raw`\|`, '|');
}
