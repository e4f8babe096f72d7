// What lies on this device: entries that are not taken yet, the key of the sign-in (which nobody can read out), and the
// last page of a session, sealed. Without the key, which goes when the screen locks, nothing here can be read.
const opening = new Promise((done, failed) => {
  const asked = indexedDB.open("keel-session", 1);
  asked.onupgradeneeded = () => {
    asked.result.createObjectStore("entries", { keyPath: "n", autoIncrement: true });
    asked.result.createObjectStore("keep");
  };
  asked.onsuccess = () => done(asked.result);
  asked.onerror = () => failed(asked.error);
});

// One transaction on disk: what `work` asks for is the answer, and it is kept when this is done.
async function transact(store, mode, work) {
  const base = await opening;
  return new Promise((done, failed) => {
    const turn = base.transaction(store, mode, { durability: "strict" });
    const asked = work(turn.objectStore(store));
    turn.oncomplete = () => done(asked?.result);
    turn.onerror = turn.onabort = () => failed(turn.error);
  });
}

export const entries = () => transact("entries", "readonly", (store) => store.getAll());
export const put = (entry) => transact("entries", "readwrite", (store) => store.put(entry));
export const remove = (n) => transact("entries", "readwrite", (store) => store.delete(n));
export const kept = (name) => transact("keep", "readonly", (store) => store.get(name));
export const keep = (name, value) => transact("keep", "readwrite", (store) => store.put(value, name));
export const forget = (name) => transact("keep", "readwrite", (store) => store.delete(name));

const coded = (bytes) => btoa(Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join(""));
const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

export async function ownKey(answer) {
  const key = await crypto.subtle.importKey("raw", bytes(answer.key), "AES-GCM", false, ["encrypt", "decrypt"]);
  return { key, sign_in: answer.sign_in };
}

// Sealed for one id: the text cannot stand under another.
export async function seal(own, id, says) {
  const iv = crypto.getRandomValues(new Uint8Array(12)), about = new TextEncoder().encode(`${own.sign_in} ${id}`);
  const text = new TextEncoder().encode(JSON.stringify(says));
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: about }, own.key, text);
  return { id, sign_in: own.sign_in, iv: coded(iv), data: coded(data) };
}

// What one's own entry says; null for that of another sign-in.
export async function unseal(own, entry) {
  if (own?.sign_in !== entry.sign_in) return null;
  const about = new TextEncoder().encode(`${own.sign_in} ${entry.id}`);
  const told = { name: "AES-GCM", iv: bytes(entry.iv), additionalData: about };
  return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(told, own.key, bytes(entry.data))));
}
