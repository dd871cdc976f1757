// Where our messages differ from the published schema, each with its reason. A row corrects the schema as
// narrowly as it can; a row that no recorded message needs fails the test.
//
// `legacy` rows are where hydra-node 2.3 itself differs from its schema: upstream's behaviour wins there.
const BOTH = ["deposit", "legacy"];
const schema = (name) => ({ $ref: `api.yaml#/components/schemas/${name}` });

/** Gives a closed object one more property, which must be there. */
function add(object, name, value) {
  object.properties[name] = value;
  object.required.push(name);
}

/** What the schema does not have: an answer of this kind. */
function answer(api, kind, value) {
  api.components.answers ??= {};
  api.components.answers[kind] = value;
}

/** A message of ours beside upstream's, which keeps its fields but for those that are renamed. */
function rename(api, upstream, ours, fields, more = {}) {
  const { schemas, messages } = api.components;
  const made = structuredClone(schemas[upstream]);
  for (const [from, to] of Object.entries(fields)) {
    made.properties[to] = made.properties[from];
    delete made.properties[from];
    made.required = made.required.map((name) => (name === from ? to : name));
  }
  for (const [name, value] of Object.entries(more)) add(made, name, value);
  made.properties.tag = { type: "string", enum: [ours] };
  schemas[ours] = made;
  messages[ours] = { payload: schema(ours) };
  delete schemas[upstream];
  const all = api.channels["/"].subscribe.message.oneOf;
  const at = all.findIndex(({ $ref }) => $ref.endsWith(`/${upstream}`));
  all[at] = { $ref: `api.yaml#/components/messages/${ours}` };
}

