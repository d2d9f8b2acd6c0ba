/** The type of a node: of a type parameter its bound, of a literal its kind, without null and undefined. */
export function typeOf(services, node) {
  const checker = services.program.getTypeChecker();
  const type = services.getTypeAtLocation(node);
  return checker.getNonNullableType(
    checker.getBaseTypeOfLiteralType(checker.getBaseConstraintOfType(type) ?? type),
  );
}
