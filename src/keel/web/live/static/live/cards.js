// The emergency cards without a network: where the server does not answer at once, the cards that came with the page open.
const here = document.getElementById("cards-here");
const link = document.querySelector("a.emergency");
if (here && link) {
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    try {
      await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(1500) });
      location.href = link.href;
    } catch {
      here.open = true;
      here.scrollIntoView();
      here.querySelector("summary").focus();
    }
  });
}
