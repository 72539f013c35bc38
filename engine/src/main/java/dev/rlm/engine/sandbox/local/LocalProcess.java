package dev.rlm.engine.sandbox.local;

import dev.rlm.engine.sandbox.Deadline;
import dev.rlm.engine.sandbox.protocol.SandboxProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The agent as a child process. */
final class LocalProcess implements SandboxProcess {

  private static final int MAX_QUEUED = 256;
  private static final int DIAGNOSTICS = 8 << 10;

  private final Process process;
  private final BlockingQueue<byte[]> toSend = new LinkedBlockingQueue<>(MAX_QUEUED);
  private final Thread sending;

  LocalProcess(Process process) {
    this.process = process;
    this.sending = Thread.ofVirtual().name("local-sandbox-input").start(this::sendForEver);
  }

  private void sendForEver() {
    try (OutputStream stdin = process.getOutputStream()) {
      while (true) {
        stdin.write(toSend.take());
        stdin.flush();
      }
    } catch (IOException | InterruptedException e) {
      Thread.currentThread().interrupt(); // The process has ended, or was closed: so does this thread.
    }
  }

  @Override
  public InputStream output() {
    return process.getInputStream();
  }

  @Override
  public void send(byte[] bytes) throws IOException {
    if (!process.isAlive() || !toSend.offer(bytes)) {
      throw new IOException("the guest does not read what it is sent");
    }
  }

  @Override
  public Optional<String> place(Path file) {
    return Optional.of(file.toAbsolutePath().toString());
  }

  @Override
  public Consumption consumption() {
    return new Consumption(process.info().totalCpuDuration(), OptionalLong.empty());
  }

  @Override
  public void onOutOfMemory(Runnable action) {
    // There is no memory limit.
  }

  @Override
  public void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  @Override
  public Optional<ExitEvidence> awaitExit(Deadline deadline) throws InterruptedException {
    if (!process.waitFor(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
      return Optional.empty();
    }
    return Optional.of(new ExitEvidence(process.exitValue(), false, OptionalLong.empty(), diagnostics()));
  }

  private String diagnostics() {
    try {
      int available = Math.min(DIAGNOSTICS, process.getErrorStream().available());
      return new String(process.getErrorStream().readNBytes(available), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  @Override
  public void close() {
    sending.interrupt();
    kill();
  }
}
