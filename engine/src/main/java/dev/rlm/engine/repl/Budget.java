package dev.rlm.engine.repl;

import dev.rlm.engine.model.ModelPrice;
import dev.rlm.engine.model.Models;
import dev.rlm.engine.model.TokenUsage;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a run may still take, and what it has taken: one for the whole tree of loops. Whoever wants to spend reserves first. A model call
 * reserves what its prompt is likely to take and all that its answer may; what it did not take is given back when it has ended.
 *
 * <p>A reservation that does not fit waits for those under way, since they give something back; when none is under way it is refused.
 * What is under way ends by itself, so that this cannot wait for ever. Safe for use by many threads.
 */
final class Budget {

  /** A prompt is reserved at so many characters a token: prose takes four, code and many languages fewer. */
  private static final int CHARACTERS_PER_TOKEN = 3;

  /** An answer is not begun that could take no more than this. */
  private static final int LEAST_OUTPUT = 16;

  private final RunLimits limits;
  private final Models models;
  private final Semaphore calls;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition settled = lock.newCondition();
  private final TreeMap<String, RunTotals.ModelTotals> spent = new TreeMap<>();
  private long promptTokens;
  private long outputTokens;
  private BigDecimal cost = BigDecimal.ZERO;
  private int underWay;
  private int iterations;
  private int subCalls;
  private long shown;
  private int depth;

  Budget(RunLimits limits, Models models) {
    this.limits = limits;
    this.models = models;
    this.calls = new Semaphore(limits.concurrentCalls(), true);
  }

  RunLimits limits() {
    return limits;
  }

  /** Notes that a loop of that depth began. */
  void reached(int level) {
    locked(() -> depth = Math.max(depth, level));
  }

  /** Takes one turn of those that all loops have together. */
  void takeIteration() {
    locked(
        () -> {
          if (iterations == limits.totalIterations()) {
            throw new BudgetExhaustedException(
                StopReason.ITERATIONS, "all loops together had %d turns, as many as they may".formatted(iterations));
          }
          iterations++;
        });
  }

  /** Takes sub-calls, all of them or none. Returns the number of the first, from 1; empty when not so many are left. */
  OptionalInt takeSubCalls(int count) {
    lock.lock();
    try {
      if (count > limits.subCalls() - subCalls) {
        return OptionalInt.empty();
      }
      subCalls += count;
      return OptionalInt.of(subCalls - count + 1);
    } finally {
      lock.unlock();
    }
  }

  /** Takes characters that a model is to be shown; returns how many there are, up to so many. */
  int takeShown(int wanted) {
    lock.lock();
    try {
      int granted = (int) Math.min(wanted, limits.shown() - shown);
      shown += granted;
      return granted;
    } finally {
      lock.unlock();
    }
  }

  /** Room for one model call, for one thread. Closing it gives back what was not settled. */
  final class Reservation implements AutoCloseable {

    private final String model;
    private final long prompt;
    private final int output;
    private final BigDecimal price;
    private boolean open = true;

    private Reservation(String model, long prompt, int output, BigDecimal price) {
      this.model = model;
      this.prompt = prompt;
      this.output = output;
      this.price = price;
    }

    /** Returns how many tokens the answer may take. */
    int outputTokens() {
      return output;
    }

    /** Notes what the call took. */
    void settle(TokenUsage usage, int retries) {
      end(usage, retries, 1);
    }

    /** Notes a call that was broken off after its prompt was sent: the provider may count it, and does not say. */
    void brokenOff(int retries) {
      end(new TokenUsage(prompt, 0, 0, true), retries, 0);
    }

    /** Notes a call that failed, and took nothing. */
    void failed(int retries) {
      end(TokenUsage.NONE, retries, 0);
    }

    private void end(TokenUsage usage, int retries, int answers) {
      if (!open) {
        throw new IllegalStateException("the reservation is settled");
      }
      open = false;
      locked(
          () -> {
            underWay--;
            promptTokens += usage.prompt() - prompt;
            outputTokens += usage.output() - output;
            Optional<BigDecimal> paid = models.price(model).map(known -> known.of(usage));
            cost = cost.add(paid.orElse(BigDecimal.ZERO)).subtract(price);
            spent.merge(model, new RunTotals.ModelTotals(answers, retries, usage, paid), Budget::together);
            settled.signalAll();
          });
      calls.release();
    }

