// The page's words and small helpers that build parts of it. Text is always set as text, never as markup.

const page = document.getElementById("tool");
const data = JSON.parse(page.dataset.tools);
export const tools = data.tools;
const pageLanguage = document.documentElement.lang;
/** For dates: English pages are written in British English. */
export const language = pageLanguage === "en" ? "en-GB" : pageLanguage;

export function say(name, values = {}) {
  return data.words[name].replace(/\{(\w+)\}/g, (whole, key) => (key in values ? String(values[key]) : whole));
}

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function button(words, act, extra = {}) {
  const element = make("button", { type: "button", class: "plain-button", ...extra }, words);
  element.addEventListener("click", act);
  return element;
}

/** The local day of a moment, as YYYY-MM-DD. */
export function dayOf(moment = new Date()) {
  const two = (number) => String(number).padStart(2, "0");
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

const longDay = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

export function dayWords(day) {
  return longDay.format(new Date(`${day}T00:00:00Z`));
}

export function announce(place, text, undo) {
  document.querySelector(`[data-said="${place}"]`).textContent = text;
  document.querySelector(`[data-undo="${place}"]`)?.replaceChildren(...(undo ? [undo] : []));
}
