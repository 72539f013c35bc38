package dev.rlm.engine.sandbox.protocol;

import dev.rlm.engine.sandbox.HostCalls;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the calls of one execution, each on a virtual thread of its own. The limits are the host's: how many calls in all, how
 * many at one time, how large an answer, how long. A call that breaks one is refused with an exception in the guest, at once and
 * without reaching the function. Safe for use by many threads.
 */
final class CallDispatcher implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(CallDispatcher.class);

  private final String id;
  private final HostCalls calls;
  private final HostCalls.Limits limits;
  private final Consumer<HostMessage> send;
  private final Semaphore concurrent;
  private final AtomicInteger made = new AtomicInteger();
  private final Set<FutureTask<String>> underWay = ConcurrentHashMap.newKeySet();
  private int answering;
  private long since;
  private long waitedNanos;
  private volatile boolean closed;

  CallDispatcher(String id, HostCalls calls, HostCalls.Limits limits, Consumer<HostMessage> send) {
    this.id = id;
    this.calls = calls;
    this.limits = limits;
    this.send = send;
    this.concurrent = new Semaphore(limits.concurrent());
  }

  /** Begins to answer a call; returns at once. */
  void dispatch(GuestMessage.Call call) {
    if (!calls.functions().contains(call.name())) {
      refuse(call, "NameError", "the host has no such function");
    } else if (made.incrementAndGet() > limits.calls()) {
      refuse(call, "RuntimeError", "more than %d calls in one execution".formatted(limits.calls()));
    } else if (!concurrent.tryAcquire()) {
      refuse(call, "RuntimeError", "more than %d calls at one time".formatted(limits.concurrent()));
    } else {
      Thread.ofVirtual().name("host-call").start(() -> answer(call));
    }
  }

  /** Returns for how long at least one call was under way so far. */
  synchronized Duration waited() {
    return Duration.ofNanos(answering == 0 ? waitedNanos : waitedNanos + System.nanoTime() - since);
  }

  private synchronized void begin() {
    if (answering++ == 0) {
      since = System.nanoTime();
    }
  }

  private synchronized void end() {
    if (--answering == 0) {
      waitedNanos += System.nanoTime() - since;
    }
  }

  private void answer(GuestMessage.Call call) {
    HostMessage answer;
    begin();
    try {
      answer = ask(call);
    } finally {
      end();
      // Before the answer is on its way: the guest may make the next call as soon as it has this one's.
      concurrent.release();
    }
    reply(answer);
  }

  private HostMessage ask(GuestMessage.Call call) {
    FutureTask<String> task = new FutureTask<>(() -> calls.call(call.name(), call.arguments(), call.keywords()));
    underWay.add(task);
    try {
      if (!closed) {
        Thread.ofVirtual().name("host-function").start(task);
        String value = task.get(limits.timeout().toNanos(), TimeUnit.NANOSECONDS);
        return fits(value)
            ? new HostMessage.Reply(id, call.number(), value)
            : failure(call, "ValueError", "the answer is larger than " + limits.resultBytes());
      }
    } catch (TimeoutException e) {
      return failure(call, "TimeoutError", "the call took longer than %s s".formatted(limits.timeout().toMillis() / 1e3));
    } catch (ExecutionException e) {
      return failure(call, e.getCause());
    } catch (InterruptedException | CancellationException e) {
      log.trace("a call was broken off");
    } finally {
      task.cancel(true);
      underWay.remove(task);
    }
    return failure(call, "RuntimeError", "the execution has ended");
  }

  /** A character takes at most three bytes for each of Java's. */
  private boolean fits(String value) {
    return value.length() <= limits.resultBytes().bytes()
        && (value.length() <= limits.resultBytes().bytes() / 3
            || value.getBytes(StandardCharsets.UTF_8).length <= limits.resultBytes().bytes());
  }

  private HostMessage failure(GuestMessage.Call call, @Nullable Throwable failure) {
    if (failure instanceof HostCalls.HostCallException raised) {
      return failure(call, raised.name(), raised.text());
    }
    if (failure instanceof InterruptedException) {
      return failure(call, "RuntimeError", "the call was broken off");
    }
    log.error("a function of the host's failed", failure);
    return failure(call, "RuntimeError", "the host failed to answer");
  }

  private HostMessage failure(GuestMessage.Call call, String name, String message) {
    return new HostMessage.Failure(id, call.number(), name, message);
  }

  private void refuse(GuestMessage.Call call, String name, String message) {
    reply(failure(call, name, message));
  }

  private void reply(HostMessage answer) {
    if (!closed) {
      send.accept(answer);
    }
  }

  /** Breaks off the calls under way, and answers no more. */
  @Override
  public void close() {
    closed = true;
    underWay.forEach(task -> task.cancel(true));
  }
}
