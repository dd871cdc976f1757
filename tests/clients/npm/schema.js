// Holds messages of a node against the published schema of hydra-node's API.
//
//   argument  directory of `api.yaml`, `common.yaml` and `cardanonical/cardano.json`
//   stdin     one message a line: {"vocabulary": v, "from": "websocket" or "GET /head", "status": n, "body": any}
//   stdout    {"checked": {kind: count}, "problems": [text]}
//
// The schema leaves most objects open, so that a field of a wrong name would pass. Here an object that names
// its properties has no others: our messages are to be upstream's field by field.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { differences } from "./differences.js";

const CARDANO =
  "https://raw.githubusercontent.com/cardano-scaling/hydra/master/hydra-node/json-schemas/cardanonical/cardano.json";
// Every error of a message. The rest is speed: dozens of schemas are compiled, each for a few messages.
const QUICK = { strict: false, allErrors: true, inlineRefs: false, validateSchema: false, code: { optimize: false } };
// Characters of a message in a problem.
const SHOWN = 1000;
const UTC_TIME = /^\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,12})?Z$/;
const directory = process.argv[2];
const text = (file) => readFileSync(join(directory, file), "utf8");
const published = {
  "api.yaml": parse(text("api.yaml")),
  "common.yaml": parse(text("common.yaml")),
  [CARDANO]: JSON.parse(text("cardanonical/cardano.json")),
};

function close(schema) {
  if (schema === null || typeof schema !== "object") return;
  const named = schema.properties !== undefined && !Array.isArray(schema);
  if (named && schema.additionalProperties === undefined && !schema.patternProperties) {
    schema.additionalProperties = false;
  }
  Object.values(schema).forEach(close);
}

/** The schema for one vocabulary, corrected by what is listed but for one row. */
function oracle(vocabulary, left) {
  const documents = structuredClone(published);
  const api = documents["api.yaml"];
  close(api.components.schemas);
  close(api.channels);
  for (const row of differences) {
    if (row !== left && row.vocabularies.includes(vocabulary)) row.correct(api);
  }
  const ajv = new Ajv(QUICK);
  ajv.addFormat("date-time", UTC_TIME);
  ajv.addFormat("hostname", true);
  for (const [name, document] of Object.entries(documents)) {
    delete document.$schema;
    delete document.$id;
    ajv.addSchema(document, name);
  }
  return { api, ajv, compiled: new Map() };
}

const pointer = (...path) =>
  "api.yaml#/" + path.map((p) => p.replaceAll("~", "~0").replaceAll("/", "~1")).join("/");

/** What kind of message it is, and where its schema stands; nowhere when there is none. */
function schemaOf(api, { from, status, body }) {
  const tag = body?.tag;
  if (from === "websocket") {
    // Upstream sends this one without a tag.
    const name = tag ?? "InvalidInput";
    const known = api.channels["/"].subscribe.message.oneOf.map(({ $ref }) => $ref.split("/").pop());
    return { kind: name, at: known.includes(name) && pointer("components", "messages", name, "payload") };
  }
  const path = from.split(" ")[1];
  const place = ["channels", path, "subscribe", "message"];
  const said = api.channels[path]?.subscribe?.message;
  const kind = said?.oneOf && tag ? `${from} ${tag}` : `${from} ${status}`;
  // Where the list of differences puts what the schema does not have.
  if (api.components.answers?.[kind]) return { kind, at: pointer("components", "answers", kind) };
  if (said?.oneOf) {
    const found = said.oneOf.findIndex((one) => one.name === tag && one.summary.startsWith(`${status} `));
    return { kind, at: found >= 0 && pointer(...place, "oneOf", String(found), "payload") };
  }
  if (!said || status !== 200) return { kind };
  return { kind, at: said.$ref ? `${said.$ref}/payload` : pointer(...place, "payload") };
}

/** What is wrong with a message; nothing when it is as published and corrected. */
function problem({ api, ajv, compiled }, message) {
  const { kind, at } = schemaOf(api, message);
  if (!at) return { kind, text: "the schema has no such message" };
  if (!compiled.has(at)) compiled.set(at, ajv.compile({ $ref: at }));
  const validate = compiled.get(at);
  if (validate(message.body)) return { kind };
  const errors = validate.errors.map((e) => `${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`);
  return { kind, text: [...new Set(errors)].join("\n    ") };
}

const messages = [];
for await (const line of createInterface({ input: process.stdin })) messages.push(JSON.parse(line));
const checked = {};
// The first message of each.
const problems = new Map();
for (const vocabulary of new Set(messages.map((message) => message.vocabulary))) {
  const ours = messages.filter((message) => message.vocabulary === vocabulary);
  const whole = oracle(vocabulary);
  for (const message of ours) {
    const { kind, text } = problem(whole, message);
    const counted = `${vocabulary}: ${kind}`;
    checked[counted] = (checked[counted] ?? 0) + 1;
    const found = `${counted}: ${text}`;
    if (text && !problems.has(found)) problems.set(found, JSON.stringify(message.body).slice(0, SHOWN));
  }
  // A row that nothing needs any more hides what may come back: it has to go.
  for (const row of differences.filter((row) => row.vocabularies.includes(vocabulary))) {
    const without = oracle(vocabulary, row);
    if (ours.every((message) => !problem(without, message).text)) {
      problems.set(`${vocabulary}: no message needs the listed difference "${row.topic}"`, "");
    }
  }
}
const texts = [...problems].map((problem) => problem.join("\n    "));
process.stdout.write(`${JSON.stringify({ checked, problems: texts })}\n`);
