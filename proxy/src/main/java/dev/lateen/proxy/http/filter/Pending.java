package dev.lateen.proxy.http.filter;

import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * An answer that a filter waits for, such as an authorizer's; one for each {@link FilterVerdict.Wait}. Both methods are called on the exchange's
 * event loop and must not block or throw.
 */
public interface Pending {
    /** Begins, once. The answer may be given at once, from within. */
    void begin(Answer answer);

    /**
     * Nobody waits any longer: the exchange is over (the client is gone, a timeout answered it, its connection was closed) or the limit has passed. Called once at
     * most, after {@link #begin}, and never after an answer; answers that still come are ignored.
     */
    void cancel();

    /** Where the answer goes; the first counts. Safe for use by any thread. */
    interface Answer {
        /**
         * Goes on by what {@code decision} says. It is asked on the exchange's event loop, and only while the exchange lives and nothing else was decided, so it may
         * edit the head and leave metadata.
         */
        void decide(Supplier<FilterVerdict> decision);

        /** There is no answer: the request is refused, as if the filter had thrown this. */
        void failed(Throwable fault);
    }

    /** The outcome of work that goes on elsewhere, such as on a worker thread; it is cancelled when nobody waits any longer. */
    static Pending of(CompletionStage<FilterVerdict> work) {
        return new Pending() {
            @Override
            @SuppressWarnings("FutureReturnValueIgnored") // both outcomes are handled
            public void begin(Answer answer) {
                work.whenComplete((verdict, fault) -> {
                    if (fault == null) {
                        answer.decide(() -> verdict);
                    } else {
                        answer.failed(fault);
                    }
                });
            }

            @Override
            public void cancel() {
                work.toCompletableFuture().cancel(false);
            }
        };
    }
}
