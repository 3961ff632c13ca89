/** What judges the form of a manifest. */

import { manifestSchema } from "./schema.ts";
import { type Validator, validatorOf } from "./validator.ts";

export { manifestSchema as schema };
export const validator: () => Validator = validatorOf(manifestSchema);
