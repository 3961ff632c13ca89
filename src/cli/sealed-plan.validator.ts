/** What judges the form of a sealed plan. */
import type { JsonSchema } from "../kinds/kind.ts";
import { type Validator, validatorOf } from "../manifest/validator.ts";
import { sealedPlanSchema } from "../render/sealed-schema.ts";

export const schema = (): JsonSchema => sealedPlanSchema;
export const validator: () => Validator = validatorOf(schema);
