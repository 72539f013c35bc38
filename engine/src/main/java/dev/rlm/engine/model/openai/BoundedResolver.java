package dev.rlm.engine.model.openai;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;

/** Looks names up as the system does, for a bounded time and until an interrupt: neither ends a look-up of the system's own. */
final class BoundedResolver implements DnsResolver {

  private final DnsResolver system;
  private final Duration most;

  /** Creates a resolver that gives up after {@code most}. */
  BoundedResolver(Duration most) {
    this(SystemDefaultDnsResolver.INSTANCE, most);
  }

  BoundedResolver(DnsResolver system, Duration most) {
    this.system = system;
    this.most = most;
  }

  @Override
  public InetAddress[] resolve(String host) throws UnknownHostException {
    FutureTask<InetAddress[]> look = new FutureTask<>(() -> system.resolve(host));
    Thread.ofPlatform().daemon().name("name-look-up").start(look);
    try {
      return look.get(most.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof UnknownHostException unknown ? unknown : new UnknownHostException(host);
    } catch (TimeoutException e) {
      throw new UnknownHostException("%s: no answer in %s s".formatted(host, most.toMillis() / 1e3));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnknownHostException(host + ": the look-up was broken off");
    }
  }

  @Override
  public String resolveCanonicalHostname(String host) throws UnknownHostException {
    return system.resolveCanonicalHostname(host);
  }
}
