// Serves the shell of a session's page while there is no connection: a page without anybody in it, and its files. All
// else goes to the server as ever, the door too. A newer version takes over once no page of the old one is open and
// nothing waits to be sent.

const KEEP = {{ settings|safe }};
const CACHE = KEEP.cache + KEEP.version;

self.addEventListener("install", (event) => {
  const all = [KEEP.shell, ...KEEP.files].map((address) => new Request(address, { credentials: "omit", cache: "reload" }));
  const fill = async () => {
    if (self.registration.active && await waiting()) throw new Error("entries wait to be sent");
    await (await caches.open(CACHE)).addAll(all);
  };
  event.waitUntil(fill());
});

self.addEventListener("activate", (event) => {
  const drop = async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith(KEEP.cache) && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(drop());
});

self.addEventListener("fetch", (event) => {
  const { request } = event, { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (KEEP.files.includes(pathname)) event.respondWith(caches.match(pathname, { ignoreVary: true }).then((kept) => kept ?? fetch(request)));
  else if (request.mode === "navigate" && /\/sessions\/[^/]+\/([a-z]+\/)?$/.test(pathname)) event.respondWith(fetch(request).catch(() => caches.match(KEEP.shell, { ignoreVary: true })));
});

function waiting() {
  return new Promise((done) => {
    const asked = indexedDB.open("keel-session", 1);
    asked.onupgradeneeded = () => asked.transaction.abort();
    asked.onerror = () => done(0);
    asked.onsuccess = () => {
      const count = asked.result.transaction("entries").objectStore("entries").count();
      count.onsuccess = () => { asked.result.close(); done(count.result); };
    };
  });
}
