package dev.lateen.proxy.http;

import dev.lateen.proxy.http.codec.ClientStream;
import org.jspecify.annotations.Nullable;

/** The try under way, if any. */
sealed interface Attempt permits Attempt.None, UpstreamAttempt {
    /** Before the first try, and when none could be begun. */
    enum None implements Attempt {
        NONE;

        @Override
        public @Nullable ClientStream stream() {
            return null;
        }

        @Override
        public void giveUp() {}

        @Override
        public void timedOut() {}
    }

    /** The stream that the request is on; null for none. */
    @Nullable
    ClientStream stream();

    /** Ends it without a word to anybody. */
    void giveUp();

    /** Gives up because no answer came in time. */
    void timedOut();
}
