// Makes calls as standard input tells, one a line as JSON, and answers each with a line.
import dns from "node:dns";
import { createInterface } from "node:readline";

export const NAMED = "hamlet.test"; // stands for the name that an operator's DNS gives to Hamlet

// What a record `*.hamlet.test` does: the key in the first label leads to Hamlet all the same.
const { lookup } = dns;
dns.lookup = (name, ...rest) => lookup(name.endsWith(NAMED) ? "127.0.0.1" : name, ...rest);

// `connect` makes a client of { port, key, blog, is_test }: its calls are verify, check, reportSpam
// and reportHam, and each resolves to what the library's own call says.
export async function answerLines(connect) {
  for await (const line of createInterface({ input: process.stdin })) {
    const { call, fields, ...settings } = JSON.parse(line);
    const answer = await connect(settings)[call](fields).then(
      (said) => ({ said: said ?? null }),
      (error) => ({ error: error.message }),
    );
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}
