/** What judges the form around the entries of an overlay. */

import { overlaySchema } from "./overlay-schema.ts";
import { type Validator, validatorOf } from "./validator.ts";

export { overlaySchema as schema };
export const validator: () => Validator = validatorOf(overlaySchema);
