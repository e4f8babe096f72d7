// The month as a table of days to choose from. A day is used, not used, or not marked; there is no streak.

import { button, dayOf, dayWords, language, make, say } from "./words.js";

const place = document.getElementById("month");
const name = new Intl.DateTimeFormat(language, { month: "long", year: "numeric", timeZone: "UTC" });
const short = new Intl.DateTimeFormat(language, { weekday: "short", timeZone: "UTC" });
const long = new Intl.DateTimeFormat(language, { weekday: "long", timeZone: "UTC" });
const DAY = 86400000;
const MONDAY = Date.UTC(2024, 0, 1);
let shown = dayOf().slice(0, 7);
let chosen = dayOf();

export function showMonth(entries, view, choose) {
  const marks = new Map(entries.map((entry) => [entry.values[view.by], entry.values[view.only]]));
  const draw = (month, focus) => {
    shown = month;
    place.querySelector("#month-name").textContent = name.format(new Date(`${month}-01T00:00:00Z`));
    place.querySelector("thead").replaceChildren(headRow());
    place.querySelector("tbody").replaceChildren(...weeks(month, marks, pick));
    place.querySelector("#month-sum").textContent = sumOf(month, marks);
    if (focus) place.querySelector(`[data-day="${focus}"]`)?.focus();
  };
  const pick = (day) => {
    chosen = day;
    choose(day);
    draw(shown);
  };
  place.onclick = (event) => {
    const act = event.target.closest("[data-act]")?.dataset.act;
    if (act) draw(moved(shown, act === "earlier" ? -1 : 1));
  };
  place.onkeydown = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.key];
    const day = event.target.dataset.day;
    if (!step || !day) return;
    event.preventDefault();
    const next = new Date(Date.parse(`${day}T00:00:00Z`) + step * DAY).toISOString().slice(0, 10);
    if (next <= dayOf()) {
      chosen = next;
      draw(next.slice(0, 7), next);
    }
  };
  draw(shown);
}

function headRow() {
  const days = [0, 1, 2, 3, 4, 5, 6].map((day) => new Date(MONDAY + day * DAY));
  return make("tr", {}, ...days.map((day) => make("th", { scope: "col", abbr: long.format(day) }, short.format(day))));
}

function weeks(month, marks, pick) {
  const first = new Date(`${month}-01T00:00:00Z`);
  const cells = Array((first.getUTCDay() + 6) % 7).fill(null);
  for (let day = first; day.getUTCMonth() === first.getUTCMonth(); day = new Date(day.getTime() + DAY)) {
    cells.push(day.toISOString().slice(0, 10));
  }
  const days = cells.filter(Boolean);
  const stop = days.includes(chosen) ? chosen : days[0];
  const rows = [];
  for (let start = 0; start < cells.length; start += 7) {
    const week = [...cells.slice(start, start + 7), ...Array(7).fill(null)].slice(0, 7);
    rows.push(make("tr", {}, ...week.map((day) => make("td", {}, day && dayButton(day, marks.get(day), day === stop, pick)))));
  }
  return rows;
}

function dayButton(day, mark, isStop, pick) {
  const words = { yes: say("yes"), no: say("no") }[mark] ?? say("unmarked");
  const element = button(String(Number(day.slice(8))), () => pick(day), {
    class: `day day-${mark ?? "open"}`,
    "data-day": day,
    "aria-label": `${dayWords(day)}: ${words}`,
    "aria-pressed": String(day === chosen),
    tabindex: isStop ? "0" : "-1",
  });
  element.disabled = day > dayOf();
  return element;
}

function sumOf(month, marks) {
  const end = dayOf();
  const days = new Date(Number(month.slice(0, 4)), Number(month.slice(5)), 0).getDate();
  const past = Array.from({ length: days }, (_, day) => `${month}-${String(day + 1).padStart(2, "0")}`).filter((day) => day <= end);
  const count = (mark) => past.filter((day) => marks.get(day) === mark).length;
  const [used, not] = [count("yes"), count("no")];
  return say("month", { used, not, rest: past.length - used - not });
}

function moved(month, by) {
  const next = new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)) - 1 + by, 1)).toISOString().slice(0, 7);
  return next <= dayOf().slice(0, 7) ? next : month;
}
