// The latest picture of each camera with the boxes of its own record.

import { ask } from "./api.js";
import { color } from "./page.js";

const KEPT = 64;
const byCamera = new Map(); // camera → Map of index → record

export function remember(record) {
  let kept = byCamera.get(record.camera);
  if (!kept) byCamera.set(record.camera, (kept = new Map()));
  kept.set(record.index, record);
  if (kept.size > KEPT) kept.delete(kept.keys().next().value);
}

export function forget(names) {
  for (const name of byCamera.keys()) if (!names.has(name)) byCamera.delete(name);
}

/** The latest records of a camera, oldest first. */
export const latest = (camera) => [...(byCamera.get(camera)?.values() ?? [])];

/** Fetch a camera's picture and draw it with its boxes; the record that it belongs to, or null. */
export async function show(canvas, camera, score) {
  const response = await ask(`/v1/cameras/${encodeURIComponent(camera)}/picture`);
  const index = Number(response.headers.get("Turbo-Index"));
  const bitmap = await createImageBitmap(await response.blob());
  const record = byCamera.get(camera)?.get(index) ?? null;
  draw(canvas, bitmap, record, score);
  bitmap.close();
  canvas.dataset.index = index;
  return record;
}

function draw(canvas, bitmap, record, score) {
  if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
  }
  const context = canvas.getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const boxes = record ? record.boxes.filter((box) => box.score >= score) : [];
  canvas.dataset.boxes = boxes.length;
  const scale = bitmap.width / (record?.width ?? 1);
  const pixel = bitmap.width / (canvas.clientWidth || bitmap.width); // of the screen
  boxes.forEach((box) => drawBox(context, box, scale, pixel, color(`--level-${record.level ?? 0}`)));
}

function drawBox(context, box, scale, pixel, stroke) {
  const [left, top, right, bottom] = box.box_xyxy.map((value) => value * scale);
  context.lineJoin = "round";
  for (const [style, width] of [["#0009", 3.5], [stroke, 1.75]]) {
    context.strokeStyle = style;
    context.lineWidth = width * pixel;
    context.strokeRect(left, top, right - left, bottom - top);
  }
  const label = `${box.category} ${box.score.toFixed(2)}`;
  const size = 11 * pixel;
  context.font = `600 ${size}px system-ui, sans-serif`;
  const width = context.measureText(label).width + 8 * pixel;
  if (right - left < width * 0.8) return; // a label wider than its box hides others
  const y = top > size * 1.6 ? top - size * 1.5 : top;
  context.fillStyle = stroke;
  context.fillRect(left - pixel, y, width, size * 1.5);
  context.fillStyle = "#0b1626";
  context.fillText(label, left + 3 * pixel, y + size * 1.12);
}
