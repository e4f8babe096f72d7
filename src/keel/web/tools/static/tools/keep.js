// Save to a file, read from a file, delete: for one tool or for all. A deletion can be taken back until the page is left.

import { erase, everything, fileText, readFile, restore } from "./store.js";
import { announce, button, dayOf, say, tools } from "./words.js";

export function startKeeping(changed) {
  const part = document.querySelector(".keep");
  part.querySelector('[data-act="save"]').addEventListener("click", save);
  part.querySelector('[data-act="delete"]').addEventListener("click", () => {
    const before = everything(tools);
    erase(tools);
    changed();
    const back = button(say("undo"), () => {
      restore(before);
      changed();
      announce("keep", say("undone"));
    });
    announce("keep", say("deleted"), Object.keys(before).length ? back : null);
  });
  part.querySelector('[data-act="read"]').addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    report(readFile(await file.text(), tools));
    event.target.value = "";
    changed();
  });
}

function report(result) {
  if (!result) return announce("keep", say("unreadable"));
  if (!result.kept) return announce("keep", say("full"));
  const more = result.dropped ? ` ${say("dropped", { n: result.dropped })}` : "";
  return announce("keep", say("read", { n: result.read }) + more);
}

function save() {
  const address = URL.createObjectURL(new Blob([fileText(tools)], { type: "application/json" }));
  const name = tools.length === 1 ? tools[0].id : "keel-tools";
  const link = Object.assign(document.createElement("a"), { href: address, download: `${name}-${dayOf()}.json` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
  announce("keep", say("saved"));
}
