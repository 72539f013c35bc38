package dev.rlm.engine.client;

/** Code that runs in a session and may call functions of its client's. The answers may come from any thread. */
public interface CallingCode extends RunningCode {

  /** Answers an {@link Event.Call} with a value, as JSON. What answers nobody any more is dropped. */
  void answer(long call, String value);

  /** Has the call raise an exception; {@code name} is one of Python's own, else it is a {@code HostCallError}. */
  void raise(long call, String name, String message);
}
