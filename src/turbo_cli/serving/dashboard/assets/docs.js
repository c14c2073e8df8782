// The endpoints as a page, from /openapi.json.

import { byId, make } from "./page.js";

const api = await (await fetch("/openapi.json")).json();

function section(path, method, endpoint) {
  const title = make("h3", "", make("b", "", method.toUpperCase()), path);
  const texts = (endpoint.description ?? endpoint.summary).split("\n\n").map((text) => make("p", "", ...marked(text)));
  const parameters = (endpoint.parameters ?? []).map(describe);
  const body = Object.keys(endpoint.requestBody?.content ?? {});
  if (body.length) parameters.push(make("li", "", `body: ${fields(endpoint.requestBody.content[body[0]].schema) || body.join(", ")}`));
  return make("section", "endpoint", title, ...texts, ...(parameters.length ? [make("ul", "soft", ...parameters)] : []));
}

/** Text between backticks as code. */
const marked = (text) => text.split("`").map((part, i) => (i % 2 ? make("code", "", part) : part));

function describe({ name, in: place, required, description, schema }) {
  const fallback = schema?.default === undefined || schema.default === "" ? "" : `, by default ${schema.default}`;
  return make("li", "", make("code", "", name), ` in ${place}${required ? ", required" : ""}${fallback}`, description ? `: ${description}` : "");
}

function fields(schema) {
  const properties = api.components.schemas[schema.$ref?.split("/").at(-1)]?.properties;
  return properties && `JSON with ${Object.keys(properties).join(", ")}`;
}

for (const [path, methods] of Object.entries(api.paths)) {
  for (const [method, endpoint] of Object.entries(methods)) {
    byId("endpoints").append(section(path, method, endpoint));
  }
}
