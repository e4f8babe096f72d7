// Counts of many entries, drawn as tables with bars. Counts only: nothing is added up to a score.

import { language, make, say } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const PARTS = ["night", "morning", "afternoon", "evening"];
const weekday = new Intl.DateTimeFormat(language, { weekday: "long", timeZone: "UTC" });
const month = new Intl.DateTimeFormat(language, { month: "long", year: "numeric", timeZone: "UTC" });
const MONDAY = Date.UTC(2024, 0, 1);
const DAY = 86400000;

export function draw(view, tool, entries) {
  const told = entries.filter((entry) => entry.values[view.by] !== undefined);
  const counted = view.only ? told.filter((entry) => entry.values[view.only] === "yes") : told;
  if (!counted.length) return null;
  const rows = rowsOf(view, tool, counted);
  const most = Math.max(...rows.map((row) => row.entries.length));
  const middle = tool.fields.find((field) => field.id === view.middleOf);
  const head = ["", say("many"), "", ...(middle ? [say("middle")] : [])];
  const table = make(
    "table",
    { class: "bars" },
    make("caption", {}, view.label),
    make("thead", {}, make("tr", {}, ...head.map((text) => make(text ? "th" : "td", text ? { scope: "col" } : {}, text)))),
    make("tbody", {}, ...rows.map((row) => tableRow(row, most, middle))),
  );
  const notes = [say("from", { n: counted.length })];
  if (entries.length > told.length) notes.push(say("without", { n: entries.length - told.length }));
  if (middle) notes.push(say("middleOf", { what: middle.label }));
  if (counted.length < 7) notes.push(say("few"));
  const hours = view.within === "part_of_day" ? hoursOf(counted.map((entry) => entry.values[view.by])) : null;
  return make("figure", { class: "pattern" }, table, hours, make("figcaption", { class: "fine" }, notes.join(" ")));
}

function rowsOf(view, tool, entries) {
  const field = tool.fields.find((one) => one.id === view.by);
  const keys = (entry) => keysOf(entry.values[view.by], view);
  const row = (key, label) => ({ label, entries: entries.filter((entry) => keys(entry).includes(key)) });
  if (view.within === "part_of_day") return PARTS.map((part) => row(part, say(part)));
  if (view.within === "weekday") {
    return [0, 1, 2, 3, 4, 5, 6].map((day) => row(day, weekday.format(new Date(MONDAY + day * DAY))));
  }
  if (view.within === "month") {
    const found = [...new Set(entries.flatMap(keys))].sort();
    return found.map((key) => row(key, month.format(new Date(`${key}-01T00:00:00Z`))));
  }
  const rows = Object.entries(field.choices).map(([key, label]) => row(key, label));
  return rows.filter((one) => one.entries.length).sort((one, other) => other.entries.length - one.entries.length);
}

function keysOf(value, view) {
  if (view.within === "part_of_day") return [PARTS[Math.floor(Number(value.slice(0, 2)) / 6)]];
  if (view.within === "weekday") return [(new Date(`${value}T00:00:00Z`).getUTCDay() + 6) % 7];
  if (view.within === "month") return [value.slice(0, 7)];
  return [value].flat();
}

function tableRow(row, most, middle) {
  const cells = [make("th", { scope: "row" }, row.label), make("td", { class: "bar-count" }, String(row.entries.length))];
  cells.push(make("td", { class: "bar", "aria-hidden": "true" }, bar(row.entries.length / most)));
  if (middle) {
    const numbers = row.entries.map((entry) => Number(entry.values[middle.id])).filter(Number.isFinite);
    cells.push(make("td", { class: "bar-middle" }, numbers.length ? String(median(numbers)) : "–"));
  }
  return make("tr", {}, ...cells);
}

export function median(numbers) {
  const sorted = [...numbers].sort((one, other) => one - other);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

function svg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

function bar(share) {
  const shape = svg("rect", { x: 0, y: 0, width: 100 * share, height: 10, class: "bar-fill" });
  return svg("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", focusable: "false" }, shape);
}

/** Twenty-four columns, one for each hour. */
function hoursOf(times) {
  const counts = Array(24).fill(0);
  for (const time of times) counts[Number(time.slice(0, 2))] += 1;
  const most = Math.max(...counts);
  const columns = counts.map((count, hour) =>
    svg("rect", { x: hour * 10 + 1, y: 50 - (count / most) * 46, width: 8, height: (count / most) * 46, class: "bar-fill" }),
  );
  const ticks = [0, 6, 12, 18, 24].map((hour) => {
    const anchor = hour === 0 ? "start" : hour === 24 ? "end" : "middle";
    return svg("text", { x: hour * 10, y: 64, "text-anchor": anchor, class: "hour" }, String(hour));
  });
  const ground = svg("path", { d: "M0 50.5H240", class: "hour-ground" });
  const words = say("hours", { hour: counts.indexOf(most), n: most });
  return svg("svg", { viewBox: "0 0 240 68", class: "hours", role: "img", "aria-label": words }, ground, ...columns, ...ticks);
}
