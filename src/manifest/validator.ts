/**
 * Makes the validator of a schema, which takes longer than any use of it. Files named `*.validator.ts` call this
 * where they are run as they stand; in a build, `scripts/validators.mjs` has put the code that ajv makes of
 * their schemas in their place, so that no command waits for it.
 */
import { Ajv2020, type ErrorObject, type Options } from "ajv/dist/2020.js";
import type { JsonSchema } from "../kinds/kind.ts";
import type { Json } from "../model.ts";

/** Whether a value fits; the errors of the last one that did not. */
export interface Validator {
  (value: Json): boolean;
  errors?: readonly ErrorObject[] | null;
}

export const OPTIONS: Options = {
  allErrors: true,
  verbose: true,
  allowUnionTypes: true,
  strictTypes: false,
  strictRequired: false,
  logger: false,
};

/** Compiled when it is first asked for. */
export function validatorOf(schema: () => JsonSchema): () => Validator {
  let compiled: Validator | undefined;
  return () => {
    compiled ??= new Ajv2020(OPTIONS).compile(schema()) as Validator;
    return compiled;
  };
}
