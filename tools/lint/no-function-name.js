import { typeOf } from "./types.js";

/**
 * Forbids `name` and `length` of functions and classes: strip removes both, so they read undefined on a device.
 * Needs types.
 *
 * @type {import("eslint").Rule.RuleModule}
 */
export default {
  meta: {
    type: "problem",
    schema: [],
    messages: { stripped: "`{{property}}` of a function is undefined on a device: strip removes it." },
  },
  create(context) {
    const services = context.sourceCode.parserServices;

    function isFunction(node) {
      if (node.type === "MemberExpression" && propertyOf(node) === "constructor") return true;
      const type = typeOf(services, node);
      return (
        type.getCallSignatures().length > 0 ||
        type.getConstructSignatures().length > 0 ||
        isFunctionType(type)
      );
    }

    return {
      MemberExpression(node) {
        const property = propertyOf(node);
        if ((property === "name" || property === "length") && isFunction(node.object))
          context.report({ node, messageId: "stripped", data: { property } });
      },
      ObjectPattern(node) {
        for (const { key } of node.properties) {
          if ((key?.name === "name" || key?.name === "length") && isFunction(node))
            context.report({ node: key, messageId: "stripped", data: { property: key.name } });
        }
      },
    };
  },
};

/** Whether it is the type `Function` itself, which has no signatures. */
function isFunctionType(type) {
  return type.symbol?.name === "Function";
}

function propertyOf({ computed, property }) {
  return computed ? property.value : property.name;
}
