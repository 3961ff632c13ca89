/** Email groups (guide 8.7 "Email group"). The wire calls the name `group_name`. */
import { emailAddresses, flag } from "./fields.ts";
import type { Kind } from "./kind.ts";

/** The group that receives the appliance's own notifications ships with every appliance (facts §2.5). */
const SYSTEM_GROUP_ID = 1;

export const emailGroup: Kind = {
  kind: "email_group",
  section: "email_groups",
  noun: "an email group",
  path: "/emailgroups",
  nameField: "group_name",
  fields: {
    email_addresses: emailAddresses("The addresses that alerts are sent to; the whole set.", {
      requiredOnCreate: true,
    }),
    system_notifications: flag("Whether the group receives notifications about the appliance itself.", {
      fill: false,
      initial: false,
    }),
  },
  relations: {},
  builtIn: (wire) => wire.id === SYSTEM_GROUP_ID,
  builtInDeclarable: true,
};
