package dev.rlm.engine.sandbox.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rlm.engine.CapturedLog;
import dev.rlm.engine.sandbox.ByteSize;
import dev.rlm.engine.sandbox.HostCalls;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class CallDispatcherTest {

  private static final Duration LONG = Duration.ofSeconds(50);
  private static final HostCalls.Limits LIMITS = new HostCalls.Limits(5, 2, new ByteSize(20), LONG);

  private final BlockingQueue<HostMessage> sent = new LinkedBlockingQueue<>();

  /** What a function does. */
  @FunctionalInterface
  private interface Function {
    String call(String arguments, String keywords) throws HostCalls.HostCallException, InterruptedException;
  }

  @Test
  void answersWithWhatTheFunctionReturns() throws Exception {
    CallDispatcher dispatcher = dispatcher(LIMITS, (arguments, keywords) -> "[%s,%s]".formatted(arguments, keywords));
    dispatcher.dispatch(new GuestMessage.Call("run", 7, "f", "[1]", "{\"a\":2}"));
    assertEquals(new HostMessage.Reply("run", 7, "[[1],{\"a\":2}]"), next());
  }

  @Test
  void raisesWhatTheFunctionRaises() throws Exception {
    CallDispatcher dispatcher =
        dispatcher(
            LIMITS,
            (_, _) -> {
              throw new HostCalls.HostCallException("BudgetSpent", "3 of 3");
            });
    dispatcher.dispatch(call(1));
    assertEquals(new HostMessage.Failure("run", 1, "BudgetSpent", "3 of 3"), next());
  }

  @Test
  void boundsWhatAFunctionRaises() throws Exception {
    CallDispatcher dispatcher =
        dispatcher(
            LIMITS,
            (_, _) -> {
              throw new HostCalls.HostCallException("😀".repeat(200), "😀".repeat(20_000));
            });
    dispatcher.dispatch(call(1));
    HostMessage.Failure failure = assertInstanceOf(HostMessage.Failure.class, next());
    assertEquals("😀".repeat(100), failure.name());
    assertEquals("😀".repeat(16_384), failure.message());
  }

  @Test
  void tellsTheGuestNothingOfAFaultOfTheHosts() throws Exception {
    try (CapturedLog log = new CapturedLog(CallDispatcher.class)) {
      CallDispatcher dispatcher =
          dispatcher(
              LIMITS,
              (_, _) -> {
                throw new IllegalStateException("a detail of the host's");
              });
      dispatcher.dispatch(call(1));
      assertEquals("the host failed to answer", failure(next()).message());
      assertTrue(log.text().contains("a detail of the host's"));
    }
  }

  @Test
  void refusesWhatWasNotOffered() throws Exception {
    CallDispatcher dispatcher = dispatcher(LIMITS, (_, _) -> "1");
    dispatcher.dispatch(new GuestMessage.Call("run", 1, "__import__", "[]", "{}"));
    assertEquals("NameError", failure(next()).name());
  }

  @Test
  void refusesMoreCallsThanMayBe() throws Exception {
    CallDispatcher dispatcher = dispatcher(LIMITS, (_, _) -> "1");
    for (int i = 1; i <= 5; i++) {
      dispatcher.dispatch(call(i));
      assertEquals(new HostMessage.Reply("run", i, "1"), next());
    }
    dispatcher.dispatch(call(6));
    assertEquals("more than 5 calls in one execution", failure(next()).message());
  }

  @Test
  void refusesMoreAtATimeThanMayBe() throws Exception {
    CountDownLatch entered = new CountDownLatch(2);
    CountDownLatch answer = new CountDownLatch(1);
    CallDispatcher dispatcher =
        dispatcher(
            LIMITS,
            (_, _) -> {
              entered.countDown();
              answer.await();
              return "1";
            });
    dispatcher.dispatch(call(1));
    dispatcher.dispatch(call(2));
    entered.await();
    dispatcher.dispatch(call(3));
    assertEquals(3, failure(next()).call());
    answer.countDown();
    assertInstanceOf(HostMessage.Reply.class, next());
    assertInstanceOf(HostMessage.Reply.class, next());
  }

  @Test
  void aCallCanBeMadeAsSoonAsTheOneBeforeIsAnswered() throws Exception {
    HostCalls.Limits one = new HostCalls.Limits(1_000, 1, new ByteSize(20), LONG);
    CountDownLatch done = new CountDownLatch(1);
    CallDispatcher[] self = new CallDispatcher[1];
    BlockingQueue<HostMessage.Failure> refused = new LinkedBlockingQueue<>();
    self[0] =
        new CallDispatcher(
            "run",
            calls((_, _) -> "1"),
            one,
            message -> {
              // What a guest does whose thread wakes up with the answer.
              switch (message) {
                case HostMessage.Reply reply when reply.call() == 500 -> done.countDown();
                case HostMessage.Reply reply -> self[0].dispatch(call(reply.call() + 1));
                case HostMessage.Failure failure -> {
                  refused.add(failure);
                  done.countDown();
                }
                default -> throw new AssertionError(message);
              }
            });
    self[0].dispatch(call(1));
    done.await();
    assertNull(refused.poll());
  }

  @Test
  void refusesAnswersThatAreTooLarge() throws Exception {
    for (String answer : new String[] {"1".repeat(21), "😀".repeat(6)}) {
      CallDispatcher dispatcher = dispatcher(LIMITS, (_, _) -> answer);
      dispatcher.dispatch(call(1));
      assertEquals("ValueError", failure(next()).name());
    }
    CallDispatcher dispatcher = dispatcher(LIMITS, (_, _) -> "é".repeat(10));
    dispatcher.dispatch(call(1));
    assertInstanceOf(HostMessage.Reply.class, next());
  }

  @Test
  void breaksOffACallThatTakesTooLong() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    CallDispatcher dispatcher =
        dispatcher(
            new HostCalls.Limits(5, 2, new ByteSize(20), Duration.ofMillis(20)),
            (_, _) -> {
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
              }
              return "never";
            });
    dispatcher.dispatch(call(1));
    assertEquals("TimeoutError", failure(next()).name());
    interrupted.await();
  }

  @Test
  void breaksOffCallsUnderWayWhenItIsClosedAndAnswersNoMore() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    CallDispatcher dispatcher =
        dispatcher(
            LIMITS,
            (_, _) -> {
              entered.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
              }
              return "never";
            });
    dispatcher.dispatch(call(1));
    entered.await();
    dispatcher.close();
    interrupted.await();
    dispatcher.dispatch(call(2));
    dispatcher.dispatch(new GuestMessage.Call("run", 3, "unknown", "[]", "{}"));
    assertNull(sent.poll(50, TimeUnit.MILLISECONDS));
  }

  private CallDispatcher dispatcher(HostCalls.Limits limits, Function function) {
    return new CallDispatcher("run", calls(function), limits, sent::add);
  }

  private static HostCalls calls(Function function) {
    return new HostCalls() {
      @Override
      public Set<String> functions() {
        return Set.of("f");
      }

      @Override
      public String call(String name, String arguments, String keywords) throws HostCallException, InterruptedException {
        return function.call(arguments, keywords);
      }
    };
  }

  private static GuestMessage.Call call(long number) {
    return new GuestMessage.Call("run", number, "f", "[]", "{}");
  }

  private HostMessage next() throws InterruptedException {
    return Objects.requireNonNull(sent.poll(50, TimeUnit.SECONDS), "nothing was sent");
  }

  private static HostMessage.Failure failure(HostMessage message) {
    return assertInstanceOf(HostMessage.Failure.class, message);
  }
}