export const differences = [
  {
    topic: "SnapshotConfirmed.signatures",
    reason: "always sent, as by hydra-node 2.3; its schema leaves it out",
    vocabularies: BOTH,
    correct: ({ components: { schemas } }) =>
      add(schemas.SnapshotConfirmed, "signatures", schema("MultiSignature")),
  },
  {
    topic: "Snapshot.accumulator",
    reason: "always sent, as by hydra-node 2.3; its schema leaves it out",
    vocabularies: BOTH,
    correct: ({ components: { schemas } }) =>
      add(schemas.Snapshot, "accumulator", { type: "string", pattern: "^[0-9a-f]{64}$" }),
  },
  {
    topic: "snapshot-utxo=no",
    reason: "the key is absent in SnapshotConfirmed, as the schema's own prose says; it is listed as required",
    vocabularies: BOTH,
    correct: ({ components: { schemas } }) => {
      const { SnapshotConfirmed, Snapshot } = schemas;
      const bare = structuredClone(Snapshot);
      bare.required = bare.required.filter((name) => name !== "utxo");
      delete bare.properties.utxo;
      // Not there while the row above is left out.
      bare.properties.accumulator ??= {};
      SnapshotConfirmed.properties.snapshot = { oneOf: [schema("Snapshot"), bare] };
    },
  },
  {
    topic: "execution units",
    reason: "`memory` and `steps`, as hydra-node 2.3 and cardano-cli write them; the schema says `cpu`",
    vocabularies: BOTH,
    correct: ({ components: { schemas } }) => {
      for (const name of ["maxTxExecutionUnits", "maxBlockExecutionUnits"]) {
        const units = { type: "integer", minimum: 0 };
        schemas.ProtocolParameters.properties[name] = {
          type: "object",
          additionalProperties: false,
          required: ["memory", "steps"],
          properties: { memory: units, steps: units },
        };
      }
    },
  },
  {
    topic: "404 without a head",
    reason: "the schema tells of it in prose only; the body is an empty text, as hydra-node's",
    vocabularies: BOTH,
    correct: (api) => {
      answer(api, "GET /snapshot 404", { const: "" });
      answer(api, "GET /snapshot/utxo 404", { const: "" });
    },
  },
  {
    topic: "unknown path",
    reason: "the schema has known paths only; status and text are hydra-node's",
    vocabularies: BOTH,
    correct: (api) => answer(api, "GET /nothing 400", { const: "Resource not found" }),
  },
  {
    topic: "POST /transaction with what is no transaction",
    reason: "a text, as by hydra-node 2.3; the schema knows decoded transactions only",
    vocabularies: BOTH,
    correct: (api) => answer(api, "POST /transaction 400", { type: "string", minLength: 1 }),
  },
  {
    topic: "routes of later versions",
    reason: "this version has no layer 1: 400 and a text that says so, in docs/API.md",
    vocabularies: BOTH,
    correct: (api) => {
      const text = { type: "string", pattern: "is not part of this version" };
      for (const kind of ["GET /commits 400", "POST /commit 400", "POST /cardano-transaction 400"]) {
        answer(api, kind, text);
      }
    },
  },
  {
    topic: "GET /health, GET /ready",
    reason: "ours: hydra-node has no such routes",
    vocabularies: BOTH,
    correct: (api) => {
      const [properties, required] = [{ status: { const: "ok" } }, ["status"]];
      answer(api, "GET /health 200", { type: "object", additionalProperties: false, properties, required });
      const ready = { phase: { const: "ready" }, percent: { const: 100 }, reason: { type: "string" } };
      answer(api, "GET /ready 200", {
        type: "object",
        additionalProperties: false,
        properties: ready,
        required: Object.keys(ready),
      });
    },
  },
  {
    topic: "GET /config: api-vocabulary",
    reason: "ours: shown where it was set, which nobody does for hydra-node",
    vocabularies: BOTH,
    correct: ({ components: { schemas } }) => {
      schemas.NodeConfig.properties["api-vocabulary"] = { enum: BOTH };
    },
  },
  {
    topic: "InvalidInput.tag",
    reason: "hydra-node 2.3 sends none, although its schema has one; our own vocabulary follows the schema",
    vocabularies: ["legacy"],
    correct: ({ components: { schemas: { InvalidInput } } }) => {
      delete InvalidInput.properties.tag;
      InvalidInput.required = InvalidInput.required.filter((name) => name !== "tag");
    },
  },
  {
    topic: "Greetings.apiVocabulary",
    reason: "ours: tells a client which words it will read",
    vocabularies: ["deposit"],
    correct: ({ components: { schemas } }) => add(schemas.Greetings, "apiVocabulary", { const: "deposit" }),
  },
  {
    topic: "DepositRecorded",
    reason: "our name of CommitRecorded, with the field names of hydra-node's own events and `created`",
    vocabularies: ["deposit"],
    correct: (api) =>
      rename(api, "CommitRecorded", "DepositRecorded", { utxoToCommit: "deposited", pendingDeposit: "depositTxId" }, {
        created: schema("UTCTime"),
      }),
  },
  {
    topic: "DepositApproved",
    reason: "our name of CommitApproved, which does not say which deposit it is",
    vocabularies: ["deposit"],
    correct: (api) =>
      rename(api, "CommitApproved", "DepositApproved", { utxoToCommit: "deposited" }, { depositTxId: schema("TxId") }),
  },
  {
    topic: "DepositFinalized",
    reason: "our name of CommitFinalized",
    vocabularies: ["deposit"],
    correct: (api) => rename(api, "CommitFinalized", "DepositFinalized", {}),
  },
  {
    topic: "DepositRecovered",
    reason: "our name of CommitRecovered",
    vocabularies: ["deposit"],
    correct: (api) =>
      rename(api, "CommitRecovered", "DepositRecovered", { recoveredUTxO: "recovered", recoveredTxId: "depositTxId" }),
  },
  {
    topic: "RecoverDeposit",
    reason: "our name of the input Recover, where it is echoed",
    vocabularies: ["deposit"],
    correct: ({ components: { schemas } }) => {
      const { Recover } = schemas;
      Recover.properties = { tag: { enum: ["RecoverDeposit"] }, depositTxId: schema("TxId") };
      Recover.required = ["tag", "depositTxId"];
    },
  },
];
