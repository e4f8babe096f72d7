// The check works without this. With it, the browser's Back button goes a step back, though nothing is in its history
// but the name of a step, and a shared screen clears itself when nobody has touched it for a while.
(() => {
  const stepShown = () => document.querySelector(".ways [aria-current=step]")?.value || "use";
  let following = false;
  history.replaceState({ step: stepShown() }, "");
  document.addEventListener("htmx:afterSettle", () => {
    const step = stepShown();
    if (!following && history.state?.step !== step) history.pushState({ step }, "");
    following = false;
  });
  addEventListener("popstate", (event) => {
    const step = event.state?.step;
    const button = step && document.querySelector(`.ways button[value="${step}"]`);
    if (!button) return;
    following = true;
    button.click();
  });

  const kiosk = document.querySelector("[data-clears-after]");
  if (!kiosk) return;
  // The keyboard, too, opens no second tab on a shared screen.
  document.addEventListener("click", (event) => event.target.closest("main a[target=_blank]") && event.preventDefault());
  let timer;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => location.replace(kiosk.dataset.clearsTo), Number(kiosk.dataset.clearsAfter) * 1000);
  };
  for (const touch of ["pointerdown", "keydown", "scroll", "input"]) addEventListener(touch, wait, { passive: true });
  wait();
})();
