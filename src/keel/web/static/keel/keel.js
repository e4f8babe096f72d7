// Works without: everything here only saves a step. "Leave page" also takes this page out of the history; in a frame it
// leaves the page around the frame.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-leave]");
  if (!link) return;
  event.preventDefault();
  document.querySelectorAll("form").forEach((form) => form.reset());
  document.body.hidden = true;
  const place = link.target === "_top" ? window.top : window;
  place.location.replace(link.href);
});

// htmx notes the address of the page in the session storage; nothing is to be kept, not even that.
for (const event of ["DOMContentLoaded", "htmx:afterSettle"]) {
  document.addEventListener(event, () => sessionStorage.removeItem("htmx-current-path-for-history"));
}

// After a part of the page was exchanged, a screen reader and the keyboard go on from its start.
document.addEventListener("htmx:afterSettle", (event) => {
  const main = document.getElementById("main");
  if (event.target !== main && !main?.contains(event.target)) return;
  const wrong = main.querySelector("[aria-invalid]");
  const title = document.querySelector("h1");
  (wrong || main).focus({ preventScroll: !wrong });
  if (title) document.title = `${title.textContent} · Keel`;
});
