package dev.rlm.engine.client;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Flow;

/**
 * A request's body that is read from a file as the network takes it, in pieces large enough that a gigabyte is no longer a question
 * of the number of pieces, and that tells how far it is.
 */
final class FileBody implements HttpRequest.BodyPublisher {

  private static final int PIECE = 256 << 10;

  private final Path file;
  private final long length;
  private final UploadProgress progress;

  /** Takes the file's length as it is now: a file that shrinks meanwhile fails the upload. */
  FileBody(Path file, UploadProgress progress) throws IOException {
    this.file = file;
    this.length = Files.size(file);
    this.progress = progress;
  }

  @Override
  public long contentLength() {
    return length;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
    FileChannel channel;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ);
    } catch (IOException e) {
      subscriber.onSubscribe(new Nothing());
      subscriber.onError(e);
      return;
    }
    subscriber.onSubscribe(new Reading(subscriber, channel));
  }

  /** The subscription of one who gets nothing. */
  private static final class Nothing implements Flow.Subscription {

    @Override
    public void request(long count) {}

    @Override
    public void cancel() {}
  }

  /** Reads on whenever more is asked for, in the thread that asks; a request from within a delivery is served by the loop. */
  private final class Reading implements Flow.Subscription {

    private final Flow.Subscriber<? super ByteBuffer> subscriber;
    private final FileChannel channel;
    private long asked;
    private long sent;
    private boolean delivering;
    private boolean over;

    Reading(Flow.Subscriber<? super ByteBuffer> subscriber, FileChannel channel) {
      this.subscriber = subscriber;
      this.channel = channel;
    }

    @Override
    public synchronized void request(long count) {
      asked = Math.addExact(asked, Math.min(count, Integer.MAX_VALUE));
      if (delivering) {
        return;
      }
      delivering = true;
      try {
        while (asked > 0 && !over) {
          asked--;
          deliver();
        }
      } catch (IOException e) {
        finish();
        subscriber.onError(e);
      } finally {
        delivering = false;
      }
    }

    private void deliver() throws IOException {
      ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE, length - sent));
      while (piece.hasRemaining()) {
        if (channel.read(piece) < 0) {
          throw new IOException("%s has become shorter while it was sent".formatted(file));
        }
      }
      piece.flip();
      sent += piece.remaining();
      if (piece.hasRemaining()) {
        subscriber.onNext(piece);
        progress.sent(sent, length);
      }
      if (sent == length && !over) {
        finish();
        subscriber.onComplete();
      }
    }

    @Override
    public synchronized void cancel() {
      finish();
    }

    private void finish() {
      over = true;
      try {
        channel.close();
      } catch (IOException e) {
        // It was only read.
      }
    }
  }
}
