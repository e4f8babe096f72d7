// Reads the form into values and fills it from them. What was left open is absent from the values.

import { make, say } from "./words.js";

const form = document.getElementById("form");
const places = form ? [...form.querySelectorAll("[data-field]")] : [];
const lines = form?.querySelector(".blocks");
const template = lines ? [...lines.children].map(lineOf) : [];

function lineOf(row) {
  return [...row.querySelectorAll("input, textarea")].map((input) => input.value.trim());
}

export function values() {
  const found = {};
  for (const place of places) {
    const value = valueOf(place);
    if (value !== undefined) found[place.dataset.field] = value;
  }
  if (lines) found.blocks = [...lines.children].map(lineOf).filter(([time, what]) => time || what);
  return found;
}

function valueOf(place) {
  const { kind } = place.dataset;
  if (kind === "choices") {
    const chosen = [...place.querySelectorAll("input:checked")].map((input) => input.value);
    return chosen.length ? chosen : undefined;
  }
  if (place.tagName === "FIELDSET") return place.querySelector("input:checked")?.value || undefined;
  const text = place.querySelector("input, textarea").value.trim();
  if (!text) return undefined;
  if (kind === "minutes") return Number.isFinite(Number(text)) ? Math.max(0, Number(text)) : undefined;
  return kind === "list" ? text.split("\n").map((line) => line.trim()).filter(Boolean) : text;
}

export function fill(held = {}) {
  for (const place of places) put(place, held[place.dataset.field]);
  if (lines) showLines(held.blocks ?? template);
}

function put(place, value) {
  if (place.tagName === "FIELDSET") {
    const chosen = [value ?? (place.dataset.kind === "choices" ? [] : "")].flat();
    for (const input of place.querySelectorAll("input")) input.checked = chosen.includes(input.value);
  } else {
    place.querySelector("input, textarea").value = Array.isArray(value) ? value.join("\n") : (value ?? "");
  }
}

export function set(field, value) {
  const place = places.find((one) => one.dataset.field === field);
  if (place) put(place, value);
}

export function focusFirst() {
  places[0]?.querySelector("input, textarea").focus();
}

function showLines(rows) {
  lines.replaceChildren(...rows.map(([time, what]) => row(time, what)));
}

function row(time, what) {
  const when = make("input", { type: "time", "aria-label": say("time"), value: time });
  const doing = make("textarea", { rows: 2, "aria-label": say("what") }, what);
  const remove = make("button", { type: "button", class: "plain-button", "aria-label": `${say("remove")}: ${what}` }, "✕");
  const item = make("li", {}, when, doing, remove);
  remove.addEventListener("click", () => {
    const next = item.nextElementSibling ?? item.previousElementSibling;
    item.remove();
    (next?.querySelector("input") ?? form.querySelector('[data-act="add"]')).focus();
  });
  return item;
}

export function addLine() {
  lines.append(row("", ""));
  lines.lastElementChild.querySelector("input").focus();
}
