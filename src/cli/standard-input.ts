/**
 * All of standard input. Not by a synchronous read, which would hold up the signals for as long as the writer takes.
 * @returns a function that gives the text, or throws what went wrong.
 */
export async function readStandardInput(): Promise<() => string> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of process.stdin) if (chunk instanceof Uint8Array) chunks.push(chunk);
  } catch (thrown) {
    return () => {
      throw thrown;
    };
  }
  const text = Buffer.concat(chunks).toString('utf8');
  return () => text;
}
