// The tiles, and one camera in large.

import { ask, Problem } from "./api.js";
import { byId, fillList, levelBadge, make, number, say } from "./page.js";
import { forget, latest, show } from "./pictures.js";

const PICTURE_MS = 350;
const tiles = new Map(); // camera → {item, canvas, …}
const dialog = byId("camera");
let figures = [];
let opened = null;

export const score = () => Number(byId("score").value);
byId("score").addEventListener("input", () => say(byId("score").nextElementSibling, score().toFixed(2)));

/** Bring the tiles into line with the cameras that there are. */
export function showCameras(newest) {
  figures = newest;
  const names = new Set(figures.map((each) => each.camera.camera));
  forget(names);
  for (const [name, tile] of tiles) if (!names.has(name)) (tile.item.remove(), tiles.delete(name));
  figures.forEach((each) => fillTile(tiles.get(each.camera.camera) ?? addTile(each.camera.camera), each));
  byId("no-cameras").hidden = figures.length > 0;
  if (opened && !names.has(opened)) dialog.close();
  if (opened) fillDialog();
}

function addTile(name) {
  const parts = { canvas: make("canvas"), veil: make("span", "veil"), level: make("span"), state: make("span") };
  Object.assign(parts, { fps: make("span"), delay: make("span"), found: make("span") });
  const title = make("div", "row", make("b", "", name), parts.level, parts.state);
  const button = make("button", "tile", make("div", "picture", parts.canvas, parts.veil), title, make("div", "row", parts.fps, parts.delay, parts.found));
  button.type = "button";
  button.addEventListener("click", () => open(name));
  const tile = { ...parts, button, item: make("li", "", button), visible: true, busy: false };
  new IntersectionObserver(([entry]) => (tile.visible = entry.isIntersecting)).observe(button);
  tiles.set(name, tile);
  byId("tiles").append(tile.item);
  return tile;
}

function fillTile(tile, { camera }) {
  const records = latest(camera.camera).filter((each) => each.sent);
  tile.state.className = `camera-state ${camera.state}`;
  say(tile.state, camera.state);
  say(tile.fps, `${number(camera.fps, 1)} fps`);
  say(tile.delay, records.length ? `${number(median(records.map(delayMs)))} ms` : "");
  const silent = camera.state !== "live";
  tile.canvas.classList.toggle("dim", silent);
  say(tile.veil, silent ? (camera.last_error ?? camera.state) : "");
  tile.button.ariaLabel = `${camera.camera}: ${camera.state}, ${number(camera.fps, 1)} frames a second`;
}

function fillShown(tile, record) {
  if (!record) return;
  tile.level.replaceWith((tile.level = levelBadge(record.level ?? 0)));
  const boxes = Number(tile.canvas.dataset.boxes);
  say(tile.found, `${boxes} ${boxes === 1 ? "box" : "boxes"}`);
}

const delayMs = (record) => 1000 * (record.done_at - record.arrived_at);

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

async function refresh() {
  if (document.hidden) return;
  for (const { camera } of figures) {
    const tile = tiles.get(camera.camera);
    if (!tile || tile.busy || !camera.frames || !tile.visible) continue;
    tile.busy = true;
    show(tile.canvas, camera.camera, score())
      .then((record) => fillShown(tile, record))
      .catch(unshown)
      .finally(() => (tile.busy = false));
  }
  if (opened) show(byId("large"), opened, score()).catch(unshown);
}
setInterval(refresh, PICTURE_MS);

function unshown(error) {
  if (!(error instanceof Problem || error instanceof TypeError)) throw error; // no picture yet, or no connection
}

function open(name) {
  opened = name;
  const canvas = byId("large");
  canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
  fillDialog();
  if (!dialog.open) dialog.showModal();
  refresh();
}

function fillDialog() {
  const each = figures.find(({ camera }) => camera.camera === opened);
  if (!each) return;
  const { camera, frames } = each;
  const accepted = frames.levels.reduce((sum, count) => sum + count, 0) + frames.filtered + frames.dropped;
  say(byId("camera-name"), camera.camera);
  fillList(byId("camera-figures"), [
    ["State", camera.state],
    ["Rate", number(camera.fps, 1), "fps"],
    ["Size", camera.width ? `${camera.width} × ${camera.height}` : "–"],
    ["Frames", number(camera.frames)],
    ["Accepted", number(accepted)],
    ["Filtered", number(frames.filtered)],
    ["Skipped", number(camera.skipped)],
    ["Dropped", number(frames.dropped)],
    ["Late", number(frames.late)],
    ["Decode errors", number(camera.decode_errors)],
    ["Reconnects", number(camera.reconnects)],
    ["By level 0–5", frames.levels.map((count) => number(count)).join(" · ")],
    ["Address", camera.address],
  ]);
  byId("camera-figures").lastElementChild.className = "wide";
  byId("camera-figures").lastElementChild.previousElementSibling.className = "wide";
  say(byId("camera-error"), camera.last_error ? `Last error: ${camera.last_error}` : "");
  say(byId("pause"), camera.state === "paused" ? "Resume" : "Pause");
}

function step(by) {
  const names = figures.map((each) => each.camera.camera);
  open(names[(names.indexOf(opened) + by + names.length) % names.length]);
}

async function command(path, options) {
  try {
    await ask(`/v1/cameras/${encodeURIComponent(opened)}${path}`, options);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    say(byId("camera-error"), error.message);
  }
}

dialog.addEventListener("close", () => {
  tiles.get(opened)?.button.focus();
  opened = null;
});
dialog.addEventListener("keydown", (event) => {
  if (event.key === "ArrowLeft") step(-1);
  if (event.key === "ArrowRight") step(1);
});
byId("previous").addEventListener("click", () => step(-1));
byId("next").addEventListener("click", () => step(1));
byId("close").addEventListener("click", () => dialog.close());
byId("pause").addEventListener("click", () => command(byId("pause").textContent === "Pause" ? "/pause" : "/resume", { method: "POST" }));
byId("remove").addEventListener("click", () => {
  if (confirm(`Remove camera ${opened}?`)) command("", { method: "DELETE" });
});

const adding = byId("adding");
byId("add").addEventListener("click", () => {
  adding.querySelector("form").reset();
  adding.querySelector(".alert").hidden = true;
  adding.showModal();
});
adding.querySelector("form").addEventListener("submit", async (event) => {
  if (event.submitter.value !== "add") return;
  event.preventDefault();
  const body = JSON.stringify(Object.fromEntries(new FormData(event.target)));
  try {
    await ask("/v1/cameras", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    adding.close();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const alert = adding.querySelector(".alert");
    alert.hidden = false;
    say(alert, error.message);
  }
});
