import ts from "typescript";
import { typeOf } from "./types.js";

/**
 * Forbids regular expressions, written or made behind the scenes by a string's match, matchAll and search: wire and
 * console text is parsed byte by byte. Needs types. (The global RegExp is no-absent-globals' matter.)
 *
 * @type {import("eslint").Rule.RuleModule}
 */
export default {
  meta: {
    type: "problem",
    schema: [],
    messages: { regexp: "No regular expressions in device code: parse bytes with a cursor." },
  },
  create(context) {
    const services = context.sourceCode.parserServices;
    return {
      "Literal[regex]": (node) => context.report({ node, messageId: "regexp" }),
      "CallExpression > MemberExpression.callee[property.name=/^(match|matchAll|search)$/]"(node) {
        if (typeOf(services, node.object).flags & ts.TypeFlags.StringLike)
          context.report({ node, messageId: "regexp" });
      },
    };
  },
};
