/** What judges the form of a project file. */
import { type Validator, validatorOf } from "../manifest/validator.ts";
import { projectSchema } from "./schema.ts";

export { projectSchema as schema };
export const validator: () => Validator = validatorOf(projectSchema);
