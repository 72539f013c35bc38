package dev.rlm.engine.client;

import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** A body that counts as there when it begins, while another subscriber goes on reading it. */
final class AtOnce implements HttpResponse.BodySubscriber<Optional<String>> {

  private final HttpResponse.BodySubscriber<?> reader;

  AtOnce(HttpResponse.BodySubscriber<?> reader) {
    this.reader = reader;
  }

  @Override
  public CompletionStage<Optional<String>> getBody() {
    return CompletableFuture.completedFuture(Optional.empty());
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    reader.onSubscribe(subscription);
  }

  @Override
  public void onNext(List<ByteBuffer> item) {
    reader.onNext(item);
  }

  @Override
  public void onError(Throwable throwable) {
    reader.onError(throwable);
  }

  @Override
  public void onComplete() {
    reader.onComplete();
  }
}
