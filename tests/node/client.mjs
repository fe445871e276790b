// A service of another team: a plain Temporal client, plain JSON, nothing of ours.
// node client.mjs ADDRESS CASE: prints what it was told as one JSON document.
import { Client, Connection } from "@temporalio/client";

const [address, number] = process.argv.slice(2);
const connection = await Connection.connect({ address });
const client = new Client({ connection });

const opened = await client.workflow.start("CaseWorkflow", {
  workflowId: number,
  taskQueue: "defects",
  workflowIdConflictPolicy: "USE_EXISTING",
  workflowIdReusePolicy: "REJECT_DUPLICATE",
  args: [
    {
      client: "river",
      contact: { email: "grace@river.example", time_zone: "Europe/Madrid" },
      channel: "email",
      subject: "Nobody can log in",
      description: "Since this morning.",
      who_am_i: "river, site 1",
      steps: "1. Open the page.",
      feature: "Login",
      form_or_report: "none",
      from_the_future: "unknown fields are ignored",
    },
  ],
});
const confirmed = await opened.executeUpdate("confirm_defect", {
  args: [
    {
      actor: "crm",
      key: "crm-1",
      severity: "S2",
      title: "Login fails",
      functional_area: "login",
      public_summary: "Users cannot log in.",
    },
  ],
});
const defect = client.workflow.getHandle(confirmed.defect);
await defect.signal("change_severity", { severity: "S1", reason: "all sites", actor: "agent-7" });
const told = await defect.executeUpdate("post_progress", {
  args: [{ actor: "crm", public_text: "We have found the cause.", stage: "identified" }],
});
const before = await defect.query("status");

let refused = null;
try {
  await defect.executeUpdate("change_severity", {
    args: [{ actor: "crm", severity: "S9", reason: "no such thing" }],
  });
} catch (error) {
  refused = { type: error.cause.type, message: error.cause.message };
}
const status = await defect.query("status");
console.log(JSON.stringify({ defect: confirmed.defect, before, told, refused, status }));
await connection.close();
