package dev.lateen.proxy.http.filter;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** What a filter says on a request's head. */
public sealed interface FilterVerdict {
    /** Goes on; the one shared constant, so nothing is allocated. */
    FilterVerdict CONTINUE = new Continue();

    /** Use {@link #CONTINUE}. */
    record Continue() implements FilterVerdict {}

    /** Answers here and now. */
    record Reply(LocalReply reply) implements FilterVerdict {}

    /** Waits on a timer of the connection's event loop, then does {@code then}. The exchange may end meanwhile. */
    record Delay(Duration delay, FilterVerdict then) implements FilterVerdict {}

    /** Waits for an answer from elsewhere; completed on any thread, continued on the connection's event loop. */
    record Wait(CompletionStage<FilterVerdict> verdict) implements FilterVerdict {}
}
