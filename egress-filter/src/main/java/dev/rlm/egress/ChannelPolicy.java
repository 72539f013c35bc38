package dev.rlm.egress;

import java.util.Objects;

/**
 * What holds for one channel.
 *
 * @param secrets what is done with secrets
 * @param echo what is done with copies of the context
 */
public record ChannelPolicy(SecretMode secrets, EchoMode echo) {

  /** Refuses nulls. */
  public ChannelPolicy {
    Objects.requireNonNull(secrets);
    Objects.requireNonNull(echo);
  }
}