    @Override
    public void close() {
      if (open) {
        failed(0);
      }
    }
  }

  private static RunTotals.ModelTotals together(RunTotals.ModelTotals one, RunTotals.ModelTotals other) {
    return new RunTotals.ModelTotals(
        one.calls() + other.calls(),
        one.retries() + other.retries(),
        one.usage().plus(other.usage()),
        one.cost().flatMap(sum -> other.cost().map(sum::add)));
  }

  /**
   * Waits for room for a model call.
   *
   * @param characters of its prompt
   * @param wanted tokens for its answer; where fewer are left it may get fewer
   * @throws BudgetExhaustedException when there is no room, and none will come
   */
  Reservation reserve(String model, long characters, int wanted) throws InterruptedException {
    calls.acquire();
    boolean reserved = false;
    lock.lock();
    try {
      while (true) {
        Optional<Reservation> room = tryReserve(model, characters / CHARACTERS_PER_TOKEN + 1, wanted);
        if (room.isPresent()) {
          reserved = true;
          return room.get();
        }
        settled.await();
      }
    } finally {
      lock.unlock();
      if (!reserved) {
        calls.release();
      }
    }
  }

  /** Empty when there is no room now, and there may be when what is under way has ended. */
  private Optional<Reservation> tryReserve(String model, long prompt, int wanted) {
    if (prompt > limits.promptTokens() - promptTokens) {
      return refuse(StopReason.PROMPT_TOKENS, "tokens sent to models", limits.promptTokens());
    }
    long output = Math.min(wanted, limits.outputTokens() - outputTokens);
    if (output < wanted && (underWay > 0 || output < Math.min(wanted, LEAST_OUTPUT))) {
      return refuse(StopReason.OUTPUT_TOKENS, "tokens that models send back", limits.outputTokens());
    }
    BigDecimal most = BigDecimal.ZERO;
    if (limits.cost().isPresent()) {
      BigDecimal left = limits.cost().get().subtract(cost);
      ModelPrice price = models.price(model).orElseThrow(() -> unknownPrice(model));
      long affordable = affordable(price, prompt, left);
      if (affordable < output && (underWay > 0 || affordable < Math.min(wanted, LEAST_OUTPUT))) {
        return refuse(StopReason.COST, "US dollars", limits.cost().get());
      }
      output = Math.min(output, affordable);
      most = price.of(new TokenUsage(prompt, 0, output, false));
    }
    underWay++;
    promptTokens += prompt;
    outputTokens += output;
    cost = cost.add(most);
    return Optional.of(new Reservation(model, prompt, (int) output, most));
  }

  private Optional<Reservation> refuse(StopReason reason, String what, Object limit) {
    if (underWay > 0) {
      return Optional.empty();
    }
    throw new BudgetExhaustedException(reason, "the run's budget of %s %s is spent".formatted(limit, what));
  }

  static InferenceException unknownPrice(String model) {
    return new InferenceException(
        InferenceException.Reason.INVALID,
        "cost is limited, and the price of the model %s is not known: set it in LLM_PRICES".formatted(model));
  }

  /** How many tokens of an answer can be paid after its prompt; negative when not even that can. */
  private static long affordable(ModelPrice price, long prompt, BigDecimal left) {
    BigDecimal rest = left.subtract(price.of(new TokenUsage(prompt, 0, 0, false)));
    if (rest.signum() < 0) {
      return -1;
    }
    return price.output().signum() == 0
        ? Long.MAX_VALUE
        : rest.movePointRight(6).divide(price.output(), 0, RoundingMode.DOWN).longValue();
  }

  /** Returns what was taken so far. */
  RunTotals totals() {
    lock.lock();
    try {
      return new RunTotals(iterations, subCalls, depth, spent);
    } finally {
      lock.unlock();
    }
  }

  private void locked(Runnable change) {
    lock.lock();
    try {
      change.run();
    } finally {
      lock.unlock();
    }
  }
}
