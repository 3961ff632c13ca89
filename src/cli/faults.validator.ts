/** What judges the form of a fault file. */
import { type Validator, validatorOf } from "../manifest/validator.ts";
import { faultsSchema } from "./fault-schema.ts";

export { faultsSchema as schema };
export const validator: () => Validator = validatorOf(faultsSchema);
