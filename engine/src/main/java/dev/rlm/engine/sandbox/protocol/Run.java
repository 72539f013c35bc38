package dev.rlm.engine.sandbox.protocol;

import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.OutputListener;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One execution under way: passes on its output until something ended it, and lets one thread wait for that. The first ending
 * wins. Safe for use by many threads.
 */
final class Run {

  private final String id;
  private final OutputListener listener;
  private final ByteSize outputLimit;
  private final CallDispatcher calls;
  private final CompletableFuture<Ending> ending = new CompletableFuture<>();
  private final Object delivery = new Object();
  private volatile boolean interrupted;
  private long written;
  private boolean over;

  Run(String id, OutputListener listener, ByteSize outputLimit, CallDispatcher calls) {
    this.id = id;
    this.listener = listener;
    this.outputLimit = outputLimit;
    this.calls = calls;
  }

  boolean isCalled(String name) {
    return id.equals(name);
  }

  /** Passes on a piece of output, unless the execution has ended or this ends it. */
  void output(OutputListener.Stream stream, String text) {
    synchronized (delivery) {
      if (over || ending.isDone()) {
        return;
      }
      written += text.length();
      if (written > outputLimit.bytes()) {
        ending.complete(new Ending.TooMuchOutput());
      } else {
        listener.output(stream, text);
      }
    }
  }

  /** Answers a call of the guest's, in the background. */
  void call(GuestMessage.Call call) {
    if (!ending.isDone()) {
      calls.dispatch(call);
    }
  }

  /** Returns for how long code has waited for answers of the host's so far, several at one time counted once. */
  Duration waited() {
    return calls.waited();
  }

  /** Notes that the caller asked the code to stop. */
  void interrupt() {
    interrupted = true;
  }

  boolean interrupted() {
    return interrupted;
  }

  void complete(Ending how) {
    ending.complete(how);
  }

  /** Makes sure that the listener is never called again, and breaks off the calls under way. */
  void end() {
    calls.close();
    synchronized (delivery) {
      over = true;
    }
  }

  /** Waits for the ending; empty when there was none in that time. */
  Optional<Ending> await(Duration time) throws InterruptedException {
    try {
      return Optional.of(ending.get(time.toNanos(), TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw new AssertionError(e); // Nothing completes it exceptionally.
    }
  }
}
