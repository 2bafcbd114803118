/** npm's package that holds the worker for this system, in npm's words for it. */
const workerPackage = `grpcline-${process.platform}-${process.arch}`;

/** The systems for which there is such a package. */
const systems = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "win32-x64", "win32-arm64"];

/**
 * The program that is started where none is given: that of the environment's GRPCLINE,
 * else that of the package which npm installs beside this one, else grpcline on the PATH.
 */
export function findWorker(env: NodeJS.ProcessEnv = process.env): string {
  return env.GRPCLINE || installed() || "grpcline";
}

function installed(): string | undefined {
  const program = process.platform === "win32" ? "grpcline.exe" : "grpcline";
  try {
    return require.resolve(`${workerPackage}/bin/${program}`);
  } catch {
    return undefined; // the package is optional: it may be left out, or be for no such system
  }
}

/** Says what to do about a program that is not there. */
export function howToGet(path: string): string {
  const elsewhere = "give its path, or set GRPCLINE or the PATH";
  if (path !== "grpcline") {
    return elsewhere;
  }
  if (systems.includes(`${process.platform}-${process.arch}`)) {
    return `npm install ${workerPackage} brings it (an install without optional packages leaves it out); or ${elsewhere}`;
  }
  return `npm has none for ${process.platform}-${process.arch}: build it, and ${elsewhere}`;
}
