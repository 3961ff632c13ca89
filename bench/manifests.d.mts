type Devices = readonly Readonly<Record<string, unknown>>[];
export type BenchManifest = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
interface Options {
  readonly changed?: boolean;
}
export function createManifest(size: number, devices: Devices, options?: Options): BenchManifest;
export function writeManifest(folder: string, manifest: BenchManifest, options?: Options): void;
