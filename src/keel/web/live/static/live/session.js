// Keys for a gloved thumb. Works without: the fields stay fields, and the server asks the same questions. One value at a
// time in the order of the cuff; the next field takes over when no digit can follow; a doubtful value is asked about at
// its field. Limits and distances come with the page, from the same tables as the server's.
const form = document.querySelector("form[data-vitals]");
if (form) {
  const fields = [...form.querySelectorAll(".sign-field input")];
  const pad = form.querySelector("[data-keypad]");
  const thumb = matchMedia("(pointer: coarse)").matches;
  let current = fields[0];

  const key = (text, act, look) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    if (look) button.className = look;
    // The field keeps the focus, so that a screen reader and a keyboard stay where the digits go.
    button.addEventListener("pointerdown", (event) => event.preventDefault());
    button.addEventListener("click", act);
    pad.append(button);
  };
  for (const digit of "123456789") key(digit, () => type(digit));
  key(pad.dataset.undo, undo, "word");
  key("0", () => type("0"));
  key(pad.dataset.next, () => go(1), "word");
  pad.hidden = false;

  for (const field of fields) {
    if (thumb) field.inputMode = "none";
    field.addEventListener("focus", () => { current = field; });
    field.addEventListener("input", () => { look(field); if (isFull(field)) go(1); });
    field.addEventListener("change", () => look(field));
  }
  form.addEventListener("focusout", (event) => { if (fields.includes(event.target)) look(event.target, true); });

  function type(digit) {
    if (current.value.length >= 3) return;
    current.value += digit;
    look(current);
    if (isFull(current)) go(1);
  }
  function undo() {
    if (!current.value) return go(-1);
    current.value = current.value.slice(0, -1);
    look(current);
  }
  function go(steps) {
    look(current, true);
    current = fields[Math.max(0, Math.min(fields.length - 1, fields.indexOf(current) + steps))];
    current.focus();
  }
  function isFull(field) {
    return /^\d+$/.test(field.value) && Number(field.value) > 0 && Number(field.value) * 10 > Number(field.dataset.high);
  }

  function look(field, isDone) {
    const says = field.closest(".sign-field").querySelector(".sign-doubt");
    const doubt = isDone || isFull(field) ? doubtOf(field) : "";
    says.textContent = doubt;
    says.hidden = !doubt;
    field.closest(".sign-field").classList.toggle("doubt", Boolean(doubt));
  }
  function doubtOf(field) {
    const text = field.value.trim();
    if (!text) return "";
    const value = Number(text), { low, high, last } = field.dataset;
    if (!/^\d{1,3}$/.test(text) || value < Number(low) || value > Number(high)) return `${text}: ${form.dataset.impossible} (${low}–${high})`;
    const other = (name) => Number(form.elements[name].value || NaN);
    if (field.name === "dbp" && other("sbp") <= value) return `${other("sbp")}/${value}?`;
    if (!last || Math.abs(value - last) <= (last * form.dataset.far) / 100) return "";
    const near = slipsOf(text).filter((one) => Math.abs(one - last) <= (last * form.dataset.near) / 100);
    near.sort((one, two) => Math.abs(one - last) - Math.abs(two - last));
    return near.length ? `${near[0]} ${form.dataset.or} ${value}?` : "";
  }
  function slipsOf(text) {
    const digits = [...text], found = [];
    digits.forEach((_, first) => {
      digits.forEach((__, second) => {
        if (second <= first) return;
        const swapped = [...digits];
        [swapped[first], swapped[second]] = [swapped[second], swapped[first]];
        found.push(Number(swapped.join("")));
      });
      if (digits.length > 1) found.push(Number(digits.filter((__, place) => place !== first).join("")));
    });
    for (let place = 0; place <= digits.length; place += 1) {
      for (const extra of "0123456789") found.push(Number(text.slice(0, place) + extra + text.slice(place)));
    }
    return found;
  }
}
