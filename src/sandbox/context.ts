/** What every handler of the appliance is given. */
import type { Json } from "../model.ts";
import type { Answer } from "./answer.ts";
import type { Steering } from "./faults.ts";
import type { Generation } from "./generations.ts";
import type { Platform } from "./platforms.ts";
import type { Quirks } from "./quirks.ts";
import type { Router } from "./routes.ts";
import type { Shaper } from "./shapes.ts";
import type { ApplianceState } from "./state.ts";

export interface Context {
  readonly state: ApplianceState;
  readonly generation: Generation;
  readonly router: Router;
  readonly shape: Shaper;
  readonly platform: Platform;
  readonly quirks: Quirks;
  /** Name and address that GET /extrahop answers. */
  readonly hostname: string;
}

/** A request that has been authenticated, routed and parsed. */
export interface Call {
  /** The ids of the path, in its order. */
  readonly ids: readonly number[];
  /** Query parameters that the route documents, checked against their types. */
  readonly query: Readonly<Record<string, string>>;
  readonly body: Json | undefined;
  /** The user that the key belongs to. */
  readonly user: string;
  readonly steering: Steering;
}

export type Handler = (context: Context, call: Call) => Answer;
