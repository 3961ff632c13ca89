/** Filled in from package.json when the bundle is built; a tool may also run the sources as they are. */
declare const __HOPSYNC_VERSION__: string | undefined;

export const VERSION: string =
  typeof __HOPSYNC_VERSION__ === "undefined" ? "0.0.0-source" : __HOPSYNC_VERSION__;
