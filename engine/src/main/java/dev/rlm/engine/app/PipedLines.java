package dev.rlm.engine.app;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** Lines from a file or a pipe: without prompts, and Ctrl-C ends the process as it ends every other. */
final class PipedLines implements LineSource {

  private final BufferedReader reader;

  PipedLines(InputStream in) {
    this.reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
  }

  @Override
  public Input read(String prompt) throws IOException {
    String line = reader.readLine();
    return line == null ? new Input.End() : new Input.Text(line);
  }

  @Override
  public Listening onInterrupt(Runnable interrupt) {
    return () -> {};
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
