package dev.rlm.engine.sandbox.protocol;

import dev.rlm.engine.sandbox.HostCalls;
import java.util.Set;
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

  private void answer(GuestMessage.Call call) {
    FutureTask<String> task = new FutureTask<>(() -> calls.call(call.name(), call.arguments(), call.keywords()));
    underWay.add(task);
    try {
      if (closed) {
        return;
      }
      Thread.ofVirtual().name("host-function").start(task);
      String value = task.get(limits.timeout().toNanos(), TimeUnit.NANOSECONDS);
      if (value.length() > limits.resultBytes().bytes()) {
        refuse(call, "ValueError", "the answer is larger than " + limits.resultBytes());
      } else if (!closed) {
        send.accept(new HostMessage.Reply(id, call.number(), value));
      }
    } catch (TimeoutException e) {
      refuse(call, "TimeoutError", "the call took longer than %d s".formatted(limits.timeout().toSeconds()));
    } catch (ExecutionException e) {
      fail(call, e.getCause());
    } catch (InterruptedException | java.util.concurrent.CancellationException e) {
      log.trace("a call was broken off");
    } finally {
      task.cancel(true);
      underWay.remove(task);
      concurrent.release();
    }
  }

  private void fail(GuestMessage.Call call, @Nullable Throwable failure) {
    if (failure instanceof HostCalls.HostCallException raised) {
      refuse(call, raised.name(), raised.text());
    } else {
      log.error("a function of the host's failed", failure);
      refuse(call, "RuntimeError", "the host failed to answer");
    }
  }

  private void refuse(GuestMessage.Call call, String name, String message) {
    if (!closed) {
      send.accept(new HostMessage.Failure(id, call.number(), name, message));
    }
  }

  /** Breaks off the calls under way, and answers no more. */
  @Override
  public void close() {
    closed = true;
    underWay.forEach(task -> task.cancel(true));
  }
}
