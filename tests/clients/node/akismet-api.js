// The key in the host name where "label" is asked for, else in the form.
import { AkismetClient } from "akismet-api";
import { answerLines, NAMED } from "./lines.js";

const keyInLabel = process.argv[2] === "label";

function connect({ port, key, blog, is_test }) {
  const host = `${keyInLabel ? NAMED : "127.0.0.1"}:${port}`;
  const client = new AkismetClient({ key, blog, protocol: "http", host });
  if (!keyInLabel) {
    client.endpoint = client.rootEndpoint; // else KEY.127.0.0.1
    client.requestOpts.api_key = key;
  }
  const whole = (fields) => (is_test ? { ...fields, is_test } : fields);
  const nothing = () => null; // a report resolves to the answer's object
  return {
    verify: () => client.verifyKey(),
    check: (fields) => client.checkSpam(whole(fields)),
    reportSpam: (fields) => client.submitSpam(whole(fields)).then(nothing),
    reportHam: (fields) => client.submitHam(whole(fields)).then(nothing),
  };
}

answerLines(connect);
