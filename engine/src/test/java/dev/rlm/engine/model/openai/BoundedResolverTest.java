package dev.rlm.engine.model.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hc.client5.http.DnsResolver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class BoundedResolverTest {

  private static final Duration LONG = Duration.ofHours(1);

  private final CountDownLatch asked = new CountDownLatch(1);

  /** Never answers. */
  private final DnsResolver silent =
      new DnsResolver() {
        @Override
        public InetAddress[] resolve(String host) throws UnknownHostException {
          asked.countDown();
          try {
            Thread.sleep(LONG);
          } catch (InterruptedException e) {
            throw new UnknownHostException(host);
          }
          return new InetAddress[0];
        }

        @Override
        public String resolveCanonicalHostname(String host) {
          return host;
        }
      };

  @Test
  void looksUpAsTheSystemDoes() throws UnknownHostException {
    assertEquals("127.0.0.1", new BoundedResolver(LONG).resolve("127.0.0.1")[0].getHostAddress());
    UnknownHostException failure =
        assertThrows(UnknownHostException.class, () -> new BoundedResolver(LONG).resolve("no.such.host.invalid"));
    assertTrue(String.valueOf(failure.getMessage()).contains("no.such.host.invalid"), failure::toString);
  }

  @Test
  void givesUpAfterItsTime() {
    UnknownHostException failure =
        assertThrows(
            UnknownHostException.class, () -> new BoundedResolver(silent, Duration.ofMillis(20)).resolve("host"));
    assertEquals("host: no answer in 0.02 s", failure.getMessage());
  }

  @Test
  void anInterruptEndsIt() throws InterruptedException {
    AtomicReference<String> told = new AtomicReference<>("");
    Thread caller =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    new BoundedResolver(silent, LONG).resolve("host");
                  } catch (UnknownHostException e) {
                    told.set("%s, %s".formatted(e.getMessage(), Thread.currentThread().isInterrupted()));
                  }
                });
    asked.await();
    caller.interrupt();
    caller.join();
    assertEquals("host: the look-up was broken off, true", told.get());
  }
}
