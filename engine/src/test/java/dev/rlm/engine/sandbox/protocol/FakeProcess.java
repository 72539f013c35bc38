package dev.rlm.engine.sandbox.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rlm.engine.sandbox.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A process whose agent does what a test says. Its answer to a message is on its way before {@code send} returns. */
final class FakeProcess implements SandboxProcess {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final byte[] END = new byte[0];

  /** What the agent does when it gets a message. */
  @FunctionalInterface
  interface Script {
    void on(JsonNode message, FakeProcess process);
  }

  private final Script script;
  private final BlockingQueue<byte[]> toHost = new LinkedBlockingQueue<>();
  private final List<JsonNode> received = new CopyOnWriteArrayList<>();
  private final AtomicInteger kills = new AtomicInteger();
  private final AtomicInteger closes = new AtomicInteger();
  private final InputStream output = new Output();
  private volatile Optional<ExitEvidence> evidence = Optional.empty();
  private volatile Runnable outOfMemory = () -> {};
  private volatile boolean unreachable;
  private volatile boolean reachable = true;
  private volatile Consumption consumption = Consumption.UNKNOWN;

  FakeProcess(Script script) {
    this.script = script;
  }

  /** An agent that is up, and then does as the script says. */
  static FakeProcess ready(Script script) {
    FakeProcess process = new FakeProcess(script);
    process.says("{\"type\":\"ready\",\"protocol\":1,\"python\":\"3.13.5\",\"guard\":true}");
    return process;
  }

  /** An agent that is up, and answers nothing. */
  static FakeProcess silent() {
    return ready((_, _) -> {});
  }

  void says(String json) {
    toHost.add(Frames.of(json));
  }

  void sends(byte[] bytes) {
    toHost.add(bytes);
  }

  /** The process ends: first its evidence is there, then its stream ends. */
  void dies(ExitEvidence how) {
    evidence = Optional.of(how);
    toHost.add(END);
  }

  /** The connection breaks off, and nothing is known of the process. */
  void vanishes() {
    toHost.add(END);
  }

  /** The host can no longer talk to it, and knows that; or it can again. */
  void reachable(boolean now) {
    reachable = now;
  }

  @Override
  public boolean reachable() {
    return reachable;
  }

  void becomesUnreachable() {
    unreachable = true;
  }

  void uses(Consumption used) {
    consumption = used;
  }

  List<JsonNode> received() {
    return received;
  }

  boolean killed() {
    return kills.get() > 0;
  }

  boolean closed() {
    return closes.get() > 0;
  }

  @Override
  public InputStream output() {
    return output;
  }

  @Override
  public void send(byte[] bytes) throws IOException {
    if (unreachable) {
      throw new IOException("gone");
    }
    JsonNode message = JSON.readTree(bytes, Integer.BYTES, ByteBuffer.wrap(bytes).getInt());
    received.add(message);
    script.on(message, this);
  }

  @Override
  public Optional<String> place(Path file) {
    return Optional.of("/context/" + file.getFileName());
  }

  @Override
  public void onOutOfMemory(Runnable action) {
    outOfMemory = action;
  }

  /** The memory limit is reached, and the process goes on all the same, as it does under gVisor. */
  void runsOutOfMemory() {
    outOfMemory.run();
  }

  @Override
  public Consumption consumption() {
    return consumption;
  }

  @Override
  public void kill() {
    if (kills.incrementAndGet() == 1 && evidence.isEmpty()) {
      dies(new ExitEvidence(137, false, OptionalLong.empty(), ""));
    }
  }

  @Override
  public Optional<ExitEvidence> awaitExit(Deadline deadline) {
    return evidence;
  }

  @Override
  public void close() {
    closes.incrementAndGet();
    kill();
  }

  private final class Output extends InputStream {

    private byte[] piece = new byte[0];
    private int position;
    private boolean ended;

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      while (position == piece.length && !ended) {
        try {
          piece = toHost.take();
        } catch (InterruptedException e) {
          throw new UncheckedIOException(new IOException(e));
        }
        position = 0;
        ended = piece == END;
      }
      if (ended) {
        return -1;
      }
      int count = Math.min(length, piece.length - position);
      System.arraycopy(piece, position, buffer, offset, count);
      position += count;
      return count;
    }
  }
}
