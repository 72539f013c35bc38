package dev.rlm.engine.model.openai;

import com.openai.core.RequestOptions;
import com.openai.core.http.Headers;
import com.openai.core.http.HttpClient;
import com.openai.core.http.HttpRequest;
import com.openai.core.http.HttpRequestBody;
import com.openai.core.http.HttpResponse;
import com.openai.errors.OpenAIIoException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * How openai-java reaches a server: over the JDK's own client, which follows no redirect, so that the key goes where the operator
 * said and nowhere else. The whole answer, body included, is bounded in bytes and in time, and an interrupt breaks the call off.
 */
final class Transport implements HttpClient {

  /** The JDK's client sets these itself and refuses them from others. */
  private static final Set<String> SET_BY_CLIENT = headerNames("connection", "content-length", "expect", "host", "upgrade");

  private final java.net.http.HttpClient client;
  private final long maxBytes;

  Transport(Duration connectTimeout, long maxBytes) {
    this.client =
        java.net.http.HttpClient.newBuilder()
            .version(java.net.http.HttpClient.Version.HTTP_1_1) // Many servers answer an offer of another one with an error.
            .followRedirects(java.net.http.HttpClient.Redirect.NEVER)
            .connectTimeout(connectTimeout)
            .build();
    this.maxBytes = maxBytes;
  }

  private static Set<String> headerNames(String... names) {
    Set<String> all = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    all.addAll(Set.of(names));
    return all;
  }

  /** The calling thread was interrupted. */
  static final class InterruptedCallException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** No answer came in time. */
  static final class TimedOutException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** The answer has more bytes than it may have. */
  static final class TooLargeException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @Override
  public HttpResponse execute(HttpRequest request, RequestOptions options) {
    CompletableFuture<java.net.http.HttpResponse<byte[]>> answer =
        client.sendAsync(translate(request), BodyHandlers.limiting(BodyHandlers.ofByteArray(), maxBytes));
    try {
      Duration time = options.getTimeout() == null ? Duration.ZERO : options.getTimeout().request();
      return new Answer(answer.get(time.toNanos(), TimeUnit.NANOSECONDS));
    } catch (InterruptedException e) {
      throw new InterruptedCallException();
    } catch (TimeoutException e) {
      throw new TimedOutException();
    } catch (ExecutionException e) {
      if (isTooLarge(e)) {
        throw new TooLargeException();
      }
      throw new OpenAIIoException("the connection failed", e.getCause());
    } catch (CancellationException e) {
      throw new OpenAIIoException("the connection failed", e.getCause());
    } finally {
      answer.cancel(true);
    }
  }

  /** The JDK's limit says so in the text of an {@link java.io.IOException} alone; a test holds it to that. */
  private static boolean isTooLarge(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (String.valueOf(cause.getMessage()).contains("exceeds capacity")) {
        return true;
      }
    }
    return false;
  }

  private static java.net.http.HttpRequest translate(HttpRequest request) {
    java.net.http.HttpRequest.Builder builder = java.net.http.HttpRequest.newBuilder(URI.create(request.url()));
    for (String name : request.headers().names()) {
      if (!SET_BY_CLIENT.contains(name)) {
        request.headers().values(name).forEach(value -> builder.header(name, value));
      }
    }
    HttpRequestBody body = request.body();
    if (body == null) {
      builder.method(request.method().name(), java.net.http.HttpRequest.BodyPublishers.noBody());
    } else {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      body.writeTo(bytes);
      String type = body.contentType();
      if (type != null) {
        builder.setHeader("Content-Type", type);
      }
      builder.method(
          request.method().name(), java.net.http.HttpRequest.BodyPublishers.ofByteArray(bytes.toByteArray()));
    }
    return builder.build();
  }

  /** Not used: every call here is made by a thread that waits for it. */
  @Override
  public CompletableFuture<HttpResponse> executeAsync(HttpRequest request, RequestOptions options) {
    return CompletableFuture.failedFuture(new UnsupportedOperationException());
  }

  @Override
  public void close() {
    client.shutdownNow();
  }

  private static final class Answer implements HttpResponse {

    private final java.net.http.HttpResponse<byte[]> response;

    Answer(java.net.http.HttpResponse<byte[]> response) {
      this.response = response;
    }

    @Override
    public int statusCode() {
      return response.statusCode();
    }

    @Override
    public Headers headers() {
      Headers.Builder headers = Headers.builder();
      response.headers().map().forEach(headers::put);
      return headers.build();
    }

    @Override
    public InputStream body() {
      return new ByteArrayInputStream(response.body());
    }

    @Override
    public void close() {}
  }
}
