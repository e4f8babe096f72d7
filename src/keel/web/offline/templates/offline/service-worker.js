// Keeps public pages on the device, so that help numbers and tools work without a connection. It touches nothing but
// the addresses listed here: no form that is sent, no page with a query, nothing of the clinic, no other site.

const KEEP = {{ settings|safe }};
const CACHE = KEEP.cache + KEEP.version;
const PATIENCE_MS = 6000;
const ANY = { ignoreVary: true };

self.addEventListener("install", (event) => {
  const all = [...KEEP.pages, ...KEEP.files].map(plain);
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(all)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name.startsWith(KEEP.cache) && name !== CACHE);
  const drop = async () => Promise.all(old(await caches.keys()).map((name) => caches.delete(name)));
  event.waitUntil(drop().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (KEEP.files.includes(address.pathname)) event.respondWith(fromDevice(request));
  else if (request.mode === "navigate" && isPublic(address.pathname)) event.respondWith(fromNetwork(event, address));
});

// A kept page is asked for without cookies: it is the page that anybody gets.
function plain(address) {
  return new Request(address, { credentials: "omit", cache: "reload" });
}

function isPublic(path) {
  return [...KEEP.pages, ...KEEP.texts, KEEP.help].includes(path);
}

async function fromDevice(request) {
  return (await caches.match(request.url, ANY)) ?? fetch(request);
}

async function fromNetwork(event, address) {
  const kept = await keptFor(address);
  const late = new Promise((_, refuse) => setTimeout(refuse, PATIENCE_MS));
  try {
    const answer = await (kept ? Promise.race([fetch(event.request), late]) : fetch(event.request));
    if (answer.ok && KEEP.texts.includes(address.pathname)) event.waitUntil(keep(address.pathname));
    return answer;
  } catch {
    return kept ?? (await caches.match(KEEP.offline, ANY)) ?? Response.error();
  }
}

// Whatever was asked of the directory (a country, a need), without a connection the page of every country answers it.
function keptFor(address) {
  return caches.match(address.pathname === KEEP.help ? KEEP.everywhere : address.pathname, ANY);
}

async function keep(path) {
  const cache = await caches.open(CACHE);
  if (!(await cache.match(path))) await cache.add(plain(path));
}
