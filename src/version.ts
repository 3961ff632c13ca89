/** Filled in from package.json when the bundle is built. */
declare const __HOPSYNC_VERSION__: string;

export const VERSION: string = __HOPSYNC_VERSION__;
