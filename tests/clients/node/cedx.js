import { Blog, CheckResult, Client, Comment } from "@cedx/akismet";
import { answerLines } from "./lines.js";

const NAMES = Object.fromEntries(Object.entries(CheckResult).map(([name, value]) => [value, name]));

answerLines(({ port, key, blog, is_test }) => {
  const client = new Client(key, new Blog({ url: blog }), {
    baseUrl: `http://127.0.0.1:${port}`,
    isTest: is_test,
  });
  return {
    verify: () => client.verifyKey(),
    check: async (fields) => NAMES[await client.checkComment(Comment.fromJson(fields))],
    reportSpam: (fields) => client.submitSpam(Comment.fromJson(fields)),
    reportHam: (fields) => client.submitHam(Comment.fromJson(fields)),
  };
});
