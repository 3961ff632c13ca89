export function bundle(outdir: string): Promise<void>;
export function bundleAction(): Promise<string>;
