import { Worker, type WorkerOptions } from "grpcline-client";

/**
 * The one worker of an editor session: started when first needed, and started
 * again for the request after it died. A Session owns it; dispose ends it.
 */
export class Session {
  private starting: Promise<Worker> | undefined;
  private current: Worker | undefined;

  /**
   * @param options asked anew for each start
   * @param onEnd told, with the tail of stderr, when a worker ended by itself
   */
  constructor(
    private readonly options: () => WorkerOptions,
    private readonly onEnd: (sentence: string) => void,
  ) {}

  /**
   * Returns the live worker.
   * @throws WorkerError with a sentence where there is none to be had
   */
  async worker(): Promise<Worker> {
    if (this.current?.isRunning) return this.current;
    this.starting ??= this.start().finally(() => {
      this.starting = undefined;
    });
    return this.starting;
  }

  /** Ends the worker, if there is one; the next request starts another. */
  stop(): void {
    const worker = this.current;
    this.current = undefined;
    worker?.abandon("the worker was stopped");
  }

  dispose(): void {
    this.stop();
  }

  private async start(): Promise<Worker> {
    const worker = await Worker.start(this.options());
    this.current = worker;
    void worker.ended.then((sentence) => {
      if (this.current !== worker) return;
      this.current = undefined;
      this.onEnd(`${sentence}\nThe next request starts it again.`);
    });
    return worker;
  }
}
