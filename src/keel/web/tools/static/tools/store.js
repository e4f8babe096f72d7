// Keeps entries in this browser (localStorage) and nowhere else. An entry is {id, at, values}: `at` is when it was
// written, `values` maps field ids to what was answered. A field without an answer is absent, not empty and not "no".

const PREFIX = "keel.tool.";
const FORMAT = "keel-tools/1";
const LONGEST = 20000;

export function read(tool) {
  try {
    const kept = JSON.parse(localStorage.getItem(PREFIX + tool));
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

/** False where the browser refuses to keep anything (private window, no room). */
export function write(tool, entries) {
  try {
    if (entries.length) localStorage.setItem(PREFIX + tool, JSON.stringify(entries));
    else localStorage.removeItem(PREFIX + tool);
    return true;
  } catch {
    return false;
  }
}

export function newId() {
  return [...crypto.getRandomValues(new Uint8Array(9))].map((byte) => byte.toString(36).padStart(2, "0")).join("");
}

/** Everything that is kept of these tools, by tool id. */
export function everything(tools) {
  return Object.fromEntries(tools.map((tool) => [tool.id, read(tool.id)]).filter(([, entries]) => entries.length));
}

export function restore(kept) {
  return Object.entries(kept).every(([tool, entries]) => write(tool, entries));
}

export function erase(tools) {
  tools.forEach((tool) => write(tool.id, []));
}

export function fileText(tools) {
  return JSON.stringify({ format: FORMAT, saved: new Date().toISOString(), tools: everything(tools) }, null, 1);
}

/** Adds the entries of a file to what is here. An entry that is in both keeps its newer form. Null for a file that is
 *  not of this format; else how many entries were added or changed, and how many were left out. */
export function readFile(text, tools) {
  let file;
  try {
    file = JSON.parse(text);
  } catch {
    return null;
  }
  if (file?.format !== FORMAT || typeof file.tools !== "object" || file.tools === null) return null;
  const result = { read: 0, dropped: 0, kept: true };
  for (const [id, entries] of Object.entries(file.tools)) {
    const tool = tools.find((one) => one.id === id);
    const good = tool && Array.isArray(entries) ? entries.map((entry) => sound(entry, tool)).filter(Boolean) : [];
    result.dropped += (Array.isArray(entries) ? entries.length : 1) - good.length;
    if (good.length) merge(tool, good, result);
  }
  return result;
}

function merge(tool, incoming, result) {
  const byId = new Map(read(tool.id).map((entry) => [entry.id, entry]));
  for (const entry of incoming) {
    const held = byId.get(entry.id);
    if (held && held.at >= entry.at) continue;
    byId.set(entry.id, entry);
    result.read += 1;
  }
  const sorted = [...byId.values()].sort((one, other) => one.at.localeCompare(other.at));
  result.kept = write(tool.id, sorted) && result.kept;
}

function sound(entry, tool) {
  const isEntry = typeof entry?.id === "string" && /^[\w-]{1,64}$/.test(entry.id) && !Number.isNaN(Date.parse(entry.at));
  if (!isEntry || typeof entry.values !== "object" || entry.values === null) return null;
  const values = {};
  for (const field of tool.fields) if (fits(entry.values[field.id], field)) values[field.id] = entry.values[field.id];
  if (tool.hasBlocks && isBlocks(entry.values.blocks)) values.blocks = entry.values.blocks;
  return Object.keys(values).length ? { id: entry.id, at: entry.at, values } : null;
}

function fits(value, field) {
  const isText = (one) => typeof one === "string" && one.length <= LONGEST;
  if (field.kind === "list") return Array.isArray(value) && value.length <= 200 && value.every(isText);
  if (field.kind === "choices") return Array.isArray(value) && value.every((one) => Object.hasOwn(field.choices, one));
  if (field.kind === "minutes") return Number.isFinite(value) && value >= 0;
  if (["choice", "yes_no", "scale"].includes(field.kind)) return isText(value) && Object.hasOwn(field.choices, value);
  if (field.kind === "date") return isText(value) && /^\d{4}-\d{2}-\d{2}$/.test(value);
  if (field.kind === "time") return isText(value) && /^\d{2}:\d{2}/.test(value);
  return isText(value);
}

function isBlocks(value) {
  const isLine = (line) => Array.isArray(line) && line.length === 2 && line.every((one) => typeof one === "string");
  return Array.isArray(value) && value.length <= 100 && value.every(isLine);
}
