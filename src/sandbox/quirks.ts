/**
 * Switches for what the vendor's documents leave open, or what differs between systems. Each default is the
 * choice that is harder on a client; the comments say what is known.
 */

export interface Quirks {
  /** The content type of an empty 201: the guides show text/plain, some firmware says JSON. */
  readonly createdContentType: "text" | "json";
  /** The status for a value outside its enumeration; no document names one. */
  readonly badEnumStatus: 422 | 400;
  /** The guide calls an alert's name unique and names no status; a trigger's is "friendly". Tags always refuse. */
  readonly duplicateNames: "refuse" | "accept";
  /** `dynamic` is missing from the body of PATCH /devicegroups/{id}. */
  readonly dynamicInPatch: "refuse" | "ignore";
  /** Deleting what something else is assigned to: nothing is documented. */
  readonly deleteInUse: "cascade" | "refuse";
  /** Whether a null in a PATCH clears a field: nothing is documented. */
  readonly patchNull: "clear" | "refuse";
  /** How an empty description is answered; recorded systems show null, the Swagger's default is "". */
  readonly emptyDescription: "null" | "text";
  /** Whether a script is stored as sent, or with LF line ends and a newline at its end. */
  readonly scriptText: "as-sent" | "normalised";
  /** Fields of the other alert type ("Only applicable to …"): refused, or accepted and forgotten. */
  readonly otherTypeFields: "refuse" | "accept";
  /** `discovery_id` has an operand section for groups, but is missing from the list of a group filter's fields. */
  readonly discoveryIdInGroupFilter: "refuse" | "accept";
  /** What GET /devicegroups lists without `type`: not documented. */
  readonly groupListDefault: "user_created" | "all";
  /** The most objects one page may hold, whatever `limit` asks for; no maximum is documented. */
  readonly pageCap: number | null;
  /** How wide a sensor's device ids are: "wide" is node 6's share of a console (node·2^32 + id). */
  readonly deviceIds: "small" | "wide";
  /** Guide 7's example of a device has only `extrahop_id`; scripts of those years use `discovery_id` as well. */
  readonly discoveryIdOn7: "absent" | "present";
  /** Guide 5.2 has no word of a trigger's hints; a client of those years knew some. */
  readonly hintsOn52: "refuse" | "accept";
  /** How the cloud product answers an expired token: JSON with 401, or plain text with 400; clients have met both. */
  readonly expiredToken: "401" | "400";
  /** A connection is closed after so many requests; the guides show `keep-alive: max=100`. */
  readonly requestsPerConnection: number;
  /** "missing" answers 402 to everything. */
  readonly eula: "accepted" | "missing";
  /** How many list reads a new object stays invisible for: scripts in the field wait after a create. */
  readonly listLag: number;
}

export const DEFAULT_QUIRKS: Quirks = {
  createdContentType: "text",
  badEnumStatus: 422,
  duplicateNames: "refuse",
  dynamicInPatch: "refuse",
  deleteInUse: "cascade",
  patchNull: "clear",
  emptyDescription: "null",
  scriptText: "as-sent",
  otherTypeFields: "refuse",
  discoveryIdInGroupFilter: "refuse",
  groupListDefault: "user_created",
  pageCap: null,
  deviceIds: "small",
  discoveryIdOn7: "absent",
  hintsOn52: "refuse",
  expiredToken: "400",
  requestsPerConnection: 100,
  eula: "accepted",
  listLag: 0,
};
