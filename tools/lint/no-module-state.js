/**
 * Forbids mutable state that outlives a call: a preloaded module lies in flash, read-only, and XS says nothing when
 * a write to it is lost. At module level stand imports, types, functions, classes and constants; a constant is a
 * primitive, a function or class, another constant, or a literal given to Object.freeze at each depth. (`as const`
 * does not count: it is gone at run time.)
 *
 * @type {import("eslint").Rule.RuleModule}
 */
export default {
  meta: {
    type: "problem",
    schema: [],
    messages: {
      variable:
        "Module-level `{{kind}}` is read-only once preloaded: keep state in an object that a constructor makes.",
      value:
        "Not constant once preloaded: use a primitive, a function, or a literal in Object.freeze (each depth).",
      statement: "Only declarations may stand at module level: nothing else may run at link time.",
      static: "A static member must be a readonly constant: classes are read-only once preloaded.",
      write: "`{{name}}` belongs to a module and is read-only once preloaded.",
    },
  },
  create(context) {
    const { sourceCode } = context;

    function checkValue(node) {
      for (const part of mutableParts(node)) context.report({ node: part, messageId: "value" });
    }

    function checkStatement(statement) {
      switch (statement.type) {
        case "ExportNamedDeclaration":
        case "ExportDefaultDeclaration":
          if (statement.declaration) checkStatement(statement.declaration);
          return;
        case "VariableDeclaration":
          if (statement.declare) return;
          if (statement.kind !== "const")
            context.report({ node: statement, messageId: "variable", data: { kind: statement.kind } });
          for (const { init } of statement.declarations) if (init) checkValue(init);
          return;
        case "ExpressionStatement":
          if (statement.directive === undefined) context.report({ node: statement, messageId: "statement" });
          return;
        default:
          if (isDeclaration(statement)) return;
          if (isExpression(statement)) checkValue(statement);
          else context.report({ node: statement, messageId: "statement" });
      }
    }

    /** The name of the module's binding (or import) that `target` writes to, if any. */
    function moduleBinding(target) {
      let root = unwrap(target);
      while (root.type === "MemberExpression") root = unwrap(root.object);
      if (root.type !== "Identifier") return undefined;
      for (let scope = sourceCode.getScope(root); scope; scope = scope.upper) {
        if (scope.type === "class") continue; // the class's name again, inside itself
        const variable = scope.set.get(root.name);
        if (variable && variable.defs.length > 0) return scope.type === "module" ? root.name : undefined;
      }
      return undefined;
    }

    function checkWrite(node, target) {
      for (const written of targets(target)) {
        if (written.type === "MemberExpression" && isStaticThis(written.object, sourceCode))
          context.report({ node, messageId: "static" });
        const name = moduleBinding(written);
        if (name !== undefined) context.report({ node, messageId: "write", data: { name } });
      }
    }

    return {
      Program: (program) => program.body.forEach(checkStatement),
      PropertyDefinition(node) {
        if (!node.static || node.declare) return;
        if (!node.readonly) context.report({ node, messageId: "static" });
        if (node.value) checkValue(node.value);
      },
      StaticBlock: (node) => context.report({ node, messageId: "static" }),
      AssignmentExpression: (node) => checkWrite(node, node.left),
      UpdateExpression: (node) => checkWrite(node, node.argument),
      "UnaryExpression[operator='delete']": (node) => checkWrite(node, node.argument),
      "ForInStatement, ForOfStatement"(node) {
        if (node.left.type !== "VariableDeclaration") checkWrite(node, node.left);
      },
    };
  },
};

/** Functions of the language that answer a primitive and change nothing. */
const PURE = /^(Math\.\w+|Number|Number\.\w+|String|String\.\w+|Boolean)$/;

/** The parts of an initial value that could change after the module is loaded. */
function mutableParts(node) {
  switch (node?.type) {
    case undefined: // hole of an array
    case "Identifier":
    case "TemplateElement":
    case "ArrowFunctionExpression":
    case "FunctionExpression":
    case "ClassExpression":
      return [];
    case "Literal":
      return node.regex ? [node] : [];
    case "TemplateLiteral":
      return node.expressions.flatMap(mutableParts);
    case "UnaryExpression":
      return mutableParts(node.argument);
    case "BinaryExpression":
    case "LogicalExpression":
      return [node.left, node.right].flatMap(mutableParts);
    case "ConditionalExpression":
      return [node.test, node.consequent, node.alternate].flatMap(mutableParts);
    case "MemberExpression":
      return mutableParts(node.object);
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
      return mutableParts(node.expression);
    case "CallExpression":
      if (nameOf(node.callee) === "Object.freeze") return frozenParts(node.arguments[0]);
      if (PURE.test(nameOf(node.callee))) return node.arguments.flatMap(mutableParts);
      return [node];
    default: // literals that are not frozen, new, calls, assignments …
      return [node];
  }
}

function frozenParts(node) {
  const literal = node && unwrap(node);
  if (literal?.type === "ArrayExpression")
    return literal.elements.flatMap((each) =>
      mutableParts(each?.type === "SpreadElement" ? each.argument : each),
    );
  if (literal?.type === "ObjectExpression")
    return literal.properties.flatMap((each) =>
      mutableParts(each.type === "SpreadElement" ? each.argument : each.value),
    );
  return node ? mutableParts(node) : [];
}

/** `Object.freeze` for the callee `Object.freeze`; "" where it is not so simple. */
function nameOf(callee) {
  if (callee.type === "Identifier") return callee.name;
  if (callee.type !== "MemberExpression" || callee.computed || callee.object.type !== "Identifier") return "";
  return `${callee.object.name}.${callee.property.name}`;
}

function unwrap(node) {
  return /^TS(As|Satisfies|NonNull)Expression$|^ChainExpression$/.test(node.type)
    ? unwrap(node.expression)
    : node;
}

/** The single targets of an assignment, destructuring taken apart. */
function targets(node) {
  switch (node?.type) {
    case "ArrayPattern":
      return node.elements.flatMap(targets);
    case "ObjectPattern":
      return node.properties.flatMap((each) =>
        targets(each.type === "RestElement" ? each.argument : each.value),
      );
    case "AssignmentPattern":
      return targets(node.left);
    case "RestElement":
      return targets(node.argument);
    default:
      return node ? [unwrap(node)] : [];
  }
}

/** Whether `node` is `this` inside a static method: the class itself. */
function isStaticThis(node, sourceCode) {
  let root = unwrap(node);
  while (root.type === "MemberExpression") root = unwrap(root.object);
  if (root.type !== "ThisExpression") return false;
  const owner = sourceCode
    .getAncestors(root)
    .findLast(
      ({ type }) =>
        type === "MethodDefinition" || type === "PropertyDefinition" || type === "FunctionDeclaration",
    );
  return owner?.static === true;
}

function isDeclaration({ type }) {
  return (
    /^(Import|Export|TS(Interface|TypeAlias|Enum|Module|DeclareFunction))/.test(type) ||
    type === "FunctionDeclaration" ||
    type === "ClassDeclaration"
  );
}

function isExpression({ type }) {
  return (
    type.endsWith("Expression") || type === "Identifier" || type === "Literal" || type === "TemplateLiteral"
  );
}
