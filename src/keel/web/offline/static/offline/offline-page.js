// The page that is shown without a connection: removes all that Keel has put on this device.
{
  const title = document.getElementById("offline-title");
  if (navigator.onLine) title.textContent = title.dataset.online;
  document.querySelectorAll(".scripted").forEach((part) => part.removeAttribute("hidden"));
  document.getElementById("remove").addEventListener("click", async () => {
    const mine = Object.keys(localStorage).filter((name) => name.startsWith("keel."));
    mine.forEach((name) => localStorage.removeItem(name));
    const workers = (await navigator.serviceWorker?.getRegistrations()) ?? [];
    await Promise.all(workers.map((worker) => worker.unregister()));
    const names = (await caches.keys()).filter((name) => name.startsWith("keel-"));
    await Promise.all(names.map((name) => caches.delete(name)));
    const said = document.getElementById("removed");
    said.textContent = said.dataset.words;
  });
}
