/** Requests wait for a registry most of the time, and Node inflates in four threads. */
const MAX_AT_ONCE = 8;

/** Several at a time. The first failure ends it, once those that are under way have ended too. */
export async function forEachAtOnce<Item>(
  items: readonly Item[],
  use: (item: Item) => Promise<void>,
): Promise<void> {
  const pending = items.values();
  let failure: { readonly thrown: unknown } | undefined;
  const work = async (): Promise<void> => {
    for (const item of pending) {
      if (failure !== undefined) return;
      try {
        await use(item);
      } catch (thrown) {
        failure ??= { thrown };
      }
    }
  };
  await Promise.all(Array.from({ length: MAX_AT_ONCE }, work));
  if (failure !== undefined) throw failure.thrown;
}
