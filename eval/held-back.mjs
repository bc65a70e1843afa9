// Which labelled rows are never trained on, never used to fix a threshold and never read one by one: a quarter, by source where a
// source has kinds. Figures are read off them.

/** FNV-1a. */
function hashOf(text) {
  let hash = 2166136261
  for (const character of text) hash = Math.imul(hash ^ character.codePointAt(0), 16777619)
  return hash >>> 0
}

export function isHeldBack(row) {
  // Of an instruction planted in data its kind is held back, of an obfuscated text what it was made of.
  const key = row.technique !== undefined && row.scope === 'task_in_data' ? row.technique : (row.derived_from ?? row.id)
  return hashOf(key) % 4 === 0
}
