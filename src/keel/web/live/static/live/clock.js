// The time of the server as this device knows it, from the answer with the smallest round trip, carried on by the steady
// clock of the page: setting the clock of the device changes nothing here.
import { keep, kept } from "./store.js";

const SHOWN_S = 5, WRONG_S = 30, SAMPLES = 30;
let samples = [], before = null;

kept("clock").then((told) => { before = told; }, () => {});
document.addEventListener("keel:answer", ({ detail }) => {
  const { time, wall, sent, received } = detail, trip = received - sent;
  samples = [...samples.slice(-SAMPLES), { time, perf: received - trip / 2, trip, ahead: wall - (Date.now() - (performance.now() - received) - trip / 2) }];
  const best = sample();
  keep("clock", { ahead: best.time - (Date.now() - (performance.now() - best.perf)) }).catch(() => {});
});

const sample = () => samples.reduce((best, one) => (one.trip <= best.trip ? one : best), samples[0]);

export function serverNow() {
  if (samples.length) return sample().time + performance.now() - sample().perf;
  return Date.now() + (before?.ahead ?? 0);
}

// What stands beside an entry: what this device shows, how far the server is ahead of that, and how sure it is.
export function reading() {
  const told = { at: new Date(serverNow()).toISOString(), device_time: new Date().toISOString() };
  return samples.length ? { ...told, offset_ms: Math.round(samples.at(-1).ahead), error_ms: Math.ceil(sample().trip / 2) } : told;
}

// Seconds by which the clock of this device is away, where that is worth saying; and whether it is wrong.
export function away() {
  if (!samples.length) return null;
  const seconds = Math.abs(samples.at(-1).ahead) / 1000;
  return seconds > SHOWN_S ? { seconds: Math.round(seconds), isWrong: seconds > WRONG_S } : null;
}
