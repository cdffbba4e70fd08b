// The key in the host name where "label" is asked for, else in the form.
import { promisify } from "node:util";
import akismet from "akismet";
import { answerLines, NAMED } from "./lines.js";

const keyInLabel = process.argv[2] === "label";

function connect({ port, key, blog, is_test }) {
  const where = keyInLabel ? { host: NAMED } : { host: "127.0.0.1", endPoint: "127.0.0.1" };
  const client = akismet.client({ apiKey: key, blog, port, ...where });
  const call = (name) => (fields) =>
    promisify(client[name].bind(client))({
      ...fields,
      ...(keyInLabel ? {} : { api_key: key }),
      ...(is_test ? { is_test } : {}),
    });
  return {
    verify: () => promisify(client.verifyKey.bind(client))(),
    check: call("checkComment"),
    reportSpam: call("submitSpam"),
    reportHam: call("submitHam"),
  };
}

answerLines(connect);
