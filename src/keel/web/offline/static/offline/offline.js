// Lets the device keep help numbers and tools, once the page itself is there.
{
  const { worker } = document.currentScript.dataset;
  window.addEventListener("load", () => navigator.serviceWorker?.register(worker).catch(() => undefined));
}
