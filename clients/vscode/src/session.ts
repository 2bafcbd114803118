import { Worker, WorkerError, type WorkerOptions } from "grpcline-client";

/** What a session tells. */
export interface SessionEvents {
  /** The worker started or ended. */
  changed(): void;
  /** It ended by itself; the sentence has the tail of its stderr. */
  ended(sentence: string): void;
  /** It cannot be started; the sentence says why. */
  missing(sentence: string): void;
}

/**
 * The one worker of an editor session: started when first needed, and started
 * again for the request after it died. A Session owns it; dispose ends it.
 */
export class Session {
  private starting: Promise<Worker> | undefined;
  private current: Worker | undefined;

  /**
   * @param options asked anew for each start
   */
  constructor(
    private readonly options: () => WorkerOptions,
    private readonly events: SessionEvents,
  ) {}

  /**
   * Returns the live worker.
   * @throws WorkerError with a sentence where there is none to be had
   */
  async worker(): Promise<Worker> {
    if (this.current?.isRunning) return this.current;
    this.starting ??= this.start().finally(() => {
      this.starting = undefined;
      this.events.changed();
    });
    this.events.changed();
    return this.starting;
  }

  /** What the status bar tells: whether there is a worker, and its process. */
  get state(): { word: "none" | "starting" | "running"; pid?: number | undefined } {
    if (this.starting) return { word: "starting" };
    return this.current?.isRunning ? { word: "running", pid: this.current.pid } : { word: "none" };
  }

  /** Ends the worker, if there is one; the next request starts another. */
  stop(): void {
    const worker = this.current;
    this.current = undefined;
    worker?.abandon("the worker was stopped");
    this.events.changed();
  }

  dispose(): void {
    this.stop();
  }

  private async start(): Promise<Worker> {
    const worker = await Worker.start(this.options()).catch((err: Error) => {
      // What follows is for users of the package, who have no such setting.
      const why = err.message.replace(/(there is no such program);.*$/s, "$1");
      this.events.missing(why);
      throw new WorkerError(`${why}\nThe setting grpcline.path says where it is.`);
    });
    this.current = worker;
    void worker.ended.then((sentence) => {
      if (this.current !== worker) return;
      this.current = undefined;
      this.events.changed();
      this.events.ended(`${sentence}\nThe next request starts it again.`);
    });
    return worker;
  }
}
