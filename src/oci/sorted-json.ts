import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';

/**
 * The same object with every object's members sorted, so that the bytes do not depend on which program printed
 * the config. Arrays keep their order. A member called `__proto__` stays an ordinary member.
 */
export function sortedJson(object: JsonObject): JsonObject {
  const members = Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([key, value]) => [key, sortedValue(value)]));
}

function sortedValue(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map((item: JsonValue) => sortedValue(item));
  return isJsonObject(value) ? sortedJson(value) : value;
}
