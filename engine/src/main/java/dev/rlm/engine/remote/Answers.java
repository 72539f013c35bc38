package dev.rlm.engine.remote;

import dev.rlm.engine.client.CallingCode;
import dev.rlm.engine.client.Event;
import dev.rlm.engine.sandbox.HostCalls;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the calls of code in another engine, each by a thread of its own. That engine has limits on them, and these are kept here
 * too: who may call so many at one time is not its decision. Used by one thread.
 */
final class Answers implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Answers.class);

  private final CallingCode code;
  private final HostCalls calls;
  private final Semaphore places;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private int made;

  Answers(CallingCode code, HostCalls calls) {
    this.code = code;
    this.calls = calls;
    this.places = new Semaphore(calls.limits().concurrent());
  }

  /** Begins to answer a call; waits while there are as many as may be. */
  void answer(Event.Call call) throws InterruptedException {
    if (!calls.functions().contains(call.name()) || ++made > calls.limits().calls()) {
      code.raise(call.call(), "RuntimeError", "%s may not be called, or not so often".formatted(call.name()));
      return;
    }
    places.acquire();
    threads.execute(
        () -> {
          try {
            code.answer(call.call(), calls.call(call.name(), call.arguments(), call.keywords()));
          } catch (HostCalls.HostCallException e) {
            code.raise(call.call(), e.name(), e.text());
          } catch (InterruptedException e) {
            log.trace("a call was broken off");
          } catch (RuntimeException e) {
            log.error("a function of the host's failed", e);
            code.raise(call.call(), "RuntimeError", "the host failed to answer");
          } finally {
            places.release();
          }
        });
  }

  /** Breaks off what is under way, and does not wait for its end. */
  @Override
  public void close() {
    threads.shutdownNow();
  }
}
